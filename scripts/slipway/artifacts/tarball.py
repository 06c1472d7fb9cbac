"""The members of a gzip-compressed tar, read once from front to back, bounded, never unpacked to disk.

The standard library's tarfile reads the headers, so that what it sees is what the index and the installers
see. It is given a stream that only goes forward and stops at a limit: tarfile itself sets none.
"""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, cast

from slipway.artifacts import zip_directory
from slipway.artifacts.archive import (
    CHUNK,
    MAX_MEMBERS,
    MAX_RATIO_FLOOR,
    MAX_TAR_RATIO,
    Fault,
    Kind,
    Member,
    Opened,
    Problem,
    Unreadable,
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
            raise tarfile.ReadError("a member is before its predecessor")
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


class _Reader:
    """One .tar.gz file while it is read."""

    def __init__(self, packed: IO[bytes], file_size: int) -> None:
        self._stream = _Inflated(packed, max(MAX_RATIO_FLOOR, MAX_TAR_RATIO * file_size))
        self._failed = False

    def run(self) -> Iterator[Problem | Opened]:
        """Yield the members, and what is wrong with the archive; stop where it cannot be read further."""
        try:
            tar = tarfile.TarFile(fileobj=self._stream, encoding="utf-8", errors="surrogateescape")  # type: ignore[arg-type]
        except _Beyond as beyond:
            yield _problem(beyond)
        except (*_UNREADABLE, *_NONSENSE) as error:
            yield Problem(fault=Fault.NOT_AN_ARCHIVE, detail=f"it holds no tar ({_reason(error)})")
        else:
            try:
                yield from self._members(tar)
                if self._stream.tell() <= tarfile.BLOCKSIZE:
                    yield Problem(fault=Fault.NOT_AN_ARCHIVE, detail="it holds no files")
                if not self._failed:
                    yield from self._rest()
            except (_Beyond, *_UNREADABLE) as error:
                yield _problem(error)

    def _members(self, tar: tarfile.TarFile) -> Iterator[Problem | Opened]:
        for _ in range(MAX_MEMBERS):
            info = self._next(tar)
            if info is None:
                return
            member = _member(info)
            if info.issparse():
                yield Problem(fault=Fault.SPARSE, detail="it is sparse", path=member.path)
            is_file = member.kind == "file" and not info.issparse()
            yield Opened(member, self._content(info, member.path) if is_file else None)
            if self._failed:
                return
        if self._next(tar):
            raise _Beyond(f"it has more than {MAX_MEMBERS} members")

    def _next(self, tar: tarfile.TarFile) -> tarfile.TarInfo | None:
        self._stream.header_budget = MAX_HEADER_BYTES
        try:
            info = tar.next()
        except _NONSENSE as error:
            raise tarfile.ReadError(f"a header makes no sense ({_reason(error)})") from None
        # tarfile keeps every member it ever saw; this reader holds one at a time.
        tar.members = []  # type: ignore[attr-defined]
        return info

    def _content(self, info: tarfile.TarInfo, path: str) -> Iterator[bytes]:
        try:
            self._stream.seek(info.offset_data)
            left = info.size
            for piece in self._stream.content(left):
                left -= len(piece)
                yield piece
            if left:
                raise tarfile.ReadError(f"the file ends inside {path}")
        except (_Beyond, *_UNREADABLE) as error:
            self._failed = True
            raise Unreadable(_problem(error)) from None

    def _rest(self) -> Iterator[Problem]:
        """Look at what follows the end of the tar; tarfile, and so the index, does not."""
        try:
            if self._stream.drain():
                yield Problem(fault=Fault.TRAILER, detail="data follows the end of the tar")
        except _UNREADABLE as error:
            yield Problem(fault=Fault.TRAILER, detail=_reason(error))


def read(packed: IO[bytes], file_size: int) -> Iterator[Problem | Opened]:
    """Yield every member of a .tar.gz file in order, and each problem where it is met.

    Args:
        packed: the file, open for reading and seekable.
        file_size: its size in bytes.
    """
    if not zip_directory.read(packed, file_size).problems:
        yield Problem(fault=Fault.TWO_FORMATS, detail="it is also a zip")
    packed.seek(0)
    is_gzip = packed.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    packed.seek(0)
    if is_gzip:
        yield from _Reader(packed, file_size).run()
    else:
        yield Problem(fault=Fault.NOT_AN_ARCHIVE, detail="it is not compressed with gzip")


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


def _member(info: tarfile.TarInfo) -> Member:
    path = _text(info.name)
    return Member(
        path=(path.rstrip("/") or path) if info.isdir() else path,
        size=info.size,
        kind=_KINDS.get(info.type, "other"),
        linkname=_text(info.linkname) if info.issym() or info.islnk() else None,
        mode=info.mode,
    )


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


def _problem(error: BaseException) -> Problem:
    fault = Fault.LIMIT if isinstance(error, _Beyond) else Fault.DAMAGED
    return Problem(fault=fault, detail=_reason(error))
