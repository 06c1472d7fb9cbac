"""What a source distribution contains.

Source distribution format: https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from slipway.artifacts import metadata, secret_scan, zip_directory
from slipway.artifacts.archive import MAX_TEXT_BYTES, Member, Problem, complete
from slipway.artifacts.contents import Contents
from slipway.artifacts.filename import SdistName, parse_sdist
from slipway.manifest import sha256
from slipway.project import toml_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slipway.artifacts.metadata import MetadataFacts
    from slipway.artifacts.secret_scan import Sighting

MAX_TEXT_FILES = 8
"""How many candidates for PKG-INFO and pyproject.toml are kept while the top directory is not known yet."""
MAX_SIGHTINGS = 200
_TEXTS = frozenset({"PKG-INFO", "pyproject.toml"})
_LICENCE_STEMS = ("licen", "copying", "notice", "authors")


@dataclass(frozen=True, kw_only=True)
class SdistFacts:
    """What a source distribution is and holds, without opinions.

    Attributes:
        filename: name of the file, without its folder.
        size: size in bytes.
        sha256: digest of the file in lower-case hexadecimal.
        parts: name and version from the filename; None where it cannot be parsed.
        members: everything in the archive, in order.
        problems: what is wrong with the archive.
        complete: whether all members were listed and read; if not, what is absent may only be unread.
        unpacked_size: sum of the sizes the archive gives its members.
        top_directory: the directory everything is in; None where there is not exactly one.
        mixed_roots: absolute and relative names stand side by side.
        pkg_info: path of the PKG-INFO directly in the top directory.
        metadata: what it says; None where there is none.
        metadata_problem: why there is none.
        pyproject: path of the pyproject.toml directly in the top directory.
        build_backend: what it names as the backend; None where it names none or cannot be parsed.
        setup_py: path of the setup.py directly in the top directory.
        licence_files: paths directly in the top directory that are named like a licence.
        sightings: keys, tokens, passwords and encrypted code.
        paths: the paths of all members.
    """

    filename: str
    size: int
    sha256: str
    kind: Literal["sdist"] = "sdist"
    parts: SdistName | None = None
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    unpacked_size: int = 0
    top_directory: str | None = None
    mixed_roots: bool = False
    pkg_info: str | None = None
    metadata: MetadataFacts | None = None
    metadata_problem: Literal["missing", "unread"] | None = None
    pyproject: str | None = None
    build_backend: str | None = None
    setup_py: str | None = None
    licence_files: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    paths: frozenset[str] = field(default=frozenset(), repr=False)


def read(path: Path) -> SdistFacts:
    """Return the facts of a sdist; whatever is wrong with its bytes is recorded, never raised.

    Raises:
        OSError: the file itself cannot be read.
    """
    texts: dict[str, bytes] = {}
    seen: list[Sighting] = []

    def look(name: str, data: bytes) -> None:
        _keep(texts, name, data)
        seen.extend(secret_scan.look(name, data)[: MAX_SIGHTINGS - len(seen)])

    contents = Contents(look=look)
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        if path.name.endswith(".zip"):
            directory = zip_directory.read(stream, size)
            contents.problems += directory.problems
            contents.read_zip(stream, size, directory)
        else:
            contents.read_tar(stream, size)
    members = tuple(contents.members)
    paths = frozenset(member.path for member in members)
    top, mixed = _top_directory(paths)
    inside = {name: f"{top}/{name}" for name in ("PKG-INFO", "pyproject.toml", "setup.py")}
    found = {name: where if where in paths else None for name, where in inside.items()}
    about, about_problem = _metadata(members, found["PKG-INFO"], texts)
    return SdistFacts(
        filename=path.name,
        size=size,
        sha256=sha256(path),
        parts=_parts(path.name),
        members=members,
        problems=tuple(contents.problems),
        complete=complete(contents.problems),
        unpacked_size=sum(member.size for member in members),
        top_directory=top,
        mixed_roots=mixed,
        pkg_info=found["PKG-INFO"],
        metadata=about,
        metadata_problem=about_problem,
        pyproject=found["pyproject.toml"],
        build_backend=_backend(texts.get(found["pyproject.toml"] or "")),
        setup_py=found["setup.py"],
        sightings=tuple(seen),
        licence_files=_licence_files(paths, top),
        paths=paths,
    )


def _keep(texts: dict[str, bytes], name: str, data: bytes) -> None:
    if posixpath.basename(name) in _TEXTS and name.count("/") == 1 and len(texts) < MAX_TEXT_FILES:
        texts[name] = data


def _parts(filename: str) -> SdistName | None:
    parts = parse_sdist(filename)
    return None if parts.problem else parts


def _top_directory(paths: Iterable[str]) -> tuple[str | None, bool]:
    """Return the one directory that holds everything, and whether absolute names stand beside relative ones.

    This is how the index finds it: the longest common path, which must be more than nothing.
    """
    try:
        common = posixpath.commonpath(paths)
    except ValueError:
        return None, bool(paths)
    return (None, False) if common in ("", ".", "/") else (common, False)


def _metadata(
    members: Iterable[Member], pkg_info: str | None, texts: Mapping[str, bytes]
) -> tuple[MetadataFacts | None, Literal["missing", "unread"] | None]:
    if pkg_info is None:
        return None, "missing"
    if pkg_info in texts:
        return metadata.parse(texts[pkg_info], file=pkg_info), None
    size = max(member.size for member in members if member.path == pkg_info)
    if size > MAX_TEXT_BYTES:
        return metadata.MetadataFacts(file=pkg_info, size=size, too_large=True), None
    return None, "unread"


def _backend(data: bytes | None) -> str | None:
    """Return `build-system.build-backend` of a pyproject.toml."""
    try:
        table = toml_lines.loads((data or b"").decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    system = table.get("build-system")
    backend = system.get("build-backend") if isinstance(system, dict) else None
    return backend if isinstance(backend, str) else None


def _licence_files(paths: Iterable[str], top: str | None) -> tuple[str, ...]:
    return tuple(
        sorted(
            path
            for path in paths
            if posixpath.dirname(path) == top and posixpath.basename(path).lower().startswith(_LICENCE_STEMS)
        )
    )
