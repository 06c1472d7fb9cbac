"""The private copy of a checkout: everything a build may want, nothing that binds it to the user's files."""

import os
import subprocess
from pathlib import Path

import only_on
import pytest
from slipway.building import checkout
from slipway.errors import InputError


def git(folder: Path, *arguments: str) -> str:
    identity = (
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "protocol.file.allow=always",
    )
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def repository(folder: Path, **files: str) -> Path:
    folder.mkdir()
    git(folder, "init", "-q")
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "--allow-empty", "-m", "All of it")
    git(folder, "tag", "v1.2.3")
    return folder


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@only_on.posix("it has neither modes nor, without a right, links")
def test_files_links_and_modes_are_copied(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "a.py").write_text("a = 1\n")
    (project / "run.sh").write_text("#!/bin/sh\n")
    (project / "run.sh").chmod(0o755)
    (project / "link").symlink_to("src/a.py")
    (project / "dangling").symlink_to("nowhere")

    copied = checkout.copy(project, tmp_path / "copy")

    assert names(copied) == names(project)
    assert os.access(copied / "run.sh", os.X_OK)
    assert (copied / "link").readlink() == Path("src/a.py")
    assert (copied / "src" / "a.py").stat().st_mtime == (project / "src" / "a.py").stat().st_mtime


@pytest.mark.parametrize("folder", sorted(checkout.LEFT_OUT))
def test_what_no_build_reads_is_left_out(folder: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / folder).mkdir(parents=True)
    (project / folder / "large").touch()
    (project / "kept").touch()
    assert names(checkout.copy(project, tmp_path / "copy")) == {"kept"}


def test_virtual_environments_and_the_work_folder_are_left_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("my-venv", "out", "src"):
        (project / name).mkdir(parents=True)
    (project / "my-venv" / "pyvenv.cfg").touch()
    copied = checkout.copy(project, tmp_path / "copy", leave_out=[project / "out"])
    assert names(copied) == {"src"}


@only_on.posix("it has no named pipes in folders")
def test_what_is_neither_file_nor_folder_is_left_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    os.mkfifo(project / "pipe")
    assert names(checkout.copy(project, tmp_path / "copy")) == set()


def test_a_read_only_file_can_be_written_in_the_copy(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "a.py").write_text("a = 1\n")
    (project / "src" / "a.py").chmod(0o444)
    copied = checkout.copy(project, tmp_path / "copy")
    (copied / "src" / "a.py").write_text("a = 2\n")
    assert (project / "src" / "a.py").read_text() == "a = 1\n"


def test_git_says_the_same_in_the_copy(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", a="1\n", b="2\n")
    (project / "a").write_text("changed\n")
    (project / "new").touch()

    copied = checkout.copy(project, tmp_path / "copy")

    for question in (
        ("describe", "--tags"),
        ("status", "--porcelain"),
        ("log", "--format=%H"),
        ("ls-files",),
    ):
        assert git(copied, *question) == git(project, *question)


def test_commits_in_the_copy_do_not_reach_the_checkout(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", a="1\n")
    before = git(project, "for-each-ref"), git(project, "rev-parse", "HEAD")
    copied = checkout.copy(project, tmp_path / "copy")
    (copied / "a").write_text("2\n")
    git(copied, "commit", "-q", "-a", "-m", "In the copy")
    git(copied, "tag", "v9")
    assert (git(project, "for-each-ref"), git(project, "rev-parse", "HEAD")) == before


def test_hooks_are_not_borrowed(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", a="1\n")
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    copied = checkout.copy(project, tmp_path / "copy")
    assert not (copied / ".git" / "hooks").exists()


def test_a_project_inside_a_repository_gets_the_tracked_files_around_it(tmp_path: Path) -> None:
    top = repository(tmp_path / "top", README="shared\n")
    (top / "packages" / "one").mkdir(parents=True)
    (top / "packages" / "one" / "pyproject.toml").write_text("")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "A package")
    (top / "untracked-and-large").touch()
    (top / "packages" / "one" / "untracked").touch()

    copied = checkout.copy(top / "packages" / "one", tmp_path / "copy")

    assert copied == tmp_path / "copy" / "packages" / "one"
    assert (tmp_path / "copy" / "README").read_text() == "shared\n"
    assert not (tmp_path / "copy" / "untracked-and-large").exists()
    assert (copied / "untracked").exists()
    assert git(copied, "describe", "--tags", "--long").startswith("v1.2.3-1-")


def test_a_linked_worktree(tmp_path: Path) -> None:
    main = repository(tmp_path / "main", a="1\n")
    git(main, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    (tmp_path / "linked" / "b").touch()
    git(tmp_path / "linked", "add", "b")
    git(tmp_path / "linked", "commit", "-q", "-m", "In the worktree")
    copied = checkout.copy(tmp_path / "linked", tmp_path / "copy")
    assert git(copied, "rev-parse", "HEAD") == git(tmp_path / "linked", "rev-parse", "HEAD")
    assert git(copied, "status", "--porcelain") == ""


def test_a_submodule(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", a="1\n")
    project = repository(tmp_path / "project", b="2\n")
    git(project, "submodule", "add", "-q", str(library), "vendored")
    git(project, "commit", "-q", "-m", "With a submodule")
    copied = checkout.copy(project, tmp_path / "copy")
    assert (copied / "vendored" / "a").read_text() == "1\n"
    assert git(copied, "status", "--porcelain") == ""


def test_a_shallow_clone_stays_one(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin", a="1\n")
    git(origin, "commit", "-q", "--allow-empty", "-m", "A second")
    git(tmp_path, "clone", "-q", "--depth", "1", origin.as_uri(), "clone")
    copied = checkout.copy(tmp_path / "clone", tmp_path / "copy")
    assert git(copied, "rev-parse", "--is-shallow-repository") == "true\n"
    assert git(copied, "rev-list", "--count", "HEAD") == "1\n"


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be copied"):
        checkout.copy(tmp_path / "nothing", tmp_path / "copy")
