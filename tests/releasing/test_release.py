"""A release from the first look to the push, and everything that is looked at before."""

from __future__ import annotations

import json
from pathlib import Path

import command_line
import loopback_answers
import only_on
import pytest
from releasing import scene
from releasing.scene import Scene
from workflows import act

LISTING = '{"meta": {"api-version": "1.0"}, "name": "tiny-project", "files": [%s]}'
FILE = '{"filename": "tiny_project-%s-py3-none-any.whl", "url": "https://example.org/f", "hashes": {}}'


@pytest.fixture
def begun(tmp_path: Path) -> Scene:
    return scene.make(tmp_path)


def test_without_a_version_it_says_what_can_be_released(begun: Scene) -> None:
    before = begun.state()
    ended = begun.release()
    assert ended.exit_code == 0, ended
    assert "tiny-project 1.0.0 on main, last tag v1.0.0" in ended.stdout
    assert "1.1.0        slipway release --bump minor" in ended.stdout
    assert "- A thing that people asked for." in ended.stdout
    assert "To look first: slipway release --bump minor --dry-run" in ended.stdout
    assert begun.state() == before


def test_a_version_that_is_written_and_was_never_released_comes_first(begun: Scene) -> None:
    begun.git("push", "-q", "origin", "--delete", "v1.0.0")
    begun.git("tag", "-d", "v1.0.0")
    ended = begun.release()
    assert "tiny-project 1.0.0 on main, no release tag seen before HEAD" in ended.stdout
    assert "1.0.0        slipway release 1.0.0\n" in ended.stdout
    assert "To look first: slipway release 1.0.0 --dry-run" in ended.stdout


def test_what_is_pushed_is_what_was_checked(begun: Scene) -> None:
    """With the real check: the backend builds the version that was written, and the tag is judged."""
    ended = begun.release("--bump", "minor", checked=True)
    assert ended.exit_code == 0, ended
    public = begun.public()
    assert public["refs/tags/v1.1.0"] == public["refs/heads/main"] == begun.git("rev-parse", "HEAD")
    assert begun.log() == ["Release 1.1.0", "Begin"]
    assert (
        begun.git("diff", "--stat", "v1.0.0", "v1.1.0")
        .splitlines()[-1]
        .startswith(" 2 files changed, 3 insertions")
    )
    assert begun.git("tag", "-l", "--format=%(contents)", "v1.1.0") == (
        "tiny-project 1.1.0\n\n- A thing that people asked for."
    )
    assert begun.git("status", "--porcelain") == ""
    built = sorted(path.name for path in (begun.project / ".slipway" / "dist").iterdir())
    assert built == ["tiny_project-1.1.0-py3-none-any.whl", "tiny_project-1.1.0.tar.gz"]
    manifest = json.loads((begun.project / ".slipway" / "manifest.json").read_text())
    assert manifest["plan"]["git"]["commit"] == begun.git("rev-parse", "HEAD"), (
        "what is published from here names it"
    )
    assert "✓ pushed main and v1.1.0 to origin" in ended.stdout


def test_a_check_that_finds_something_leaves_everything_as_it_was(begun: Scene) -> None:
    (begun.project / "README.md").unlink()
    begun.commit("Lose the readme")
    begun.git("push", "-q")
    before, public = begun.state(), begun.public()
    ended = begun.release("1.1.0", checked=True)
    assert ended.exit_code == 1, ended
    assert "✗ the check stops the release; nothing was written" in ended.stdout
    assert "readme" in ended.stdout
    assert (begun.state() | {"index": before["index"]}, begun.public()) == (before, public)


def test_what_the_check_warns_of_is_said(begun: Scene) -> None:
    for path in (begun.project / "pyproject.toml", begun.project / "_build_tools" / "own_backend.py"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.lower().startswith("requires-python")))
    begun.commit("Forget which Pythons it is for")
    begun.git("push", "-q")
    ended = begun.release("1.1.0", checked=True)
    assert ended.exit_code == 0, ended
    assert "! it warns of requires-python-missing" in ended.stdout
    assert "`slipway explain requires-python-missing`" in ended.stdout


def test_the_tree_that_is_checked_is_the_one_that_is_tagged(begun: Scene) -> None:
    assert begun.release("1.1.0").exit_code == 0
    assert begun.checked() == [["v1.1.0", begun.git("rev-parse", "v1.1.0^{tree}"), "True"]]


