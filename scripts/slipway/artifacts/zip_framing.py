"""Whether a zip reads the same from its start and from its end.

The index walks the records of a zip from byte 0 and refuses what a program that trusts the local headers
could read differently from one that trusts the central directory (`warehouse/utils/zipfiles.py`). This is the
same judgement, written from the record layouts of APPNOTE.TXT 6.3.10, section 4.3.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from slipway.artifacts.archive import MAX_MEMBERS, Fault, Problem, shown
from slipway.artifacts.zip_directory import (
    CENTRAL,
    CENTRAL_HEADER,
    END,
    END64,
    END64_RECORD,
    END_RECORD,
    EXTRA_HEADER,
    LARGE,
    LOCAL,
    LOCATOR64,
    LOCATOR64_RECORD,
    SENTINEL,
    UNICODE_PATH_EXTRA,
    UTF8_FLAG,
    ZIP64_EXTRA,
    Entry,
)

LOCAL_HEADER = struct.Struct("<4s5H3L2H")
WINDOW = 512
"""Bytes that are read at once; most records are shorter, and between two of them may be a large member."""
DATA_DESCRIPTOR_FLAG = 0x0008
STORED = 0
ZIP64_EXTRA_LENGTHS = frozenset({0, 8, 16, 24, 28})
END64_BODY = END64_RECORD.size - 12
"""What the ZIP64 end record says of its own length when it holds no extensible data."""
_CONTROL = bytes(range(0x20)) + b"\x7f"


class _Refused(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, detail: str, raw_name: bytes | None = None) -> None:
        super().__init__(detail)
        self.path = None if raw_name is None else shown(raw_name)


class _Claim(NamedTuple):
    """What an end record says of the central directory."""

    entries: int
    length: int
    offset: int


def check(stream: IO[bytes], file_size: int, entries: Iterable[Entry]) -> Problem | None:
    """Return the first thing in the framing of a zip that the index refuses, or None.

    Args:
        stream: the file, open for reading and seekable.
        file_size: its size in bytes.
        entries: its central directory, as read from the end.
    """
    try:
        _Walk(stream, file_size, {entry.raw_name: entry for entry in entries}).run()
    except _Refused as refused:
        return Problem(fault=Fault.FRAMING, detail=str(refused), path=refused.path)
    return None


class _Walk:
    """One walk over the records, from the first byte to the last."""

    def __init__(self, stream: IO[bytes], file_size: int, listed: dict[bytes, Entry]) -> None:
        self._stream = stream
        self._file_size = file_size
        self._listed = listed
        self._at = 0
        self._window, self._window_at = b"", 0
        self._local: set[bytes] = set()
        self._central: set[bytes] = set()
        self._central_start: int | None = None
        self._central_length = 0
        self._end64_at: int | None = None
        self._locator_seen = False
        self._claim: _Claim | None = None

    def run(self) -> None:
        steps = {
            LOCAL: self._local_record,
            CENTRAL: self._central_record,
            END64: self._end64_record,
            LOCATOR64: self._locator_record,
        }
        while (signature := self._peek(4)) != END:
            step = steps.get(signature)
            if step is None:
                raise _Refused(
                    "there are bytes before the first record"
                    if self._at == 0
                    else f"byte {self._at} starts no record"
                )
            if self._end64_at is not None and signature != LOCATOR64:
                raise _Refused("there is something between the ZIP64 end record and the end record")
            step()
            if len(self._local) > MAX_MEMBERS:
                return
        self._end_record()

    def _peek(self, size: int) -> bytes:
        start = self._at - self._window_at
        if not 0 <= start <= len(self._window) - size:
            self._stream.seek(self._at)
            self._window, self._window_at, start = self._stream.read(max(size, WINDOW)), self._at, 0
        data = self._window[start : start + size]
        if len(data) < size:
            raise _Refused("the last record is cut short")
        return data

    def _take(self, size: int) -> bytes:
        data = self._peek(size)
        self._at += size
        return data

    def _local_record(self) -> None:
        _, _, flags, method, _, _, _, packed, size, name_size, extra_size = LOCAL_HEADER.unpack(
            self._take(LOCAL_HEADER.size)
        )
        rest = self._take(name_size + extra_size)
        name, extra = rest[:name_size], rest[name_size:]
        _check_name(name)
        for kind, body in _extras(extra, name):
            if kind == ZIP64_EXTRA:
                size, packed = _zip64_sizes(body, size=size, packed=packed, method=method, name=name)
            elif kind == UNICODE_PATH_EXTRA:
                _check_unicode_path(body, name)
        if flags & DATA_DESCRIPTOR_FLAG:
            raise _Refused("a data descriptor is used", name)
        self._compare(name, packed, size)
        if name in self._local:
            raise _Refused("two members have the same name", name)
        self._local.add(name)
        self._at += packed

    def _compare(self, name: bytes, packed: int, size: int) -> None:
        if not _is_utf8(name):
            raise _Refused("the name is not UTF-8", name)
        entry = self._listed.get(name)
        if entry is None:
            raise _Refused("the member is not in the central directory", name)
        if not name.isascii() and not entry.flags & UTF8_FLAG:
            raise _Refused("the name is not ASCII and not marked as UTF-8", name)
        if (packed, size) != (entry.packed, entry.size):
            raise _Refused("its local header and the central directory give different sizes", name)

    def _central_record(self) -> None:
        if self._central_start is None:
            self._central_start = self._at
        fields = CENTRAL_HEADER.unpack(self._take(CENTRAL_HEADER.size))
        name_size, extra_size, comment_size = fields[10:13]
        name = self._take(name_size + extra_size)[:name_size]
        if comment_size:
            raise _Refused("the member has a comment", name)
        _check_name(name)
        if name in self._central:
            raise _Refused("the central directory lists it twice", name)
        if name not in self._local:
            raise _Refused("only the central directory lists it", name)
        self._central.add(name)
        self._central_length += CENTRAL_HEADER.size + name_size + extra_size

    def _end64_record(self) -> None:
        self._end64_at = self._at
        _, body, _, _, _, _, here, count, length, offset = END64_RECORD.unpack(self._take(END64_RECORD.size))
        if here != count:
            raise _Refused("the ZIP64 end record names several disks")
        if body != END64_BODY:
            raise _Refused("the ZIP64 end record carries extensible data")
        self._claim = _Claim(count, length, offset)

    def _locator_record(self) -> None:
        _, _, offset, _ = LOCATOR64_RECORD.unpack(self._take(LOCATOR64_RECORD.size))
        if self._locator_seen or offset != self._end64_at:
            raise _Refused("the ZIP64 locator does not point at the ZIP64 end record")
        self._locator_seen = True

    def _end_record(self) -> None:
        if self._central_start is None:
            self._central_start = self._at
        if self._end64_at is not None and not self._locator_seen:
            raise _Refused("the ZIP64 end record has no locator")
        _, _, _, here, count, length, offset, comment_size = END_RECORD.unpack(self._take(END_RECORD.size))
        if here != count:
            raise _Refused("the end record names several disks")
        claim = self._claim or _Claim(count, length, offset)
        walked = _Claim(len(self._central), self._central_length, self._central_start)
        if claim.entries != walked.entries:
            raise _Refused(f"the end record counts {claim.entries} members where {walked.entries} are")
        if claim != walked:
            raise _Refused("the end record gives the central directory a wrong position or length")
        if self._local != self._central:
            raise _Refused("a member is missing in the central directory", min(self._local - self._central))
        if self._at + comment_size != self._file_size:
            raise _Refused("there are bytes after the end record")


def _is_utf8(text: bytes) -> bool:
    return text.decode("utf-8", "replace").encode() == text


def _check_name(name: bytes) -> None:
    if name.translate(None, _CONTROL) != name:
        raise _Refused("the name has a control character", name)


def _check_unicode_path(body: bytes, name: bytes) -> None:
    path = body[5:]
    if not _is_utf8(path):
        raise _Refused("the name in its Unicode path field is not UTF-8", name)
    if path.translate(None, _CONTROL) != path:
        raise _Refused("the name in its Unicode path field has a control character", name)


def _extras(extra: bytes, name: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of each extra field of a local header."""
    seen = set()
    while extra:
        if len(extra) < EXTRA_HEADER.size:
            raise _Refused("an extra field is cut short", name)
        kind, length = EXTRA_HEADER.unpack_from(extra)
        extra = extra[EXTRA_HEADER.size :]
        body = extra[:length]
        if len(body) < length:
            raise _Refused("an extra field is cut short", name)
        if kind in seen and kind in (ZIP64_EXTRA, UNICODE_PATH_EXTRA):
            raise _Refused("an extra field is given twice", name)
        seen.add(kind)
        yield kind, body
        extra = extra[length:]


def _zip64_sizes(body: bytes, *, size: int, packed: int, method: int, name: bytes) -> tuple[int, int]:
    """Return size and packed size of a member whose local header has a ZIP64 field."""
    if len(body) not in ZIP64_EXTRA_LENGTHS:
        raise _Refused("its ZIP64 field has an impossible length", name)
    if not body:
        if SENTINEL in (size, packed):
            raise _Refused("its ZIP64 field is empty", name)
        return size, packed
    large = LARGE.unpack_from(body)[0]
    if len(body) == LARGE.size:
        if method != STORED:
            raise _Refused("its ZIP64 field gives one size for a compressed member", name)
        return (large if size == SENTINEL else size), large
    return (large if size == SENTINEL else size), LARGE.unpack_from(body, LARGE.size)[0]
