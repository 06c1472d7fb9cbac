"""The members of a gzip-compressed tar, read once from front to back, bounded, never unpacked to disk.

The standard library's tarfile reads the headers, so that what it sees is what the index and the installers
see. It is given a stream that only goes forward and stops at a limit: tarfile itself sets none.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, cast

from slipway.artifacts.archive import (
    CHUNK,
    MAX_MEMBERS,
    MAX_RATIO_FLOOR,
    MAX_TAR_RATIO,
    Fault,
    Kind,
    Problem,
    shown,
)

MAX_HEADER_BYTES = 1024 * 1024
"""What one member may spend on headers; a long name or a list of attributes takes some hundred bytes."""
_GZIP_MAGIC = b"\x1f\x8b"
# Each of these closes with the stream it is given.
_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    _GZIP_MAGIC: lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream)),
    b"BZh": lambda stream: cast("IO[bytes]", bz2.BZ2File(stream)),
    b"\xfd7zXZ": lambda stream: cast("IO[bytes]", lzma.LZMAFile(stream)),  # noqa: SIM115
}
_UNREADABLE = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError)
_NONSENSE = (ValueError, ArithmeticError, LookupError, RecursionError, MemoryError)
"""What tarfile raises on headers that make no sense."""

Visit = Callable[[tarfile.TarInfo, Iterator[bytes]], None]


class _Beyond(Exception):  # noqa: N818 - never leaves this module
    """A limit was met; the text says which."""


class _Inflated:
    """The unpacked stream as tarfile wants it: readable and seekable, but only forward, and bounded."""

    def __init__(self, packed: IO[bytes], ceiling: int) -> None:
        self._gzip = gzip.GzipFile(fileobj=packed, mode="rb")
        self._ceiling = ceiling
        self._window = b""
        self._window_at = 0
        self._at = 0
        self.header_budget = MAX_HEADER_BYTES

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = 0) -> int:
        """Move forward, or back within the window; the byte before it is all tarfile ever goes back to."""
        if whence != 0 or position < self._window_at:
            raise tarfile.ReadError("a member stands before its predecessor")
        while position > self._window_at + len(self._window) and self._fill():
            pass
        self._at = position
        return position

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes of headers, less at the end."""
        self.header_budget -= size
        if size < 0 or self.header_budget < 0:
            raise _Beyond("a member's headers are longer than a MiB")
        return b"".join(self.content(size))

    def content(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes in pieces, less at the end."""
        while size > 0:
            start = self._at - self._window_at
            piece = self._window[start : start + size]
            if not piece:
                if start > len(self._window) or not self._fill():
                    return
                continue
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def drain(self) -> bool:
        """Read to the end; return whether there is anything but zeros."""
        clean = not self._window[self._at - self._window_at :].strip(b"\0")
        while self._fill():
            clean = clean and not self._window[1:].strip(b"\0")
        return not clean

    def _fill(self) -> bool:
        """Unpack the next piece, keeping one byte of the last; return whether there was one."""
        fresh = self._gzip.read1(CHUNK)
        if not fresh:
            return False
        kept = self._window[-1:]
        self._window_at += len(self._window) - len(kept)
        self._window = kept + fresh
        if self._window_at + len(self._window) > self._ceiling:
            raise _Beyond(f"it unpacks to more than {self._ceiling} bytes")
        return True


class _Reading:
    """One .tar.gz file while it is read."""

    def __init__(self, packed: IO[bytes], file_size: int, visit: Visit) -> None:
        self._stream = _Inflated(packed, max(MAX_RATIO_FLOOR, MAX_TAR_RATIO * file_size))
        self._visit = visit
        self.problems: list[Problem] = []

    def run(self) -> None:
        try:
            tar = self._opened()
            if tar is not None:
                self._visit_all(tar)
                self._check_rest()
        except _Beyond as beyond:
            self._note(Fault.LIMIT, str(beyond))
        except _UNREADABLE as error:
            self._note(Fault.DAMAGED, _reason(error))

    def _opened(self) -> tarfile.TarFile | None:
        try:
            return tarfile.TarFile(fileobj=self._stream, encoding="utf-8", errors="surrogateescape")  # type: ignore[arg-type]
        except (*_UNREADABLE, *_NONSENSE) as error:
            self._note(Fault.NOT_AN_ARCHIVE, f"it holds no tar ({_reason(error)})")
            return None

    def _visit_all(self, tar: tarfile.TarFile) -> None:
        for _ in range(MAX_MEMBERS):
            member = self._next(tar)
            if member is None:
                return
            if member.issparse():
                self._note(Fault.SPARSE, "it is sparse", name(member))
            self._visit(member, self._content(member))
        if self._next(tar):
            raise _Beyond(f"it has more than {MAX_MEMBERS} members")

    def _next(self, tar: tarfile.TarFile) -> tarfile.TarInfo | None:
        self._stream.header_budget = MAX_HEADER_BYTES
        try:
            member = tar.next()
        except _NONSENSE as error:
            raise tarfile.ReadError(f"a header makes no sense ({_reason(error)})") from None
        # tarfile keeps every member it ever saw; this reader holds one at a time.
        tar.members = []  # type: ignore[attr-defined]
        return member

    def _content(self, member: tarfile.TarInfo) -> Iterator[bytes]:
        self._stream.seek(member.offset_data)
        left = member.size
        for piece in self._stream.content(left):
            left -= len(piece)
            yield piece
        if left:
            raise tarfile.ReadError(f"the file ends inside {name(member)}")

    def _check_rest(self) -> None:
        """Look at what follows the end of the tar; tarfile, and so the index, does not."""
        try:
            more = self._stream.drain()
        except _UNREADABLE as error:
            self._note(Fault.TRAILER, _reason(error))
        else:
            if more:
                self._note(Fault.TRAILER, "data follows the end of the tar")

    def _note(self, fault: Fault, detail: str, path: str | None = None) -> None:
        self.problems.append(Problem(fault=fault, detail=detail, path=path))


def read(packed: IO[bytes], file_size: int, visit: Visit) -> tuple[Problem, ...]:
    """Show every member of a .tar.gz file to `visit`, in order, and return what is wrong with the archive.

    Args:
        packed: the file, open for reading, at its start.
        file_size: its size in bytes.
        visit: is given each member and its content in pieces of at most `CHUNK` bytes, to be read at once
            or not at all; what it raises beyond the errors of reading goes through.
    """
    if packed.read(len(_GZIP_MAGIC)) != _GZIP_MAGIC:
        return (Problem(fault=Fault.NOT_AN_ARCHIVE, detail="it is not compressed with gzip"),)
    packed.seek(0)
    reading = _Reading(packed, file_size, visit)
    reading.run()
    return tuple(reading.problems)


def starts_as_tar(stream: IO[bytes]) -> bool:
    """Whether a file begins like a tar, plain or compressed in a way that tarfile recognises."""
    stream.seek(0)
    start = stream.read(tarfile.BLOCKSIZE)
    stream.seek(0)
    opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
    try:
        block = start if opener is None else opener(stream).read(tarfile.BLOCKSIZE)
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (*_UNREADABLE, *_NONSENSE):
        return False
    return True


def name(member: tarfile.TarInfo) -> str:
    """Return the member's path as text that can be printed, without a trailing slash."""
    text = _text(member.name)
    return text.rstrip("/") or text


def linkname(member: tarfile.TarInfo) -> str | None:
    """Return what a link points to, None for what is no link."""
    return _text(member.linkname) if member.issym() or member.islnk() else None


def kind(member: tarfile.TarInfo) -> Kind:
    """Return what a member is."""
    return _KINDS.get(member.type, "other")


_KINDS: dict[bytes, Kind] = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.GNUTYPE_SPARSE: "file",
    tarfile.DIRTYPE: "dir",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.CHRTYPE: "device",
    tarfile.BLKTYPE: "device",
    tarfile.FIFOTYPE: "fifo",
}


def _text(value: str) -> str:
    return shown(value.encode("utf-8", "surrogateescape"))


def _reason(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__
