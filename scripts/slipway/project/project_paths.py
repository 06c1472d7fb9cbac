"""Safe access to paths that a project names: they may leave the project, be of any kind and contain invalid characters."""

from pathlib import Path

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
