"""The central directory of a zip: which members it lists, found the way installers find it, from the end.

Layout of the records: APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16. The standard library's reader is not
used here because it builds the whole list before a limit on its length could apply.
"""

import stat
import struct
from typing import IO, NamedTuple

from msgspec import Struct

from slipway.artifacts.archive import MAX_MEMBERS, Fault, Kind, Problem, shown

CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"

CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
END_RECORD = struct.Struct("<4s4H2LH")
END64_RECORD = struct.Struct("<4sQ2H2L4Q")
EXTRA_HEADER = struct.Struct("<2H")
LARGE = struct.Struct("<Q")
LOCATOR64_RECORD = struct.Struct("<4sLQL")

SENTINEL = 0xFFFFFFFF
"""A 32-bit field with this value means: see the ZIP64 extra field."""
ZIP64_EXTRA = 0x0001
UNICODE_PATH_EXTRA = 0x7075
UTF8_FLAG = 0x0800
ENCRYPTED_FLAGS = 0x0001 | 0x0040
UNIX = 3

MAX_COMMENT = 0xFFFF
MAX_DIRECTORY_BYTES = 64 * 1024 * 1024
"""Room for `MAX_MEMBERS` entries with names of 600 bytes."""


class Entry(NamedTuple):
    """One entry of the central directory; sizes in bytes, `offset` from the start of the file.

    Attributes:
        mode: Unix mode bits with the file type, 0 where a program of another system wrote the entry.
        path: the name as text, without a trailing slash.
        kind: what the entry is; a zip knows symbolic links and devices only by their Unix mode.
    """

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    path: str
    kind: Kind


_KINDS: dict[int, Kind] = {
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "other",
}


class Directory(Struct, frozen=True, kw_only=True):
    """The central directory as far as it could be read."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Damaged(Exception):  # noqa: N818 - never leaves this module
    """The directory cannot be followed further; the text says why."""


def read(stream: IO[bytes], file_size: int) -> Directory:
    """Return the central directory of a zip; never raises on any bytes.

    Args:
        stream: the file, open for reading and seekable.
        file_size: its size in bytes.
    """
    end = _find_end(stream, file_size)
    if end is None:
        problem = Problem(fault=Fault.NOT_AN_ARCHIVE, detail="it has no end-of-central-directory record")
        return Directory(problems=(problem,))
    entries: list[Entry] = []
    problems: list[Problem] = []
    try:
        start, length, shift = _extent(stream, *end)
        if length > MAX_DIRECTORY_BYTES:
            problems.append(Problem(fault=Fault.LIMIT, detail=f"its directory takes {length} bytes"))
        stream.seek(start)
        _fill(entries, stream.read(min(length, MAX_DIRECTORY_BYTES)), length, shift)
        if len(entries) > MAX_MEMBERS:
            entries.pop()
            problems.append(Problem(fault=Fault.LIMIT, detail=f"it has more than {MAX_MEMBERS} members"))
    except _Damaged as error:
        problems.append(Problem(fault=Fault.DAMAGED, detail=str(error)))
    return Directory(entries=tuple(entries), problems=tuple(problems))


def _find_end(stream: IO[bytes], file_size: int) -> tuple[int, bytes] | None:
    """Return position and bytes of the last end record, or None."""
    reach = min(file_size, END_RECORD.size + MAX_COMMENT)
    stream.seek(file_size - reach)
    tail = stream.read(reach)
    at = len(tail) - END_RECORD.size
    if at < 0:
        return None
    if not (tail.startswith(END, at) and tail.endswith(b"\0\0")):
        at = tail.rfind(END)
    record = tail[at : at + END_RECORD.size] if at >= 0 else b""
    return (file_size - reach + at, record) if len(record) == END_RECORD.size else None


def _extent(stream: IO[bytes], at: int, record: bytes) -> tuple[int, int, int]:
    """Return where the directory starts, its length, and by how much all offsets are shifted."""
    *_, length, offset, _ = END_RECORD.unpack(record)
    ends = at
    locator_at = at - LOCATOR64_RECORD.size
    record_at = locator_at - END64_RECORD.size
    if record_at >= 0:
        stream.seek(record_at)
        both = stream.read(END64_RECORD.size + LOCATOR64_RECORD.size)
        if both.startswith(LOCATOR64, END64_RECORD.size):
            _, disk, _, disks = LOCATOR64_RECORD.unpack_from(both, END64_RECORD.size)
            if disk != 0 or disks > 1:
                raise _Damaged("it says that it spans several disks")
            if both.startswith(END64):
                *_, length, offset = END64_RECORD.unpack_from(both)
                ends = record_at
    start = ends - length
    if start < 0 or offset > start:
        raise _Damaged("the position of its directory is wrong")
    return start, length, start - offset


def _fill(entries: list[Entry], data: bytes, length: int, shift: int) -> None:
    """Append the entries found in `data`, at most one more than `MAX_MEMBERS`."""
    at = 0
    while at < length and len(entries) <= MAX_MEMBERS:
        if at + CENTRAL_HEADER.size > len(data):
            if len(data) < length and len(data) == MAX_DIRECTORY_BYTES:
                return
            raise _Damaged("its directory is cut short")
        fields = CENTRAL_HEADER.unpack_from(data, at)
        if fields[0] != CENTRAL:
            raise _Damaged(f"entry {len(entries) + 1} of its directory is not one")
        name_size, extra_size, comment_size = fields[10:13]
        name_at = at + CENTRAL_HEADER.size
        raw_name = data[name_at : name_at + name_size]
        extra = data[name_at + name_size : name_at + name_size + extra_size]
        size, packed, offset = _large(extra, fields[9], fields[8], fields[16])
        mode = fields[15] >> 16 if fields[1] >> 8 == UNIX else 0
        name = shown(raw_name)
        entries.append(
            Entry(
                raw_name=raw_name,
                flags=fields[3],
                method=fields[4],
                crc=fields[7],
                packed=packed,
                size=size,
                offset=offset + shift,
                mode=mode,
                path=name.rstrip("/") or name,
                kind="dir" if raw_name.endswith(b"/") else _KINDS.get(stat.S_IFMT(mode), "file"),
            )
        )
        at = name_at + name_size + extra_size + comment_size


def _large(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return size, packed size and offset, each from the ZIP64 extra field where the header defers to it."""
    while len(extra) >= EXTRA_HEADER.size:
        kind, length = EXTRA_HEADER.unpack_from(extra)
        extra = extra[EXTRA_HEADER.size :]
        body, rest = extra[:length], extra[length:]
        if len(body) < length:
            raise _Damaged("an extra field in its directory is cut short")
        if kind == ZIP64_EXTRA:
            values = []
            for value in (size, packed, offset):
                if value == SENTINEL:
                    if len(body) < LARGE.size:
                        raise _Damaged("a ZIP64 extra field in its directory is cut short")
                    values.append(LARGE.unpack_from(body)[0])
                    body = body[LARGE.size :]
                else:
                    values.append(value)
            size, packed, offset = values
        elif kind == UNICODE_PATH_EXTRA and length < 5:  # noqa: PLR2004 - version and checksum of the name
            raise _Damaged("a Unicode path field in its directory is cut short")
        extra = rest
    return size, packed, offset
