"""The text files of a wheel's .dist-info folder: WHEEL, RECORD and entry_points.txt.

Binary distribution format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
Recording installed projects: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
Entry points: https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import configparser
import csv
import email.parser
import io
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from slipway.artifacts.archive import MAX_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping


MAX_RECORD_ROWS = 2 * MAX_MEMBERS
"""More rows are not read; a RECORD has one for each file."""


@dataclass(frozen=True, kw_only=True)
class WheelFile:
    """What the WHEEL file says.

    Attributes:
        version: Wheel-Version.
        tags: each Tag, as written (one may still be a compressed set).
        purelib: Root-Is-Purelib; None where it is absent or neither true nor false.
        build: Build.
        lines: lower-case field name to the lines it stands on, from 1.
    """

    version: str | None = None
    generator: str | None = None
    tags: tuple[str, ...] = ()
    purelib: bool | None = None
    build: str | None = None
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRow:
    """One row of RECORD.

    Attributes:
        line: line in RECORD, from 1.
        path: as written.
        algorithm: name of the hash, None where the row has none.
        digest: the hash as written, urlsafe base64 without padding.
        size: the size in bytes, None where the row has none or it is no number.
    """

    line: int
    path: str
    algorithm: str | None
    digest: str | None
    size: int | None


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """Why a file cannot be parsed: a clause in lower case, and the line where it is known."""

    detail: str
    line: int | None = None


EntryPoints = dict[str, dict[str, str]]
"""Group to name to value, as written."""


def parse_wheel_file(data: bytes) -> WheelFile:
    """Return what a WHEEL file says; never raises."""
    text = data.decode("utf-8", "replace")
    message = email.parser.HeaderParser().parsestr(text)
    purelib = str(message.get("Root-Is-Purelib", "")).strip().lower()
    lines: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, _ = line.partition(":")
        if colon:
            lines[name.lower()] = (*lines.get(name.lower(), ()), number)
    return WheelFile(
        version=message.get("Wheel-Version"),
        generator=message.get("Generator"),
        tags=tuple(str(tag).strip() for tag in message.get_all("Tag", ())),
        purelib={"true": True, "false": False}.get(purelib),
        build=message.get("Build"),
        lines=lines,
    )


def parse_record(data: bytes) -> tuple[tuple[RecordRow, ...], Malformed | None]:
    """Return the rows of a RECORD file up to the first that cannot be parsed, and why it cannot."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return (), Malformed(detail="it is not UTF-8", line=data.count(b"\n", 0, error.start) + 1)
    rows: list[RecordRow] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows.extend(_row(row, reader.line_num) for row in islice(reader, MAX_RECORD_ROWS) if row)
        if next(reader, None) is not None:
            return tuple(rows), Malformed(detail=f"it has more than {MAX_RECORD_ROWS} rows")
    except csv.Error as error:
        return tuple(rows), Malformed(detail=f"it is not CSV ({error})", line=reader.line_num)
    return tuple(rows), None


def _row(row: list[str], line: int) -> RecordRow:
    path, hashed, size = (*row, "", "")[:3]
    algorithm, equals, digest = hashed.partition("=")
    return RecordRow(
        line=line,
        path=path,
        algorithm=algorithm if equals else None,
        digest=digest if equals else None,
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None,  # noqa: PLR2004 - 64 bits
    )


def parse_entry_points(data: bytes) -> tuple[EntryPoints, Malformed | None]:
    """Return the entry points of a file, read the way the index and importlib.metadata agree on.

    Keys are case-sensitive, `=` alone separates, and neither a group nor a name may be given twice.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return {}, Malformed(detail="it is not UTF-8", line=data.count(b"\n", 0, error.start) + 1)
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    try:
        parser.read_string(text)
    except configparser.ParsingError as error:
        line = error.errors[0][0] if getattr(error, "errors", None) else getattr(error, "lineno", None)
        return {}, Malformed(detail="it has a line that is neither a [group] nor name = value", line=line)
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as error:
        return {}, Malformed(detail=_given_twice(error), line=error.lineno)
    except (configparser.Error, ValueError, AttributeError) as error:
        return {}, Malformed(detail=f"it is no INI file ({type(error).__name__})")
    return {group: dict(parser.items(group)) for group in parser.sections()}, None


def _given_twice(error: configparser.DuplicateSectionError | configparser.DuplicateOptionError) -> str:
    if isinstance(error, configparser.DuplicateOptionError):
        return f"it gives {error.option} twice in [{error.section}]"
    return f"it gives [{error.section}] twice"
