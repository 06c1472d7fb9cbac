"""What is read of a commit, in real repositories."""

import os
import subprocess
from pathlib import Path

import only_on
import pytest
from slipway.errors import InputError, ToolError
from slipway.project import git

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    """Keep the settings of whoever runs the tests out of the repositories."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "gitconfig").write_text(
        '[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n'
    )


def run(folder, *arguments):
    subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **IDENTITY}
    )


def repository(folder, *, files=("spam.py",)):
    folder.mkdir(parents=True)
    run(folder, "init", "-q")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1\n")
    run(folder, "add", "-A")
    run(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def repo(tmp_path):
    return repository(tmp_path / "répo with spaces")


def test_a_clean_tagged_commit(repo):
    run(repo, "tag", "v1.0")
    run(repo, "tag", "-a", "release,1.0", "-m", "annotated")
    read = git.read(repo)

    assert len(read.commit) == 40
    assert read.committed_at == 1700000000
    assert set(read.tags) == {"v1.0", "release,1.0"}
    assert read.has_tags
    assert not read.shallow
    assert read.dirty == ()
    assert read.prefix == ""


def test_no_tags_at_all_and_tags_elsewhere_are_told_apart(repo):
    assert not git.read(repo).has_tags
    run(repo, "tag", "v1.0")
    run(repo, "commit", "-qm", "second", "--allow-empty")
    read = git.read(repo)
    assert (read.tags, read.has_tags) == ((), True)


def test_every_kind_of_change_is_seen(tmp_path):
    repo = repository(tmp_path / "repo", files=("a.py", "b.py", "c ü.py", "d.py"))
    (repo / ".gitignore").write_text("ignored/\n")
    run(repo, "add", "-A")
    run(repo, "commit", "-qm", "second")
    (repo / "a.py").write_text("2\n")
    (repo / "b.py").unlink()
    run(repo, "mv", "c ü.py", "e\tf.py")
    (repo / "new").mkdir()
    (repo / "new" / "g.py").write_text("")
    (repo / "ignored").mkdir()
    (repo / "ignored" / "h.py").write_text("")

    read = git.read(repo)
    assert set(read.changed) == {"a.py", "b.py", "c ü.py", "e\tf.py"}
    assert read.untracked == ("new/",)
    assert read.dirty[-1] == "new/"


def test_a_long_list_of_changes_is_cut(tmp_path):
    repo = repository(tmp_path / "repo", files=[f"f{number}.py" for number in range(70)])
    for path in repo.glob("*.py"):
        path.write_text("2\n")
    read = git.read(repo)
    assert len(read.dirty) == git.PATHS_LISTED


def test_a_project_below_the_top(tmp_path):
    repo = repository(tmp_path / "repo", files=("packages/spam/spam.py",))
    read = git.read(repo / "packages" / "spam")
    assert read.prefix == "packages/spam"


@pytest.mark.parametrize("ignored", [True, False])
def test_a_folder_that_the_repository_around_it_does_not_track_has_no_commit(repo, ignored):
    below = repo / "unpacked" / "spam-1.0"
    below.mkdir(parents=True)
    (below / "spam.py").write_text("")
    if ignored:
        (repo / ".git" / "info" / "exclude").write_text("unpacked/\n")
    assert git.read(below) is None


def test_outside_a_repository(tmp_path):
    assert git.read(tmp_path) is None


def test_without_git_on_the_machine(repo, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert git.read(repo) is None


def test_a_repository_without_a_commit(tmp_path):
    run(tmp_path, "init", "-q", "repo")
    (tmp_path / "repo" / "spam.py").write_text("")
    read = git.read(tmp_path / "repo")
    assert (read.commit, read.committed_at, read.tags) == (None, None, ())
    assert read.untracked == ("spam.py",)


def test_a_detached_head(repo):
    before = git.read(repo)
    run(repo, "checkout", "-q", "--detach")
    assert git.read(repo) == before


def test_a_shallow_clone(repo, tmp_path):
    run(repo, "commit", "-qm", "second", "--allow-empty")
    run(tmp_path, "clone", "-q", "--depth", "1", repo.as_uri(), "clone")
    assert git.read(tmp_path / "clone").shallow
    assert not git.read(repo).shallow


def test_a_linked_worktree(repo, tmp_path):
    run(repo, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert git.read(tmp_path / "tree") == git.read(repo)


def test_submodules(repo, tmp_path):
    library = repository(tmp_path / "library")
    run(repo, "submodule", "--quiet", "add", library.as_uri(), "vendor/library")
    run(repo, "commit", "-qm", "submodule")
    assert git.read(repo).missing_submodules == ()

    run(tmp_path, "clone", "-q", repo.as_uri(), "clone")
    assert git.read(tmp_path / "clone").missing_submodules == ("vendor/library",)


def test_another_repository_in_the_environment_is_not_listened_to(repo, tmp_path, monkeypatch):
    other = repository(tmp_path / "other")
    run(other, "tag", "v9")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert git.read(repo).tags == ()


@only_on.posix("the traps are scripts of a shell")
def test_programs_that_the_repository_names_are_not_run(repo, tmp_path):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    trap.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (repo / ".git" / "hooks" / hook).write_text(trap.read_text())
        (repo / ".git" / "hooks" / hook).chmod(0o755)
    for key in ("core.fsmonitor", "gpg.program", "core.pager", "core.sshCommand", "diff.external"):
        run(repo, "config", key, str(trap))
    run(repo, "config", "log.showSignature", "true")
    (tmp_path / "sprung").unlink(missing_ok=True)
    (repo / "spam.py").write_text("2\n")

    assert git.read(repo).changed == ("spam.py",)
    assert not (tmp_path / "sprung").exists()


def test_the_index_is_not_written(repo):
    before = (repo / ".git" / "index").stat().st_mtime_ns
    os.utime(repo / "spam.py", (1, 1))
    git.read(repo)
    assert (repo / ".git" / "index").stat().st_mtime_ns == before


def test_somebody_elses_repository_is_refused_with_the_remedy(repo, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("SLIPWAY_PASS_ENV", "GIT_TEST_ASSUME_DIFFERENT_OWNER")
    with pytest.raises(InputError) as raised:
        git.read(repo)
    assert "another user" in raised.value.happened
    assert f'safe.directory "{repo.as_posix()}"' in raised.value.remedy


def test_a_damaged_repository_is_named(repo):
    (repo / ".git" / "index").write_bytes(b"nonsense")
    with pytest.raises(ToolError) as raised:
        git.read(repo)
    assert "git status failed" in raised.value.happened
    assert raised.value.log


def test_dates_and_tags_do_not_depend_on_the_users_settings(repo, tmp_path):
    run(repo, "tag", "v1.0")
    settings = Path(tmp_path / "gitconfig")
    settings.write_text(
        "[log]\n\texcludeDecoration = refs/tags/*\n\tdecorate = no\n\tdate = relative\n[status]\n\tshort = true\n"
        "[color]\n\tui = always\n[core]\n\tquotePath = true\n"
    )
    read = git.read(repo)
    assert (read.tags, read.committed_at) == (("v1.0",), 1700000000)
