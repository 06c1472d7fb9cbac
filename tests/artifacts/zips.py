"""Zips written record by record, so that each field can be wrong. Layouts: APPNOTE.TXT 6.3.10, section 4.3."""

import struct
import zlib
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


def zip_of(
    content: Mapping[str, bytes],
    *,
    local: Fields | None = None,
    central: Fields | None = None,
    end: Fields | None = None,
    end64: Fields | None = None,
    locator64: bool = True,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    skip_local: bool = False,
    skip_central: bool = False,
    twice: bool = False,
) -> bytes:
    """Return a zip in which the first member differs as told.

    Args:
        local: fields of its local header: name, flags, method, packed, size, extra.
        central: fields of its central header: the same, and comment.
        end: fields of the end record: here, count, length, offset.
        end64: fields of a ZIP64 end record, which is written if this is given: here, count, length, offset, body.
        locator64: whether the ZIP64 locator follows it.
        before: bytes before the first record; `between` stands before the end records, `after` behind them.
        comment: the archive's comment.
        skip_local: leave its local record out; `skip_central` its central one.
        twice: write it twice.
    """
    records, directory, count = bytearray(before), bytearray(), 0
    names = list(content)
    for index, name in enumerate([names[0], *names] if twice else names):
        first = index == 0
        body = _Body(name, content[name], local or {} if first else {}, central or {} if first else {})
        offset = len(records)
        if not (first and skip_local):
            records += body.local_record()
        if not (first and skip_central):
            directory += body.central_record(offset)
            count += 1
    records += directory + between
    claim = {"here": count, "count": count, "length": len(directory), "offset": len(records) - len(directory)}
    claim["offset"] -= len(between)
    if end64 is not None:
        at = len(records)
        said = {**claim, "body": 44, **end64}
        records += struct.pack(
            "<4sQ2H2L4Q", b"PK\x06\x06", said["body"], 45, 45, 0, 0,
            said["here"], said["count"], said["length"], said["offset"],
        )  # fmt: skip
        records += struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1) if locator64 else b""
    said = {**claim, **(end or {})}
    counts = (said["here"], said["count"], said["length"], said["offset"], len(comment))
    records += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *counts)
    return bytes(records + comment + after)


def extra(kind: int, body: bytes) -> bytes:
    """Return an extra field."""
    return struct.pack("<2H", kind, len(body)) + body


class _Body:
    """One member with both its headers."""

    def __init__(self, name: str, data: bytes, local: Fields, central: Fields) -> None:
        deflate = zlib.compressobj(wbits=-15)
        self._packed = deflate.compress(data) + deflate.flush()
        if local.get("method") == 0:
            self._packed = data
        right = {
            "name": name.encode(),
            "flags": 0,
            "method": 8,
            "crc": zlib.crc32(data),
            "packed": len(self._packed),
            "size": len(data),
            "extra": b"",
            "comment": b"",
        }
        self._local = {**right, **local}
        self._central = {**right, **central}

    def local_record(self) -> bytes:
        said = self._local
        header = struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, said["flags"], said["method"], 0, 0x21,
            said["crc"], said["packed"], said["size"], len(said["name"]), len(said["extra"]),
        )  # fmt: skip
        return header + said["name"] + said["extra"] + self._packed

    def central_record(self, offset: int) -> bytes:
        said = self._central
        header = struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, said["flags"], said["method"], 0, 0x21,
            said["crc"], said["packed"], said["size"], len(said["name"]), len(said["extra"]), len(said["comment"]),
            0, 0, 0, offset,
        )  # fmt: skip
        return header + said["name"] + said["extra"] + said["comment"]