def test_asked_again_it_says_that_all_is_done(begun: Scene) -> None:
    begun.release("1.1.0")
    before, public = begun.state(), begun.public()
    for words in (("1.1.0",), ("--continue",)):
        ended = begun.release(*words)
        assert ended.exit_code == 0, ended
        assert "Done: tiny-project 1.1.0 is on origin as v1.1.0." in ended.stdout
    assert (begun.state(), begun.public()) == (before, public)


def test_a_dry_run_shows_the_difference_and_writes_nothing(begun: Scene) -> None:
    before = begun.state()
    git_directory = {path: path.stat().st_mtime_ns for path in (begun.project / ".git").rglob("*")}
    ended = begun.release("1.1.0", "--dry-run")
    assert ended.exit_code == 0, ended
    assert '-version = "1.0.0"\n+version = "1.1.0"' in ended.stdout
    assert "+## 1.1.0 (" in ended.stdout
    assert "  git push --atomic origin main v1.1.0\n" in ended.stdout
    assert begun.state() == before
    assert {path: path.stat().st_mtime_ns for path in (begun.project / ".git").rglob("*")} == git_directory
    assert begun.checked() == []


@only_on.posix("the hook is a script of a shell")
@pytest.mark.parametrize("words", [("--continue",), ("--undo",), ("1.1.0", "--continue")])
def test_a_dry_run_of_what_is_under_way_does_nothing(begun: Scene, words: tuple[str, ...]) -> None:
    begun.hook("pre-push", "exit 1")
    assert begun.release("1.1.0").exit_code == 3
    begun.live()
    before, public = begun.state(), begun.public()
    ended = begun.release(*words, "--dry-run")
    assert ended.exit_code == 2, ended
    assert "cannot be given together" in ended.stdout
    assert (begun.state(), begun.public()) == (before, public)


def test_a_dry_run_does_not_tag_what_another_clone_made(begun: Scene) -> None:
    begun.git("push", "-q", "origin", "--delete", "v1.0.0")
    begun.git("tag", "-d", "v1.0.0")
    assert begun.release("--continue", "--dry-run").exit_code == 2
    assert [*begun.public()] == ["refs/heads/main"]


@pytest.mark.parametrize(
    "words", [("--bump", "minor", "--continue"), ("--pr", "--undo"), ("1.1.0", "--undo")]
)
def test_what_contradicts_itself_is_refused(begun: Scene, words: tuple[str, ...]) -> None:
    before = begun.state()
    assert "cannot be given together" in begun.release(*words).stdout
    assert begun.state() == before


@only_on.posix("a link needs a right there")
def test_a_changelog_that_is_a_link_out_of_the_checkout_is_not_written(begun: Scene) -> None:
    """An absolute link leads there from the private copy as well, so that a dry run would write it."""
    (begun.project / "docs").mkdir()
    kept = (begun.project / "CHANGELOG.md").rename(begun.project / "docs" / "changes.md")
    (begun.project / "CHANGELOG.md").symlink_to(kept)
    begun.commit("Keep the changelog elsewhere")
    begun.git("push", "-q")
    before = begun.state()
    ended = begun.release("1.1.0", "--dry-run")
    assert ended.exit_code == 2, ended
    assert "CHANGELOG.md is not written: it leads out of the repository" in ended.stdout
    assert begun.state() == before
    outside = kept.rename(begun.folder / "changes.md")
    (begun.project / "CHANGELOG.md").unlink()
    (begun.project / "CHANGELOG.md").symlink_to("../changes.md")
    begun.commit("Keep it outside")
    begun.git("push", "-q")
    assert f"✗ CHANGELOG.md leads out of the repository, to {outside}" in begun.release("1.1.0").stdout


def test_notes_that_no_command_line_holds(begun: Scene) -> None:
    lines = "\n".join(f"- Change {number}, {'and more ' * 10}" for number in range(1500))
    log = begun.project / "CHANGELOG.md"
    log.write_text(log.read_text().replace("- A thing that people asked for.", lines))
    begun.commit("Write long notes")
    begun.git("push", "-q")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    assert "- Change 1499, and more" in begun.git("tag", "-l", "--format=%(contents)", "v1.1.0")


def test_a_folder_in_place_of_the_version(begun: Scene) -> None:
    ended = begun.release(str(begun.project))
    assert ended.exit_code == 2
    assert f"`--path {begun.project}`" in " ".join(ended.stdout.split())


def test_off_all_branches_nothing_is_said_of_the_remotes(begun: Scene) -> None:
    begun.git("switch", "-q", "--detach")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 2
    assert "✗ HEAD is on no branch" in ended.stdout
    assert "has no branch" not in ended.stdout


