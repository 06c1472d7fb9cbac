"""A private copy of the checkout, so that a build cannot change the user's files."""

import errno
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from slipway import errors, git
from slipway.errors import InputError, SlipwayError

LEFT_OUT = frozenset(
    {
        ".slipway",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        "__pycache__",
        "node_modules",
    }
)
"""Folders that no build reads and that may be large."""

NOT_BORROWED = frozenset({"hooks", "worktrees", "fsmonitor--daemon.ipc"})
"""Parts of a repository that only its own checkout may use."""


def copy(project: Path, target: Path, *, leave_out: Iterable[Path] = ()) -> Path:
    """Copy the checkout that `project` is part of to `target` and return the project's folder there.

    All of the project's folder is copied. Of the repository around it come the tracked files, because a build
    may read above its own folder (a shared readme), and the repository itself, because a version may be derived
    from it. Its objects are not copied: the copy borrows them.

    Args:
        project: the project's folder.
        target: the folder to make.
        leave_out: further folders that are not copied, such as a work folder elsewhere in the project.

    Raises:
        InputError: a file cannot be read.
        ToolError: the disk is full.
    """
    top = next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), project)
    inside = target / project.relative_to(top)
    left_out = {path.resolve() for path in leave_out}
    names_left_out = {path.name for path in left_out}

    def ignored(folder: str, names: list[str]) -> set[str]:
        here = Path(folder)
        return {
            name
            for name in names
            if _is_left_out(here / name)
            or (here == top and name == ".git")
            or (name in names_left_out and (here / name).resolve() in left_out)
        }

    try:
        shutil.copytree(project, inside, symlinks=True, ignore=ignored, copy_function=_copy_file)
        _make_folders_writable(inside)
        if top != project:
            _copy_surroundings(top, target)
        _copy_repository(top, target)
    except (shutil.Error, OSError) as error:
        first = error.args[0][0][2] if isinstance(error, shutil.Error) else str(error)
        raise InputError(
            f"The project cannot be copied to build it: {first}.",
            cause="A file of the project cannot be read, or the disk for temporary files is full.",
            remedy="Make every file of the checkout readable and check the space in the temporary folder.",
        ) from error
    return inside


def _copy_surroundings(top: Path, target: Path) -> None:
    try:
        listed = git.output(top, "ls-files", "-z").split("\0")
    except (OSError, SlipwayError):
        return
    for name in filter(None, listed):
        source, copied = top / name, target / name
        if (source.is_file() or source.is_symlink()) and not os.path.lexists(copied):
            copied.parent.mkdir(parents=True, exist_ok=True)
            _copy_file(str(source), str(copied))


def _is_left_out(path: Path) -> bool:
    if (path.name in LEFT_OUT and path.is_dir()) or (path / "pyvenv.cfg").exists():
        return True
    mode = path.lstat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _copy_file(source: str, target: str) -> str:
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except OSError as error:
        # `copytree` would go on and collect the same for every other file.
        if error.errno == errno.ENOSPC and (full := errors.from_os_error(error)):
            raise full from error
        raise
    if not os.access(target, os.W_OK) and not Path(target).is_symlink():
        Path(target).chmod(Path(target).stat().st_mode | stat.S_IWUSR)
    return target


def _make_folders_writable(top: Path) -> None:
    # A read-only checkout is copied with its modes, and a backend writes beside its sources.
    for folder, _, _ in os.walk(top):
        if not os.access(folder, os.W_OK):
            Path(folder).chmod(0o755)


def _copy_repository(top: Path, target: Path) -> None:
    found = top / ".git"
    if found.is_dir():
        _borrow(found, target / ".git")
    elif found.is_file():
        # A linked worktree or a submodule: the file names the folder with its HEAD and index.
        own = (top / found.read_text().removeprefix("gitdir:").strip()).resolve()
        shared = own / "commondir"
        common = (own / shared.read_text().strip()).resolve() if shared.is_file() else own
        _borrow(common, target / ".git")
        for name in ("HEAD", "index"):
            if (own / name).is_file():
                shutil.copy2(own / name, target / ".git" / name)


def _borrow(repository: Path, target: Path) -> None:
    """Copy a repository without its objects and let it read them where they are (gitrepository-layout(5))."""

    def objects(folder: str, names: list[str]) -> set[str]:
        here = Path(folder)
        left = {"objects"} if "objects" in names and (here / "HEAD").exists() else set()
        return left | (NOT_BORROWED.intersection(names) if here == repository else set())

    # A repository may share its refs with others by links, and what is written in the copy must not reach them.
    shutil.copytree(repository, target, ignore=objects, ignore_dangling_symlinks=True)
    _leave_working_tree(target)
    for head in [target / "HEAD", *(target / "modules").rglob("HEAD")]:
        origin = repository / head.parent.relative_to(target) / "objects"
        if not origin.is_dir():
            continue
        info = head.parent / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        inherited = origin / "info" / "alternates"
        # One that is relative starts from the folder of objects it is written in.
        others = inherited.read_text().splitlines() if inherited.is_file() else ()
        lines = [str(origin), *(str(origin / line) for line in others)]
        (info / "alternates").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _leave_working_tree(repository: Path) -> None:
    """Take the place of a working tree elsewhere out of a repository's settings; a submodule's has it there."""
    config = repository / "config"
    if config.is_file() and b"worktree" in config.read_bytes().lower():
        git.run(repository, "config", f"--file={config}", "--unset-all", "core.worktree")
