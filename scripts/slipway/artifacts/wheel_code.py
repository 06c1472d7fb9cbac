"""The Python code of a wheel as a whole: where its entry points lead, how its modules import each other."""

from collections.abc import Iterable, Mapping
from typing import IO

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from slipway.artifacts import python_code, python_syntax, zip_members
from slipway.artifacts.archive import Unreadable
from slipway.artifacts.dist_info import DistInfo
from slipway.artifacts.python_code import NewerSyntax, Target
from slipway.artifacts.python_syntax import Construct
from slipway.artifacts.zip_directory import Directory

HIGHEST_MINOR = 99
"""Where the search for the oldest supported version ends."""
MAX_CACHED_BYTES = 32 * 1024 * 1024
"""How much source is kept while imports are followed; it is read again beyond that."""


def resolve_imports(
    stream: IO[bytes],
    directory: Directory,
    about: DistInfo,
    *,
    tops: Iterable[str],
    newer: Mapping[str, Construct],
    floor: int | None,
) -> tuple[tuple[Target, ...], tuple[NewerSyntax, ...]]:
    """Return where the entry points lead, and how the modules whose syntax is too new are imported.

    Args:
        stream: the wheel, open for reading and seekable.
        directory: its central directory.
        about: its .dist-info folder.
        tops: the names that are imported to touch every package.
        newer: path to the first construct that is too new.
        floor: the oldest supported minor version of Python 3.
    """
    known = python_code.modules((entry.path for entry in directory.entries), about.data_directory)
    source = _Sources(stream, directory)
    targets = python_code.targets(about.entry_points, known, source.read)
    if not newer or floor is None:
        return targets, ()
    starts = [*tops, *(target.module for target in targets if target.path and target.module)]
    imported = python_code.reached(starts, known, source.read)
    paths = {dotted: module.path for dotted, module in known.items() if module.path in newer}
    guarded = python_code.guarded(paths.keys() - imported, known, source.read)
    return targets, tuple(
        NewerSyntax(
            path=path,
            module=dotted,
            construct=newer[path],
            floor=floor,
            reach="imported" if dotted in imported else "guarded" if dotted in guarded else "direct",
        )
        for dotted, path in sorted(paths.items())
    )


class _Sources:
    """Reads the content of members, and keeps some of it."""

    def __init__(self, stream: IO[bytes], directory: Directory) -> None:
        self._stream = stream
        self._entries = {entry.path: entry for entry in directory.entries}
        self._cached: dict[str, bytes] = {}
        self._room = MAX_CACHED_BYTES

    def read(self, path: str) -> bytes | None:
        entry = self._entries.get(path)
        if entry is None or entry.size > python_syntax.MAX_SOURCE_BYTES:
            return None
        if path in self._cached:
            return self._cached[path]
        try:
            data = b"".join(zip_members.pieces(self._stream, entry))
        except Unreadable:
            return None
        if len(data) <= self._room:
            self._room -= len(data)
            self._cached[path] = data
        return data


def oldest_minor(requires_python: str | None) -> int | None:
    """Return the oldest minor version of Python 3 that a specifier allows, None where it allows none."""
    try:
        specifiers = SpecifierSet(requires_python or "<3")
    except InvalidSpecifier:
        return None
    # The newest patch release counts: `>=3.9.2` allows 3.9.
    allowed = (
        minor
        for minor in range(HIGHEST_MINOR)
        if specifiers.contains(f"3.{minor}.{HIGHEST_MINOR}", prereleases=True)
    )
    return next(allowed, None)
