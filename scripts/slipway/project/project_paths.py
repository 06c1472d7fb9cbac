"""Safe access to paths that a project names: they may leave the project, be of any kind and contain invalid characters."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from slipway.errors import InputError

TEXT_BYTES = 1024 * 1024


def is_inside(root: Path, path: str) -> bool:
    """Return whether a path, its links followed, stays in the project's folder."""
    try:
        return (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL, or links in a circle
        return False


def is_file(root: Path, path: str) -> bool:
    """Return whether there is a plain file at a path in the project's folder."""
    return is_inside(root, path) and (root / path).is_file()


def text(root: Path, path: str) -> str | None:
    """Return the text of a file in the project's folder; None if it is outside, no file, unreadable or large."""
    if not is_file(root, path):
        return None
    try:
        with (root / path).open("rb") as stream:
            data = stream.read(TEXT_BYTES + 1)
    except OSError:
        return None
    return None if len(data) > TEXT_BYTES else data.decode("utf-8", "replace")


def matching(root: Path, pattern: str) -> Iterator[Path]:
    """Yield the paths below a folder that a glob pattern of a project matches; none where it cannot be one."""
    # Python before 3.13 refuses two stars beside other characters, and later ones read them as one.
    if any("**" in part and part != "**" for part in pattern.split("/")):
        return
    with suppress(ValueError, NotImplementedError, OSError):
        yield from root.glob(pattern)


def content(path: Path, file: str, *, limit: int) -> bytes:
    """Return the bytes of a file that a project has to have.

    Args:
        path: where it is.
        file: what it is called in an error.
        limit: the most bytes it may have, whole MiB.

    Raises:
        InputError: it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror}.",
            cause="It is not there, is no plain file, or its permissions or those of its folder do not allow it.",
            remedy=f"Put a readable file at {file}.",
        ) from error
    if len(data) > limit:
        raise InputError(
            f"{file} is larger than {limit // 1024 // 1024} MiB.",
            cause="It is not what it is named, or something wrote data into it.",
            remedy=f"Put back the {file} of the project.",
        )
    return data
