"""Changes to files of a project, made as a whole or not at all, and taken back byte for byte."""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from slipway import system
from slipway.errors import InputError


class Change(Struct, frozen=True):
    """What becomes of one file.

    Attributes:
        file: its path from the project's folder, with forward slashes; `..` leads to one of the repository around it.
        before: its bytes until then; None where there is no such file.
        after: its bytes from then on; None where it is removed.
    """

    file: str
    before: bytes | None
    after: bytes | None


def repository(root: Path) -> Path:
    """Return the top folder of the repository a project is in, or the project's own where there is none."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def upwards(root: Path, path: Path) -> str:
    """Return the path of a file of the repository around a project, from the project's folder."""
    return Path(os.path.relpath(path, root)).as_posix()


def apply(root: Path, changes: Sequence[Change]) -> None:
    """Make changes in a project's folder. Those that are made already stay; modes of files and links are kept.

    Raises:
        InputError: a file is neither as it was nor as it is to be, leads out of the repository, or cannot be written; then
            none is changed.
    """
    _demand(root, changes)
    done: list[Change] = []
    try:
        for change in changes:
            done.append(change)
            _put(root / change.file, change.after)
    except BaseException as error:
        for change in reversed(done):
            with contextlib.suppress(OSError):
                _put(root / change.file, change.before)
        if isinstance(error, OSError):
            raise _cannot_write(done[-1].file, error.strerror or str(error)) from error
        raise


def restore(root: Path, changes: Sequence[Change]) -> None:
    """Take changes back, so that each file has the bytes it had before.

    Raises:
        InputError: a file was changed again since, or cannot be written; then none is changed.
    """
    apply(root, [Change(change.file, change.after, change.before) for change in reversed(changes)])


def demand_writable(path: Path, file: str) -> None:
    """Refuse a file that its owner may not write.

    Raises:
        InputError: it is read-only.
    """
    with contextlib.suppress(FileNotFoundError):
        if not path.stat().st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
            raise _cannot_write(file, "it is read-only")


def content(path: Path) -> bytes | None:
    """Return the bytes of a file, None where there is none.

    Raises:
        OSError: it is something else, or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _demand(root: Path, changes: Iterable[Change]) -> None:
    top = repository(root).resolve()
    for change in changes:
        path = root / change.file
        # A copy of a checkout has the links of the checkout, and an absolute one leads back there.
        if not path.resolve().is_relative_to(top):
            raise outside(change.file, path.resolve())
        try:
            found = content(path)
        except OSError as error:
            raise _cannot_write(change.file, error.strerror or str(error)) from error
        if found not in {change.before, change.after}:
            raise InputError(
                f"{change.file} was changed by someone else in the meantime; nothing was written.",
                cause="An editor, another tool or another run wrote it after it was read here.",
                remedy=f"Look at `git diff -- {change.file}`, keep what is right there, and run again.",
            )
        demand_writable(path, change.file)


def _put(path: Path, data: bytes | None) -> None:
    """Give a file its bytes at once: no reader sees half of it. A link stays, and what it leads to is written."""
    path = path.resolve() if path.is_symlink() else path
    if content(path) == data:
        return
    if data is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".slipway-{secrets.token_hex(8)}")
    try:
        with written.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, written)
        system.retried(lambda: written.replace(path))
    finally:
        written.unlink(missing_ok=True)


def outside(file: str, path: Path) -> InputError:
    """Return the error for a file that is a link to somewhere else."""
    return InputError(
        f"{file} is not written: it leads out of the repository, to {path}.",
        cause="It is a symbolic link, or its path has `..` in it.",
        remedy=f"Put the file itself at {file}, or a link with a relative path that stays in the repository.",
    )


def _cannot_write(file: str, why: str) -> InputError:
    return InputError(
        f"{file} cannot be written: {why}.",
        cause="The file or its folder does not allow it, or the disk is full; what was written before is as it was.",
        remedy=f"Make {file} writable for the user this runs as (`chmod u+w {file}`), and run again.",
    )
