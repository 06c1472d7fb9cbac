"""What an artifact holds, as far as two releases are compared by it: each file's digest, what it is, and the metadata.

Paths are made comparable: without the version, the ABI and the digest that a build writes into names.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO

from msgspec import Struct, field

from slipway.artifacts import dist_info, importable, metadata, tarball, zip_directory, zip_members
from slipway.artifacts.archive import MAX_SCAN_BYTES, Opened, Problem, Unreadable, complete
from slipway.artifacts.filename import Filename, Kind, kind_of, parse
from slipway.artifacts.metadata import MetadataFacts

DIST_INFO = ".dist-info"
DATA = ".data"

WRITTEN_ANEW = frozenset((f"{DIST_INFO}/RECORD", f"{DIST_INFO}/METADATA", f"{DIST_INFO}/WHEEL", "PKG-INFO"))
"""Files that differ in every release."""

FORMS: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "machine code for Linux"),
    (b"MZ", "machine code for Windows"),
    (b"\xcf\xfa\xed\xfe", "machine code for macOS"),
    (b"\xce\xfa\xed\xfe", "machine code for macOS"),
    (b"\xca\xfe\xba\xbe", "machine code for macOS or the Java machine"),
    (b"\0asm", "WebAssembly"),
)
"""How files that a machine executes begin."""
SHORTEST_PROGRAM = 64
"""Bytes of the header of a Windows program; a text may begin with its two letters."""
RUN_BY_SYSTEM = (".exe", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".jse", ".jar", ".msi")
"""Ends of names that a system starts by itself."""

_BUNDLED = re.compile(r"[-.][0-9a-f]{8,64}(?=[-.])")
"""The digest in the name of a library that auditwheel or delvewheel put into a wheel."""


class File(Struct, frozen=True, kw_only=True):
    """One file of an artifact.

    Attributes:
        path: as in the archive.
        size: in bytes, unpacked.
        sha256: in lower-case hexadecimal; None where it could not be read.
        form: what kind of machine executes it, None for what is no program.
    """

    path: str
    size: int
    sha256: str | None
    form: str | None = None


class Outline(Struct, frozen=True, kw_only=True):
    """What an artifact holds.

    Attributes:
        location: where it is on this machine.
        size: of the artifact, in bytes.
        sha256: of the artifact, in lower-case hexadecimal.
        parts: what its name says.
        files: by comparable path.
        metadata: METADATA or PKG-INFO, None where there is none.
        entry_points: group to name to value.
        problems: what is wrong with the archive.
    """

    location: Path
    filename: str
    kind: Kind
    size: int
    sha256: str
    parts: Filename
    files: Mapping[str, File]
    metadata: MetadataFacts | None = None
    entry_points: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of it was read, so that what is absent is not there."""
        return complete(self.problems)

    @property
    def top_level(self) -> frozenset[str]:
        """The names a wheel makes importable."""
        return frozenset(top.name for top in importable.top_level(self.files))


def read(path: Path) -> Outline:
    """Return the outline of an sdist or a wheel; whatever is wrong with its bytes is recorded, never raised.

    Raises:
        OSError: the file itself cannot be read.
    """
    kind: Kind = kind_of(path.name) or "sdist"
    found: dict[str, File] = {}
    problems: list[Problem] = []
    texts: dict[str, bytes] = {}
    digest = sha256()
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        while block := stream.read(1 << 20):
            digest.update(block)
        for one in _opened(stream, path.name, size):
            if isinstance(one, Problem):
                problems.append(one)
            elif one.content is not None:
                file, text = _file(one, problems)
                found[file.path] = file
                if text is not None and kind == "sdist":
                    texts[file.path] = text
        about = None
        if kind == "wheel":
            about, more = dist_info.read(stream, zip_directory.read(stream, size), path.name)
            problems += more
    parts = parse(path.name, kind)
    top = _top(found) if kind == "sdist" else None
    described = about.metadata if about else _described(texts, top)
    return Outline(
        location=path,
        filename=path.name,
        kind=kind,
        size=size,
        sha256=digest.hexdigest(),
        parts=parts,
        files={_comparable(name, kind, top): file for name, file in found.items()},
        metadata=described,
        entry_points=(about.entry_points or {}) if about else {},
        problems=tuple(problems),
    )


def contents(path: Path, wanted: Collection[str], limit: int = MAX_SCAN_BYTES) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of some files of an artifact, of a long one what comes first.

    Args:
        path: the artifact.
        wanted: paths as in the archive.
        limit: bytes of one file.

    Raises:
        OSError: the file itself cannot be read.
    """
    with path.open("rb") as stream:
        for one in _opened(stream, path.name, stream.seek(0, os.SEEK_END)):
            if isinstance(one, Problem) or one.content is None:
                continue
            kept = bytearray()
            try:
                for piece in one.content:
                    if one.member.path in wanted and len(kept) < limit:
                        kept += piece
            except Unreadable:
                continue
            if one.member.path in wanted:
                yield one.member.path, bytes(kept[:limit])


def _opened(stream: IO[bytes], name: str, size: int) -> Iterator[Problem | Opened]:
    if name.endswith((".whl", ".zip")):
        return zip_members.read(stream, size, zip_directory.read(stream, size))
    return tarball.read(stream, size)


def _file(opened: Opened, problems: list[Problem]) -> tuple[File, bytes | None]:
    """Return what is known of one file, and its text if it may be the metadata of an sdist."""
    member, digest, head = opened.member, sha256(), b""
    is_metadata = member.path.endswith("/PKG-INFO") and member.path.count("/") == 1
    text = bytearray()
    whole = True
    try:
        for piece in opened.content or ():
            digest.update(piece)
            head = head or piece[:SHORTEST_PROGRAM]
            if is_metadata and len(text) <= metadata.MAX_BYTES:
                text += piece
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
        whole = False
    file = File(
        path=member.path,
        size=member.size,
        sha256=digest.hexdigest() if whole else None,
        form=_form(member.path, head),
    )
    return file, bytes(text) if is_metadata else None


def _form(path: str, head: bytes) -> str | None:
    if path.lower().endswith(RUN_BY_SYSTEM):
        return "a program by its name"
    form = next((form for start, form in FORMS if head.startswith(start)), None)
    # Of a text that begins with MZ the header would be text as well.
    return (
        None
        if form and head.startswith(b"MZ") and (len(head) < SHORTEST_PROGRAM or b"\0" not in head)
        else form
    )


def _top(found: Collection[str]) -> str | None:
    tops = {path.partition("/")[0] for path in found}
    return next(iter(tops)) if len(tops) == 1 else None


def _described(texts: Mapping[str, bytes], top: str | None) -> MetadataFacts | None:
    text = texts.get(f"{top}/PKG-INFO")
    return metadata.parse(text, file=f"{top}/PKG-INFO") if text is not None else None


def _comparable(path: str, kind: Kind, top: str | None) -> str:
    """Return a path without what differs from build to build."""
    if kind == "sdist":
        return path.removeprefix(f"{top}/") if top else path
    first, slash, rest = path.partition("/")
    if slash and first.endswith(DIST_INFO):
        return f"{DIST_INFO}/{rest}"
    if slash and first.endswith(DATA):
        installed = importable.installed_path(path, first)
        path = installed if installed is not None else f"{DATA}/{rest}"
    return _BUNDLED.sub("", importable.SUFFIX_OF_EXTENSION.sub(".so", path))
