"""The content of zip members, unpacked piece by piece and never to disk."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from slipway.artifacts import tarball, zip_framing
from slipway.artifacts.archive import (
    CHUNK,
    MAX_RATIO,
    MAX_RATIO_FLOOR,
    Fault,
    Later,
    Member,
    Opened,
    Problem,
    Unreadable,
    shown,
)
from slipway.artifacts.zip_directory import ENCRYPTED_FLAGS, LOCAL, Directory, Entry
from slipway.artifacts.zip_framing import LOCAL_HEADER, STORED

if TYPE_CHECKING:
    import zlib
else:
    # Twice as fast, with the same functions. The jobs that try or publish what was read here do without.
    try:
        from zlib_ng import zlib_ng as zlib
    except ImportError:
        import zlib

APART_BYTES = 512 * 1024
"""Members from this size on can be read in a thread: zlib and hashlib let other code run while they work on a piece."""
USUAL_EXTRA = 64
"""Bytes of the extra fields in the header of most members, at most; times and owners take less."""
DEFLATED = 8
_RAW_DEFLATE = -15


def read(stream: IO[bytes], file_size: int, directory: Directory) -> Iterator[Problem | Opened]:
    """Yield every member of a zip in the order of its directory, and each problem where it is met.

    Their contents can be read in any order, one at a time.

    Args:
        stream: the file, open for reading and seekable.
        file_size: its size in bytes.
        directory: its central directory.
    """
    for one in read_apart(stream, file_size, directory):
        found = one.find() if isinstance(one, Later) else one
        if found is not None:
            yield found


def read_apart(
    stream: IO[bytes], file_size: int, directory: Directory, path: Path | None = None
) -> Iterator[Problem | Opened | Later]:
    """Yield what `read` does, and what looks for a problem in its place.

    Args:
        stream: the file, open for reading and seekable.
        file_size: its size in bytes.
        directory: its central directory.
        path: where the file is, so that large members can be read from streams of their own, and all of them in a
            fork of this process.
    """
    yield from directory.problems
    if any(problem.fault is Fault.NOT_AN_ARCHIVE for problem in directory.problems):
        return
    if tarball.starts_as_tar(stream):
        yield Problem(fault=Fault.TWO_FORMATS, detail="it is also a tar")
    source = _Source(stream, path)
    yield Later(lambda: zip_framing.check(source.stream(), file_size, directory.entries))
    left = max(MAX_RATIO_FLOOR, MAX_RATIO * file_size)
    for entry in directory.entries:
        left -= entry.size
        kind, name = entry.kind, entry.path
        own = path if entry.size >= APART_BYTES and kind == "file" else None
        content = None
        if left >= 0 and kind != "dir":
            content = _pieces_apart(own, entry) if own else _pieces(source, entry)
        target = None
        if kind == "symlink" and content is not None:
            # A zip holds the target of a symbolic link as its content.
            try:
                target = shown(next(content, b""))
            except Unreadable as unreadable:
                yield unreadable.problem
            content = None
        member = Member(path=name, size=entry.size, kind=kind, mode=entry.mode & 0o7777, linkname=target)
        yield Opened(member, content, apart=own is not None)
    if left < 0:
        yield Problem(fault=Fault.LIMIT, detail=f"it unpacks to {-left} bytes more than are read")


class _Source:
    """A file that a fork of this process reads through a stream of its own: in that of this one it would move."""

    def __init__(self, stream: IO[bytes], path: Path | None) -> None:
        self._stream = stream
        self._path = path
        self._process = os.getpid()

    def stream(self) -> IO[bytes]:
        if self._path is not None and os.getpid() != self._process:
            self._stream, self._process = self._path.open("rb"), os.getpid()
        return self._stream


def _pieces(source: _Source, entry: Entry) -> Iterator[bytes]:
    yield from pieces(source.stream(), entry)


def _pieces_apart(path: Path, entry: Entry) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from pieces(stream, entry)


def pieces(stream: IO[bytes], entry: Entry) -> Iterator[bytes]:
    """Yield the content of a member in pieces of at most `CHUNK` bytes, and check length and checksum.

    Args:
        stream: the archive, open for reading and seekable; it must not be moved between two pieces.
        entry: the member, from the central directory.

    Raises:
        Unreadable: the member is encrypted, compressed in another way, or damaged.
    """
    if (whole := _at_once(stream, entry)) is not None:
        yield whole
        return
    _find_content(stream, entry)
    checksum = produced = 0
    for piece in _stored(stream, entry) if entry.method == STORED else _inflated(stream, entry):
        produced += len(piece)
        if produced > entry.size:
            raise _unreadable(Fault.DAMAGED, "it holds more than the directory says", entry.path)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if produced != entry.size:
        raise _unreadable(Fault.DAMAGED, f"it holds {produced} of {entry.size} bytes", entry.path)
    if checksum != entry.crc:
        raise _unreadable(Fault.DAMAGED, "its checksum is wrong", entry.path)


def _at_once(stream: IO[bytes], entry: Entry) -> bytes | None:
    """Return the content of a small member that is as it should be; None for any other.

    Most members are small. Header and content are read together, and nothing is said of what is wrong.
    """
    if (
        entry.size > CHUNK
        or entry.packed > CHUNK
        or entry.flags & ENCRYPTED_FLAGS
        or entry.method not in (STORED, DEFLATED)
    ):
        return None
    named = LOCAL_HEADER.size + len(entry.raw_name)
    stream.seek(entry.offset)
    data = stream.read(named + USUAL_EXTRA + entry.packed)
    if not data.startswith(LOCAL) or data[LOCAL_HEADER.size : named] != entry.raw_name:
        return None
    *_, name_size, extra_size = LOCAL_HEADER.unpack_from(data)
    if name_size != len(entry.raw_name) or extra_size > USUAL_EXTRA:
        return None
    content = data[named + extra_size : named + extra_size + entry.packed]
    if len(content) != entry.packed:
        return None
    if entry.method == DEFLATED:
        try:
            content = zlib.decompressobj(_RAW_DEFLATE).decompress(content, entry.size + 1)
        except zlib.error:
            return None
    return content if len(content) == entry.size and zlib.crc32(content) == entry.crc else None


def _find_content(stream: IO[bytes], entry: Entry) -> None:
    """Move the stream to the first byte of the member's content."""
    if entry.flags & ENCRYPTED_FLAGS:
        raise _unreadable(Fault.ENCRYPTED, "it is encrypted", entry.path)
    if entry.method not in (STORED, DEFLATED):
        raise _unreadable(Fault.COMPRESSION, f"it uses compression method {entry.method}", entry.path)
    stream.seek(entry.offset)
    header = stream.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL):
        raise _unreadable(Fault.DAMAGED, "its local header is not where the directory says", entry.path)
    *_, name_size, extra_size = LOCAL_HEADER.unpack(header)
    if stream.read(name_size) != entry.raw_name:
        raise _unreadable(Fault.DAMAGED, "its local header has another name", entry.path)
    stream.seek(extra_size, 1)


def _stored(stream: IO[bytes], entry: Entry) -> Iterator[bytes]:
    left = entry.packed
    while left:
        packed = stream.read(min(CHUNK, left))
        if not packed:
            raise _unreadable(Fault.DAMAGED, "the file ends inside it", entry.path)
        left -= len(packed)
        yield packed


def _inflated(stream: IO[bytes], entry: Entry) -> Iterator[bytes]:
    inflate = zlib.decompressobj(_RAW_DEFLATE)
    try:
        for packed in _stored(stream, entry):
            yield inflate.decompress(packed, CHUNK)
            while inflate.unconsumed_tail and not inflate.eof:
                yield inflate.decompress(inflate.unconsumed_tail, CHUNK)
        while not inflate.eof and (rest := inflate.decompress(inflate.unconsumed_tail, CHUNK)):
            yield rest
    except zlib.error as error:
        raise _unreadable(Fault.DAMAGED, f"its compressed data is corrupt ({error})", entry.path) from None


def _unreadable(fault: Fault, detail: str, path: str) -> Unreadable:
    return Unreadable(Problem(fault=fault, detail=detail, path=path))
