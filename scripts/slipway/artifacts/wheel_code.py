"""What a wheel's files hold, looked at while they are read, and the Python code as a whole afterwards."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from slipway.artifacts import python_code, python_syntax, secret_scan, zip_members
from slipway.artifacts.importable import installed_path
from slipway.artifacts.python_code import NewerSyntax, Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slipway.artifacts.dist_info import EntryPoints
    from slipway.artifacts.python_syntax import Construct
    from slipway.artifacts.secret_scan import Sighting
    from slipway.artifacts.zip_directory import Directory

HIGHEST_MINOR = 99
"""Where the search for the oldest supported version ends."""
MAX_SIGHTINGS = 200
MAX_CACHED_BYTES = 32 * 1024 * 1024
"""How much source is kept while imports are followed; it is read again beyond that."""


class WheelCode:
    """Looks at each file of a wheel once, and then at how the modules hang together.

    Attributes:
        sightings: what struck the eye, at most `MAX_SIGHTINGS`.
    """

    def __init__(self, requires_python: str | None, data_directory: str | None) -> None:
        """Prepare for looking.

        Args:
            requires_python: the specifier in the metadata, which decides what syntax is too new.
            data_directory: the wheel's `.data` folder, if it has one.
        """
        self._floor = oldest_minor(requires_python)
        self._data_directory = data_directory
        self._newer: dict[str, Construct] = {}
        self.sightings: list[Sighting] = []

    def look(self, path: str, data: bytes) -> None:
        """Look at one file."""
        self.sightings += secret_scan.look(path, data)[: MAX_SIGHTINGS - len(self.sightings)]
        if self._floor is not None and path.endswith(".py") and installed_path(path, self._data_directory):
            construct = python_syntax.newer_than(data, self._floor)
            if construct:
                self._newer[path] = construct

    def hang_together(
        self,
        stream: IO[bytes],
        directory: Directory,
        *,
        entry_points: EntryPoints | None,
        tops: Iterable[str],
    ) -> tuple[tuple[Target, ...], tuple[NewerSyntax, ...]]:
        """Return where the entry points lead, and the modules whose syntax is too new.

        Args:
            stream: the wheel, open for reading and seekable.
            directory: its central directory.
            entry_points: its entry points.
            tops: the names that are imported to touch every package.
        """
        known = python_code.modules((entry.path for entry in directory.entries), self._data_directory)
        source = _Sources(stream, directory)
        targets = python_code.targets(entry_points, known, source.read)
        if not self._newer or self._floor is None:
            return targets, ()
        starts = [*tops, *(target.module for target in targets if target.path and target.module)]
        imported = python_code.reached(starts, known, source.read)
        newer = {dotted: known[dotted].path for dotted in known if known[dotted].path in self._newer}
        guarded = python_code.guarded(newer.keys() - imported, known, source.read)
        return targets, tuple(
            NewerSyntax(
                path=path,
                module=dotted,
                construct=self._newer[path],
                floor=self._floor,
                reach="imported" if dotted in imported else "guarded" if dotted in guarded else "direct",
            )
            for dotted, path in sorted(newer.items())
        )


class _Sources:
    """Gives the content of members, and remembers some of it."""

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
        except zip_members.Unreadable:
            return None
        if len(data) <= self._room:
            self._room -= len(data)
            self._cached[path] = data
        return data


def oldest_minor(requires_python: str | None) -> int | None:
    """Return the oldest minor version of Python 3 that a specifier admits, None where it admits none."""
    try:
        specifiers = SpecifierSet(requires_python or "<3")
    except InvalidSpecifier:
        return None
    # The newest patch release counts: `>=3.9.2` admits 3.9.
    admitted = (
        minor
        for minor in range(HIGHEST_MINOR)
        if specifiers.contains(f"3.{minor}.{HIGHEST_MINOR}", prereleases=True)
    )
    return next(admitted, None)