def test_a_branch_that_follows_one_of_another_name(begun: Scene) -> None:
    begun.git("branch", "-q", "-m", "main", "trunk")
    words = ("1.1.0", "--release-branch", "trunk")
    assert "  git push --atomic origin trunk:main v1.1.0\n" in begun.release(*words, "--dry-run").stdout
    assert begun.release(*words).exit_code == 0
    assert begun.public()["refs/heads/main"] == begun.public()["refs/tags/v1.1.0"]


def test_in_a_shallow_clone_the_way_to_its_tags_is_named(begun: Scene) -> None:
    settings = begun.project / "pyproject.toml"
    settings.write_text(
        settings.read_text().replace('version = "1.0.0"', 'dynamic = ["version"]').partition("[project]")[2]
    )
    backend = 'requires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"'
    settings.write_text(f"[build-system]\n{backend}\n\n[project]{settings.read_text()}")
    begun.commit("Take the version from the tag")
    begun.git("push", "-q")
    begun.git("clone", "-q", "--depth=1", f"file://{begun.origin}", "../shallow")
    ended = begun.release("--bump", "minor", "--dry-run", path="../shallow")
    assert "`git fetch --unshallow --tags`" in " ".join(ended.stdout.split()), ended
    begun.git("fetch", "-q", "--unshallow", "--tags", where=begun.folder / "shallow")
    assert begun.release("--bump", "minor", "--dry-run", path="../shallow").exit_code == 0


def test_a_repository_that_was_not_cloned_asks_for_the_release_branch(begun: Scene) -> None:
    """`git init` and `git remote add` do not note which branch is the remote's default one."""
    begun.git("remote", "set-head", "origin", "--delete")
    begun.git("switch", "-qc", "feature")
    (begun.project / "more.txt").write_text("")
    begun.commit("Not merged")
    ended = begun.release("1.1.0", "--dry-run")
    assert ended.exit_code == 2, ended
    assert "✗ on feature, and releases are made on main, the default branch of origin" in ended.stdout
    begun.git("switch", "-q", "main")
    begun.git("merge", "-q", "feature")
    ended = begun.release("1.1.0", "--dry-run")
    assert ended.exit_code == 0, ended
    assert "✓ not behind origin; 1 commit that it does not have yet will be pushed as well" in ended.stdout


def test_all_that_is_wrong_is_said_at_once_and_the_remedies_work(begun: Scene) -> None:
    begun.somebody_pushes()
    begun.git("switch", "-qc", "feature")
    begun.git("branch", "-q", "-u", "origin/main")
    begun.git("tag", "v1.1")
    (begun.project / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n## 1.0.0 (2026-01-01)\n\n- It.\n"
    )
    (begun.project / "new.txt").touch()
    before = begun.state()
    ended = begun.release("1.1.0")
    assert ended.exit_code == 2, ended
    for line in (
        "✗ 2 files not committed: CHANGELOG.md, new.txt",
        "✗ on feature, and releases are made on main, the default branch of origin",
        "✗ origin has commits of main that are not here",
        "✗ the tag v1.1 is here already",
        "✗ CHANGELOG.md says nothing of 1.1.0",
        "5 things above marked ✗",
    ):
        assert line in ended.stdout, ended
    assert begun.state() == before
    begun.git("stash", "-u", "-q")
    begun.git("switch", "-q", "main")
    begun.git("pull", "-q", "--rebase")
    begun.git("tag", "-d", "v1.1")
    assert begun.release("1.1.0").exit_code == 0
    assert begun.log() == ["Release 1.1.0", "Somebody else's", "Begin"]


def test_a_version_that_does_not_rise_or_a_tag_that_is_public_is_refused(begun: Scene) -> None:
    assert "✗ 0.9 is not above 1.0.0, the version now" in begun.release("0.9").stdout
    assert "✗ the tag v1.0.0 is on origin already" in begun.release("1.0.0").stdout
    assert "'nonsense' is no version" in begun.release("nonsense").stdout
    # Python turns no text of so many digits into a number.
    assert "is no version" in begun.release("1" * 5000).stdout
    assert "1.1.0+local has a local part" in begun.release("1.1.0+local").stdout
    assert begun.checked() == []


def test_a_remote_that_cannot_be_asked_is_named_and_stops_the_release(begun: Scene) -> None:
    begun.git("remote", "set-url", "origin", str(begun.folder / "nowhere.git"))
    ended = begun.release("1.1.0")
    assert ended.exit_code == 2
    assert "✗ origin could not be asked for its branches and tags." in ended.stdout
    assert "v1.1.0 is free here\n" in ended.stdout, "of the remote nothing is known"


