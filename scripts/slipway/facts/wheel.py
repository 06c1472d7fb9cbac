"""What a wheel contains.

Binary distribution format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Literal

from packaging.utils import InvalidWheelFilename, NormalizedName, parse_wheel_filename

from slipway.facts import dist_info, importable, metadata, zip_directory, zip_members
from slipway.facts.archive import MAX_RECORD_BYTES, MAX_TEXT_BYTES, Member, Problem, complete
from slipway.facts.contents import Contents
from slipway.manifest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.tags import Tag
    from packaging.version import Version

    from slipway.facts.dist_info import EntryPoints, Malformed, RecordRow, WheelFile
    from slipway.facts.importable import TopLevel
    from slipway.facts.metadata import MetadataFacts
    from slipway.facts.zip_directory import Directory, Entry

RECORD_SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Files beside RECORD that it need not list."""
_HASHES = hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}
_LICENCE_STEMS = ("licen", "copying", "notice", "authors")


@dataclass(frozen=True, kw_only=True)
class WheelName:
    """The parts of a wheel's filename, as packaging reads them.

    Attributes:
        build: the build tag, empty where there is none.
    """

    name: NormalizedName
    version: Version
    build: tuple[()] | tuple[int, str]
    tags: frozenset[Tag]


@dataclass(frozen=True, kw_only=True)
class WheelFacts:
    """What a wheel is and holds, without opinions.

    Attributes:
        filename: name of the file, without its folder.
        size: size in bytes.
        sha256: digest of the file in lower-case hexadecimal.
        parts: what the filename says; None where it cannot be parsed.
        members: everything in the archive, in order.
        problems: what is wrong with the archive.
        complete: whether all members were listed and read; if not, what is absent may only be unread.
        unpacked_size: sum of the sizes the archive gives its members.
        expected_dist_info: the folder the filename promises, `NAME-VERSION.dist-info`, spelled the same;
            None where the filename has fewer than two dashes.
        dist_infos: every top-level folder ending in `.dist-info`.
        dist_info: the folder that was read: the expected one, or else the only one.
        data_directory: its `.data` counterpart, if something is in it.
        metadata: what METADATA says; None where there is none.
        metadata_problem: why there is none.
        wheel_file: what WHEEL says; None where it is absent or was not read.
        record: the rows of RECORD; None where it is absent or was not read.
        record_problem: why RECORD cannot be parsed.
        digests: what RECORD should say of each path it lists, with the algorithm it uses there.
        entry_points: group to name to value; None where there is no such file.
        entry_points_problem: why entry_points.txt cannot be parsed.
        top_level: what can be imported, one per top-level name.
        importable: names to import to touch every package (`google.cloud.storage`), namespaces resolved.
        licence_files: paths of licences in the .dist-info folder.
    """

    filename: str
    size: int
    sha256: str
    kind: Literal["wheel"] = "wheel"
    parts: WheelName | None = None
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    unpacked_size: int = 0
    expected_dist_info: str | None = None
    dist_infos: tuple[str, ...] = ()
    dist_info: str | None = None
    data_directory: str | None = None
    metadata: MetadataFacts | None = None
    metadata_problem: Literal["missing", "unread"] | None = None
    wheel_file: WheelFile | None = None
    record: tuple[RecordRow, ...] | None = None
    record_problem: Malformed | None = None
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    entry_points: EntryPoints | None = None
    entry_points_problem: Malformed | None = None
    top_level: tuple[TopLevel, ...] = ()
    importable: tuple[str, ...] = ()
    licence_files: tuple[str, ...] = ()
    paths: frozenset[str] = field(default=frozenset(), repr=False)

    def in_dist_info(self, name: str) -> str | None:
        """Return the path of a file of the .dist-info folder, None where it is absent."""
        path = f"{self.dist_info}/{name}"
        return path if path in self.paths else None


def read(path: Path) -> WheelFacts:
    """Return the facts of a wheel; whatever is wrong with its bytes is recorded, never raised.

    Raises:
        OSError: the file itself cannot be read.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        directory = zip_directory.read(stream, size)
        about = _DistInfo(stream, directory, path.name)
        contents = Contents(look=_ignore, algorithms=about.algorithms)
        contents.problems += directory.problems
        contents.read_zip(stream, size, directory)
    members = tuple(contents.members)
    paths = frozenset(member.path for member in members)
    problems = tuple(dict.fromkeys([*contents.problems, *about.problems]))
    top_level = importable.top_level(paths, about.data_directory)
    return WheelFacts(
        filename=path.name,
        size=size,
        sha256=sha256(path),
        parts=_parts(path.name),
        members=members,
        problems=problems,
        complete=complete(problems),
        unpacked_size=sum(member.size for member in members),
        expected_dist_info=about.expected,
        dist_infos=about.folders,
        dist_info=about.folder,
        data_directory=about.data_directory,
        metadata=about.metadata,
        metadata_problem=about.metadata_problem,
        wheel_file=about.wheel_file,
        record=about.record,
        record_problem=about.record_problem,
        digests=contents.digests,
        entry_points=about.entry_points,
        entry_points_problem=about.entry_points_problem,
        top_level=top_level,
        importable=importable.names(top_level),
        licence_files=_licence_files(paths, about.folder),
        paths=paths,
    )


def _ignore(_path: str, _data: bytes) -> None:
    """Look at nothing."""


class _DistInfo:
    """The .dist-info folder, read first, since RECORD says how the rest is hashed."""

    def __init__(self, stream: IO[bytes], directory: Directory, filename: str) -> None:
        self._stream = stream
        self._files = {entry.path: entry for entry in directory.entries if entry.kind == "file"}
        self.problems: list[Problem] = []
        self.expected = expected_dist_info(filename)
        self.folders = _dist_infos(self._files)
        self.folder = self._choose()
        self.data_directory = self._data_directory()
        self.metadata, self.metadata_problem = self._metadata()
        self.wheel_file = self._wheel_file()
        self.record, self.record_problem = self._record()
        self.entry_points, self.entry_points_problem = self._entry_points()
        self.algorithms = {
            row.path: row.algorithm for row in self.record or () if row.algorithm and row.algorithm in _HASHES
        }

    def _choose(self) -> str | None:
        if self.expected in self.folders:
            return self.expected
        return self.folders[0] if len(self.folders) == 1 else None

    def _data_directory(self) -> str | None:
        folder = (self.folder or "").removesuffix(".dist-info") + ".data"
        return folder if any(path.startswith(folder + "/") for path in self._files) else None

    def _entry(self, name: str) -> Entry | None:
        return self._files.get(f"{self.folder}/{name}")

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


def _parts(filename: str) -> WheelName | None:
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    return WheelName(name=name, version=version, build=build, tags=tags)


def _licence_files(paths: Iterable[str], folder: str | None) -> tuple[str, ...]:
    """Return what lies in `licenses/`, and what older backends put directly into the folder."""
    prefix = f"{folder}/"
    found = []
    for path in paths:
        if path.startswith(prefix):
            inside = path[len(prefix) :]
            older = "/" not in inside and posixpath.basename(inside).lower().startswith(_LICENCE_STEMS)
            if older or inside.startswith("licenses/"):
                found.append(path)
    return tuple(sorted(found))
