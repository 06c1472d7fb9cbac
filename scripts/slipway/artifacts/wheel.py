"""What a wheel contains.

Binary distribution format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from slipway.artifacts import importable, zip_directory
from slipway.artifacts.archive import Member, Problem, complete
from slipway.artifacts.contents import Contents
from slipway.artifacts.filename import WheelName, parse_wheel
from slipway.artifacts.wheel_code import WheelCode
from slipway.artifacts.wheel_dist_info import DistInfo
from slipway.manifest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slipway.artifacts.dist_info import EntryPoints, Malformed, RecordRow, WheelFile
    from slipway.artifacts.importable import TopLevel
    from slipway.artifacts.metadata import MetadataFacts
    from slipway.artifacts.python_code import NewerSyntax, Target
    from slipway.artifacts.secret_scan import Sighting

RECORD_SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Files beside RECORD that it need not list."""
_LICENCE_STEMS = ("licen", "copying", "notice", "authors")


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
        targets: where each entry point leads.
        top_level: what can be imported, one per top-level name.
        importable: names to import to touch every package (`google.cloud.storage`), namespaces resolved.
        newer_syntax: modules that the oldest Python of Requires-Python cannot read.
        sightings: keys, tokens, passwords and encrypted code.
        licence_files: paths of licences in the .dist-info folder.
        paths: the paths of all members.
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
    targets: tuple[Target, ...] = ()
    top_level: tuple[TopLevel, ...] = ()
    importable: tuple[str, ...] = ()
    newer_syntax: tuple[NewerSyntax, ...] = ()
    sightings: tuple[Sighting, ...] = ()
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
        about = DistInfo(stream, directory, path.name)
        code = WheelCode(
            about.metadata.one("requires-python") if about.metadata else None, about.data_directory
        )
        contents = Contents(look=code.look, algorithms=about.algorithms)
        contents.problems += directory.problems
        contents.read_zip(stream, size, directory)
        paths = frozenset(member.path for member in contents.members)
        top_level = importable.top_level(paths, about.data_directory)
        names = importable.names(top_level)
        targets, newer = code.hang_together(stream, directory, entry_points=about.entry_points, tops=names)
    problems = tuple(dict.fromkeys([*contents.problems, *about.problems]))
    return WheelFacts(
        filename=path.name,
        size=size,
        sha256=sha256(path),
        parts=_parts(path.name),
        members=tuple(contents.members),
        problems=problems,
        complete=complete(problems),
        unpacked_size=sum(member.size for member in contents.members),
        expected_dist_info=about.expected_dist_info,
        dist_infos=about.dist_infos,
        dist_info=about.dist_info,
        data_directory=about.data_directory,
        metadata=about.metadata,
        metadata_problem=about.metadata_problem,
        wheel_file=about.wheel_file,
        record=about.record,
        record_problem=about.record_problem,
        digests=contents.digests,
        entry_points=about.entry_points,
        entry_points_problem=about.entry_points_problem,
        targets=targets,
        top_level=top_level,
        importable=names,
        newer_syntax=newer,
        sightings=tuple(code.sightings),
        licence_files=_licence_files(paths, about.dist_info),
        paths=paths,
    )


def _parts(filename: str) -> WheelName | None:
    parts = parse_wheel(filename)
    return None if parts.problem else parts


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