def test_without_a_name_for_the_commit_it_does_not_begin(begun: Scene) -> None:
    settings = Path(str(begun.environ["GIT_CONFIG_GLOBAL"]))
    settings.write_text('[user]\n\tuseConfigOnly = true\n[protocol "file"]\n\tallow = always\n')
    ended = begun.release("1.1.0")
    assert ended.exit_code == 2
    assert "✗ git does not know who you are" in ended.stdout


@pytest.mark.parametrize(
    ("listed", "line"),
    [
        (("1.0.0",), "✓ above 1.0.0, the newest on"),
        (("1.0.0", "2.0"), "has 2.0, which is above 1.1.0"),
        (("1.1",), "has 1.1.0 already"),
        ((), "✓ the first release on"),
    ],
)
def test_the_index_is_asked_what_it_has(begun: Scene, listed: tuple[str, ...], line: str) -> None:
    body = LISTING % ", ".join(FILE % version for version in listed)
    with loopback_answers.serve(status=200, body=body.encode()) as index:
        ended = begun.release("1.1.0", "--dry-run", "--index", index.address)
    assert line in ended.stdout, ended
    assert ended.exit_code == (0 if line.startswith("✓") else 2)


def test_an_older_line_may_be_released_from_a_branch_that_is_named(begun: Scene) -> None:
    begun.git("switch", "-qc", "1.x")
    begun.git("push", "-q", "-u", "origin", "1.x")
    with loopback_answers.serve(status=200, body=(LISTING % (FILE % "2.0")).encode()) as index:
        ended = begun.release("1.0.1", "--release-branch", "1.x", "--index", index.address)
    assert ended.exit_code == 0, ended
    assert "1.x is an older line" in ended.stdout
    assert begun.public()["refs/heads/1.x"] == begun.public()["refs/tags/v1.0.1"]


def test_an_index_that_does_not_answer_was_not_asked(begun: Scene) -> None:
    with loopback_answers.serve(status=403) as index:
        ended = begun.release("1.1.0", "--dry-run", "--index", index.address)
    assert ended.exit_code == 0, ended
    assert "? the index was not asked: " in ended.stdout


def test_a_project_without_a_changelog_is_released_and_told_so(begun: Scene) -> None:
    begun.git("rm", "-q", "CHANGELOG.md")
    begun.commit("Lose the changelog")
    begun.git("push", "-q")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    assert "! there is no changelog; the release on GitHub gets the notes that GitHub makes" in ended.stdout
    assert begun.git("diff", "--name-only", "HEAD^", "HEAD") == "pyproject.toml"


def test_the_projects_own_command_writes_the_changelog(begun: Scene) -> None:
    """It runs in a copy: what it leaves beside the changelog is part of the commit, and what fails changes nothing."""
    (begun.project / "news").mkdir()
    (begun.project / "news" / "1.txt").write_text("A fragment.\n")
    script = begun.project / "_build_tools" / "news.py"
    script.write_text(
        "import pathlib, sys\n"
        "fragment = pathlib.Path('news/1.txt')\n"
        "log = pathlib.Path('CHANGELOG.md')\n"
        "log.write_text(f'# Changelog\\n\\n## {sys.argv[1]}\\n\\n- {fragment.read_text()}')\n"
        "fragment.unlink()\n"
    )
    settings = begun.project / "pyproject.toml"
    command = "python3 _build_tools/news.py {version}"
    settings.write_text(f'{settings.read_text()}\n[tool.slipway]\nchangelog-command = "{command}"\n')
    begun.commit("Write the changelog with a script")
    begun.git("push", "-q")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    changed = begun.git("diff", "--name-status", "HEAD^", "HEAD").split()
    assert changed == ["M", "CHANGELOG.md", "D", "news/1.txt", "M", "pyproject.toml"]
    assert begun.git("tag", "-l", "--format=%(contents:body)", "v1.1.0") == "- A fragment."
    before = begun.state()
    ended = begun.release("1.2.0")
    assert ended.exit_code == 1, ended
    assert "The changelog's own command ended with exit code 1" in ended.stdout
    assert begun.state() == before


