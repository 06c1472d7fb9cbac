"""What a wheel contains.

Binary distribution format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from msgspec import Struct

from slipway.artifacts import (
    dist_info,
    importable,
    python_code,
    python_syntax,
    wheel_modules,
    zip_directory,
    zip_members,
)
from slipway.artifacts.contents import Apart, Contents
from slipway.artifacts.dist_info import DistInfo
from slipway.artifacts.distribution import DistributionFacts
from slipway.artifacts.filename import parse
from slipway.artifacts.importable import TopLevel
from slipway.artifacts.metadata import MetadataFacts
from slipway.artifacts.python_code import NewerSyntax, Source, Target
from slipway.artifacts.python_imports import Absent, Finder

RECORD_SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Files beside RECORD that it need not list."""


@dataclass(frozen=True, kw_only=True)
class WheelFacts(DistInfo, DistributionFacts):
    """What a wheel is and holds, without opinions.

    Attributes:
        digests: what RECORD should say of each path it lists, with the algorithm it uses there.
        sent_metadata: the file that twine would send as the metadata.
        targets: where each entry point leads.
        top_level: what can be imported, one per top-level name.
        importable: names to import to touch every package (`google.cloud.storage`), namespaces resolved.
        absent: imports of what is neither in the wheel nor in the oldest Python of Requires-Python.
        newer_syntax: modules that the oldest Python of Requires-Python cannot read.
    """

    kind: Literal["wheel"] = "wheel"
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    sent_metadata: str | None = None
    targets: tuple[Target, ...] = ()
    top_level: tuple[TopLevel, ...] = ()
    importable: tuple[str, ...] = ()
    newer_syntax: tuple[NewerSyntax, ...] = ()
    absent: tuple[Absent, ...] = ()

    @cached_property
    def installed(self) -> tuple[str, ...]:
        """Where files are installed, relative to site-packages, the .dist-info folder left out."""
        described = tuple(f"{folder}/" for folder in self.dist_infos)
        places = (
            importable.installed_path(member.path, self.data_directory)
            for member in self.members
            if member.kind != "dir" and not member.path.startswith(described)
        )
        return tuple(path for path in places if path)

    def in_dist_info(self, name: str) -> str | None:
        """Return the path of a file of the .dist-info folder, None where it is absent."""
        path = f"{self.dist_info}/{name}"
        return path if path in self.paths else None


class _Looked(Struct, frozen=True):
    """What is in a file: whether twine may send it as the metadata, and what a module shows."""

    is_sendable: bool
    source: Source | None = None


def _look(
    path: str, data: bytes, *, data_directory: str | None, imports: Finder, floor: int | None
) -> _Looked:
    is_sendable = "METADATA" in path and b"Metadata-Version" in data
    if not (path.endswith(".py") and importable.installed_path(path, data_directory)):
        return _Looked(is_sendable)
    newer = None if floor is None else python_syntax.newer_than(data, floor)
    return _Looked(is_sendable, Source(imports.statements(data), newer))


def read(path: Path, *, described: Callable[[MetadataFacts], None] | None = None) -> WheelFacts:
    """Return the facts of a wheel; whatever is wrong with its bytes is recorded, never raised.

    Args:
        path: the file.
        described: takes its metadata, where there is any, before the rest of it is read.

    Raises:
        OSError: the file itself cannot be read.
    """
    contents = Contents(path)
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        directory = zip_directory.read(stream, size)
        about, problems = dist_info.read(stream, directory, path.name)
        if described is not None and about.metadata is not None:
            described(about.metadata)
        floor = python_code.oldest_minor(about.metadata.one("requires-python") if about.metadata else None)
        sources: dict[str, Source] = {}
        sendable: list[str] = []
        opened = Apart(zip_members.read_apart(stream, size, directory, path))
        modules = wheel_modules.read((entry.path for entry in directory.entries), about.data_directory)
        own = frozenset(dotted.partition(".")[0] for dotted in modules)
        look = partial(_look, data_directory=about.data_directory, imports=Finder(own, floor), floor=floor)
        for name, looked in contents.files(opened, look, about.algorithms):
            if looked.is_sendable:
                sendable.append(name)
            if looked.source is not None:
                sources[name] = looked.source
        top_level = importable.top_level((member.path for member in contents.members), about.data_directory)
        names = importable.names(top_level)
        targets, newer_syntax, absent = python_code.resolve_imports(
            stream, directory, about, modules=modules, sources=sources, tops=names, floor=floor
        )
    parts = parse(path.name, "wheel")
    return WheelFacts(
        filename=path.name,
        size=size,
        sha256=contents.sha256,
        parts=None if parts.problem else parts,
        members=tuple(contents.members),
        problems=tuple(dict.fromkeys([*contents.problems, *problems])),
        digests=contents.digests,
        # As `twine.wheel.Wheel.read` chooses.
        sent_metadata=min(sendable, key=lambda name: (name.count("/"), name.split("/")), default=None),
        targets=targets,
        top_level=top_level,
        importable=names,
        newer_syntax=newer_syntax,
        absent=absent,
        secrets=tuple(contents.secrets),
        pointers=tuple(contents.pointers),
        **vars(about),
    )
