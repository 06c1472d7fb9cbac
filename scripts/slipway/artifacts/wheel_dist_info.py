"""The .dist-info folder of a wheel, read before the rest of it."""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Literal

from slipway.artifacts import dist_info, metadata, zip_members
from slipway.artifacts.archive import MAX_RECORD_BYTES, MAX_TEXT_BYTES, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slipway.artifacts.dist_info import EntryPoints, Malformed, RecordRow, WheelFile
    from slipway.artifacts.metadata import MetadataFacts
    from slipway.artifacts.zip_directory import Directory, Entry

_HASHES = hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}


class DistInfo:
    """The .dist-info folder, read first, since RECORD says how the rest is hashed.

    Its attributes are those of `WheelFacts`; `algorithms` names the hash that RECORD gives each path.
    """

    def __init__(self, stream: IO[bytes], directory: Directory, filename: str) -> None:
        """Read the folder.

        Args:
            stream: the wheel, open for reading and seekable.
            directory: its central directory.
            filename: its filename.
        """
        self._stream = stream
        self._files = {entry.path: entry for entry in directory.entries if entry.kind == "file"}
        self.problems: list[Problem] = []
        self.expected_dist_info = expected_dist_info(filename)
        self.dist_infos = _dist_infos(self._files)
        self.dist_info = self._choose()
        self.data_directory = self._data_directory()
        self.metadata, self.metadata_problem = self._metadata()
        self.wheel_file = self._wheel_file()
        self.record, self.record_problem = self._record()
        self.entry_points, self.entry_points_problem = self._entry_points()
        self.algorithms = {
            row.path: row.algorithm for row in self.record or () if row.algorithm and row.algorithm in _HASHES
        }

    def _choose(self) -> str | None:
        if self.expected_dist_info in self.dist_infos:
            return self.expected_dist_info
        return self.dist_infos[0] if len(self.dist_infos) == 1 else None

    def _data_directory(self) -> str | None:
        folder = (self.dist_info or "").removesuffix(".dist-info") + ".data"
        return folder if any(path.startswith(folder + "/") for path in self._files) else None

    def _entry(self, name: str) -> Entry | None:
        return self._files.get(f"{self.dist_info}/{name}")

    def _text(self, name: str, limit: int = MAX_TEXT_BYTES) -> bytes | None:
        """Return a file of the folder, None where it is absent, too large or unreadable."""
        entry = self._entry(name)
        if entry is None or entry.size > limit:
            return None
        try:
            return b"".join(zip_members.pieces(self._stream, entry))
        except zip_members.Unreadable as unreadable:
            self.problems.append(unreadable.problem)
            return None

    def _metadata(self) -> tuple[MetadataFacts | None, Literal["missing", "unread"] | None]:
        entry = self._entry("METADATA")
        if entry is None:
            return None, "missing"
        if entry.size > MAX_TEXT_BYTES:
            return metadata.MetadataFacts(file=entry.path, size=entry.size, too_large=True), None
        data = self._text("METADATA")
        return (None, "unread") if data is None else (metadata.parse(data, file=entry.path), None)

    def _wheel_file(self) -> WheelFile | None:
        data = self._text("WHEEL")
        return None if data is None else dist_info.parse_wheel_file(data)

    def _record(self) -> tuple[tuple[RecordRow, ...] | None, Malformed | None]:
        data = self._text("RECORD", MAX_RECORD_BYTES)
        return (None, None) if data is None else dist_info.parse_record(data)

    def _entry_points(self) -> tuple[EntryPoints | None, Malformed | None]:
        data = self._text("entry_points.txt")
        return (None, None) if data is None else dist_info.parse_entry_points(data)


def expected_dist_info(filename: str) -> str | None:
    """Return the .dist-info folder that a wheel's filename promises, spelled as the filename spells it."""
    parts = filename.split("-", 2)
    return f"{parts[0]}-{parts[1]}.dist-info" if len(parts) == 3 else None  # noqa: PLR2004 - name, version, tags


def _dist_infos(paths: Iterable[str]) -> tuple[str, ...]:
    tops = {path.partition("/")[0] for path in paths if "/" in path}
    return tuple(sorted(top for top in tops if top.endswith(".dist-info")))