def test_a_version_from_the_tag_needs_a_tag_and_the_changelog_only(begun: Scene) -> None:
    settings = begun.project / "pyproject.toml"
    text = (
        settings.read_text().partition("[project]")[2].replace('version = "1.0.0"', 'dynamic = ["version"]')
    )
    backend = 'requires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"'
    settings.write_text(f"[build-system]\n{backend}\n\n[project]{text}")
    begun.commit("Take the version from the tag")
    begun.git("push", "-q")
    ended = begun.release("--bump", "minor")
    assert ended.exit_code == 0, ended
    assert begun.git("diff", "--name-only", "HEAD^", "HEAD") == "CHANGELOG.md"
    begun.git("rm", "-q", "CHANGELOG.md")
    begun.commit("Lose the changelog")
    begun.git("push", "-q")
    head = begun.git("rev-parse", "HEAD")
    assert begun.release("--bump", "patch").exit_code == 0
    assert begun.public()["refs/tags/v1.1.1"] == begun.public()["refs/heads/main"] == head


def test_of_several_projects_one_is_released_with_a_tag_of_its_own(begun: Scene) -> None:
    for name in ("a", "b"):
        scene.project(begun.project / "packages" / name, name=f"demo-{name}")
    begun.commit("Add two packages")
    begun.git("push", "-q")
    ended = begun.release("1.1.0", path="packages/a")
    assert ended.exit_code == 0, ended
    assert "refs/tags/packages-a-v1.1.0" in begun.public()
    changed = begun.git("diff", "--name-only", "HEAD^", "HEAD").split()
    assert changed == ["packages/a/CHANGELOG.md", "packages/a/pyproject.toml"]
    assert begun.log()[0] == "Release demo-a 1.1.0"
    assert begun.checked()[0][0] == "packages-a-v1.1.0"
    settings = begun.project / "packages" / "b" / "pyproject.toml"
    settings.write_text(f'{settings.read_text()}\n[tool.slipway]\ntag-prefix = "b-"\n')
    begun.commit("Choose a prefix")
    begun.git("push", "-q")
    assert begun.release("2.0", path="packages/b").exit_code == 0
    assert "refs/tags/b-2.0" in begun.public()


def test_the_run_on_github_is_named_and_a_tag_by_a_workflow_starts_none(begun: Scene) -> None:
    begun.git("config", f"url.{begun.origin}.insteadOf", "https://github.com/acme/demo.git")
    begun.git("remote", "set-url", "origin", "https://github.com/acme/demo.git")
    begun.environ |= {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_dispatch"}
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    assert "What v1.1.0 starts: https://github.com/acme/demo/actions" in ended.stdout
    assert "gh workflow run release.yml --ref v1.1.0" in ended.stdout


def test_the_workflow_is_judged_as_init_judges_it(begun: Scene) -> None:
    uses = f"{act.SLIPWAY}@{act.COMMIT}"
    begun.git("config", f"url.{begun.origin}.insteadOf", "https://github.com/acme/demo.git")
    begun.git("remote", "set-url", "origin", "https://github.com/acme/demo.git")
    ended = begun.release("1.1.0", "--dry-run", "--uses", uses)
    assert ended.exit_code == 0, ended
    assert "! workflow: No workflow of this repository uses Slipway. (workflow-missing)" in ended.stdout
    assert command_line.forked("init", begun.project, "--uses", uses).exit_code == 0
    begun.commit("Add the workflow")
    begun.git("push", "-q")
    assert "✓ the workflow is in order" in begun.release("1.1.0", "--dry-run", "--uses", uses).stdout
    written = begun.project / ".github" / "workflows" / "release.yml"
    written.write_text(written.read_text().replace("contents: read", "contents: none"))
    begun.commit("Take the permission away")
    begun.git("push", "-q")
    ended = begun.release("1.1.0", "--dry-run", "--uses", uses)
    assert ended.exit_code == 2, ended
    assert "(caller-grants-too-little)" in ended.stdout


@only_on.posix("the hook is a script of a shell")
def test_in_a_linked_worktree(begun: Scene) -> None:
    """Its copy has refs of its own, and its journal is not that of the checkout it belongs to."""
    begun.git("worktree", "add", "-q", "-b", "1.x", str(begun.folder / "linked"))
    begun.git("push", "-q", "origin", "1.x")
    before = begun.state()
    begun.hook("pre-push", "exit 1")
    words = ("1.0.1", "--release-branch", "1.x")
    assert begun.release(*words, path="../linked").exit_code == 3
    assert "There is nothing to take back." in begun.release("--undo").stdout
    assert begun.release("--undo", path="../linked").exit_code == 0
    assert begun.state() == before
    begun.live()
    assert begun.release(*words, path="../linked").exit_code == 0
    assert (
        begun.public()["refs/heads/1.x"]
        == begun.public()["refs/tags/v1.0.1"]
        != begun.public()["refs/heads/main"]
    )
