"""The content of zip members, unpacked piece by piece and never to disk."""

from __future__ import annotations

import zlib
from typing import IO, TYPE_CHECKING

from slipway.artifacts.archive import CHUNK, Fault, Problem
from slipway.artifacts.zip_directory import ENCRYPTED_FLAGS, LOCAL
from slipway.artifacts.zip_framing import LOCAL_HEADER, STORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.zip_directory import Entry

DEFLATED = 8
_RAW_DEFLATE = -15


class Unreadable(Exception):  # noqa: N818 - an outcome that the readers record as a fact
    """A member cannot be unpacked.

    Attributes:
        problem: why, ready to be recorded.
    """

    def __init__(self, fault: Fault, detail: str, path: str) -> None:
        super().__init__(detail)
        self.problem = Problem(fault=fault, detail=detail, path=path)


def pieces(stream: IO[bytes], entry: Entry) -> Iterator[bytes]:
    """Yield the content of a member in pieces of at most `CHUNK` bytes, and check length and checksum.

    Args:
        stream: the archive, open for reading and seekable; it must not be moved between two pieces.
        entry: the member, from the central directory.

    Raises:
        Unreadable: the member is encrypted, compressed in another way, or damaged.
    """
    _find_content(stream, entry)
    checksum = produced = 0
    for piece in _stored(stream, entry) if entry.method == STORED else _inflated(stream, entry):
        produced += len(piece)
        if produced > entry.size:
            raise Unreadable(Fault.DAMAGED, "it holds more than the directory says", entry.path)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if produced != entry.size:
        raise Unreadable(Fault.DAMAGED, f"it holds {produced} of {entry.size} bytes", entry.path)
    if checksum != entry.crc:
        raise Unreadable(Fault.DAMAGED, "its checksum is wrong", entry.path)


def _find_content(stream: IO[bytes], entry: Entry) -> None:
    """Move the stream to the first byte of the member's content."""
    if entry.flags & ENCRYPTED_FLAGS:
        raise Unreadable(Fault.ENCRYPTED, "it is encrypted", entry.path)
    if entry.method not in (STORED, DEFLATED):
        raise Unreadable(Fault.COMPRESSION, f"it uses compression method {entry.method}", entry.path)
    stream.seek(entry.offset)
    header = stream.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL):
        raise Unreadable(Fault.DAMAGED, "its local header is not where the directory says", entry.path)
    *_, name_size, extra_size = LOCAL_HEADER.unpack(header)
    if stream.read(name_size) != entry.raw_name:
        raise Unreadable(Fault.DAMAGED, "its local header has another name", entry.path)
    stream.seek(extra_size, 1)


def _stored(stream: IO[bytes], entry: Entry) -> Iterator[bytes]:
    left = entry.packed
    while left:
        packed = stream.read(min(CHUNK, left))
        if not packed:
            raise Unreadable(Fault.DAMAGED, "the file ends inside it", entry.path)
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
        raise Unreadable(Fault.DAMAGED, f"its compressed data is corrupt ({error})", entry.path) from None
