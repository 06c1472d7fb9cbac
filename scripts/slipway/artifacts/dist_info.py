"""The .dist-info folder of a wheel: METADATA, WHEEL, RECORD and entry_points.txt, read before the rest.

Binary distribution format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
Recording installed projects: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
Entry points: https://packaging.python.org/en/latest/specifications/entry-points/
"""

import csv
import email.parser
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO

from msgspec import Struct, field

from slipway.artifacts import metadata, sbom_files, zip_members
from slipway.artifacts.archive import MAX_MEMBERS, MAX_RECORD_BYTES, MAX_TEXT_BYTES, Problem, Unreadable
from slipway.artifacts.metadata import MetadataFacts
from slipway.artifacts.sbom_files import SbomFile
from slipway.artifacts.zip_directory import Directory

_HASHES = hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}

COLUMNS = 3
"""Of RECORD: path, hash, size."""

MAX_RECORD_ROWS = 2 * MAX_MEMBERS
"""More rows are not read; a RECORD has one for each file."""


class WheelFile(Struct, frozen=True, kw_only=True):
    """What the WHEEL file says.

    Attributes:
        tags: each Tag, as written (one may still be a compressed set).
        version: Wheel-Version, as written; None where it is absent or the file is not UTF-8.
        purelib: Root-Is-Purelib; None where it is absent or neither true nor false.
        lines: lower-case field name to the lines it is on, from 1.
    """

    tags: tuple[str, ...] = ()
    version: str | None = None
    purelib: bool | None = None
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class RecordRow(Struct, frozen=True, kw_only=True):
    """One row of RECORD.

    Attributes:
        line: line in RECORD, from 1.
        path: as written, with forward slashes, as the index and installers read it.
        algorithm: name of the hash, None where the row has none.
        digest: the hash as written, urlsafe base64 without padding.
        size: the size in bytes, None where the row has none or it is no number.
    """

    line: int
    path: str
    algorithm: str | None
    digest: str | None
    size: int | None


class Malformed(Struct, frozen=True, kw_only=True):
    """Why a file cannot be parsed: a clause in lower case, and the line where it is known."""

    detail: str
    line: int | None = None


EntryPoints = dict[str, dict[str, str]]
"""Group to name to value, as written."""


@dataclass(frozen=True, kw_only=True)
class DistInfo:
    """What the .dist-info folder contains.

    Attributes:
        expected_dist_info: the folder the filename promises, `NAME-VERSION.dist-info`, spelled the same;
            None where the filename has fewer than two dashes.
        dist_infos: every top-level folder ending in `.dist-info`.
        dist_info: the folder that was read: the expected one, or else the only one.
        data_directory: its `.data` counterpart, if something is in it.
        metadata: what METADATA says; None where it is absent or was not read.
        wheel_file: what WHEEL says; None where it is absent or was not read.
        record: the rows of RECORD; None where it is absent or was not read.
        record_problem: why RECORD cannot be parsed.
        entry_points: group to name to value; None where there is no such file.
        entry_points_problem: why entry_points.txt cannot be parsed.
        sboms: the bills of materials in it.
    """

    expected_dist_info: str | None = None
    dist_infos: tuple[str, ...] = ()
    dist_info: str | None = None
    data_directory: str | None = None
    metadata: MetadataFacts | None = None
    wheel_file: WheelFile | None = None
    record: tuple[RecordRow, ...] | None = None
    record_problem: Malformed | None = None
    entry_points: EntryPoints | None = None
    entry_points_problem: Malformed | None = None
    sboms: tuple[SbomFile, ...] = ()

    @property
    def algorithms(self) -> dict[str, str]:
        """The hash that RECORD gives each path, where this Python has it."""
        rows = self.record or ()
        return {row.path: row.algorithm for row in rows if row.algorithm and row.algorithm in _HASHES}


def read(stream: IO[bytes], directory: Directory, filename: str) -> tuple[DistInfo, tuple[Problem, ...]]:
    """Return what the .dist-info folder of a wheel contains, and which of its files cannot be unpacked.

    Args:
        stream: the wheel, open for reading and seekable.
        directory: its central directory.
        filename: its filename.
    """
    files = {entry.path: entry for entry in directory.entries if entry.kind == "file"}
    parts = filename.split("-", 2)
    expected = "-".join(parts[:2]) + ".dist-info" if parts[2:] else None
    tops = {top for top, slash, _ in (path.partition("/") for path in files) if slash}
    folders = tuple(sorted(top for top in tops if top.endswith(".dist-info")))
    chosen = expected if expected in folders else folders[0] if len(folders) == 1 else None
    data_directory = (chosen or "").removesuffix(".dist-info") + ".data"
    problems: list[Problem] = []

    def content(name: str, limit: int = MAX_TEXT_BYTES) -> bytes | None:
        entry = files.get(f"{chosen}/{name}")
        if entry is None or entry.size > limit:
            return None
        try:
            return b"".join(zip_members.pieces(stream, entry))
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
            return None

    about, about_path = content("METADATA", metadata.MAX_BYTES), f"{chosen}/METADATA"
    facts = None if about is None else metadata.parse(about, file=about_path)
    if about_path in files and files[about_path].size > metadata.MAX_BYTES:
        facts = metadata.MetadataFacts(file=about_path, size=files[about_path].size, too_large=True)
    wheel_file = content("WHEEL")
    record, points = content("RECORD", MAX_RECORD_BYTES), content("entry_points.txt")
    rows, record_problem = (None, None) if record is None else parse_record(record)
    entry_points, entry_points_problem = (None, None) if points is None else parse_entry_points(points)
    prefix = f"{chosen}/{sbom_files.FOLDER}/"
    listed = [entry for path, entry in files.items() if path.startswith(prefix)]
    sizes = {entry.path.removeprefix(f"{chosen}/"): entry.size for entry in listed}
    sboms = tuple(sbom_files.read(sizes, content))
    has_data = any(path.startswith(data_directory + "/") for path in files)
    found = DistInfo(
        expected_dist_info=expected,
        dist_infos=folders,
        dist_info=chosen,
        data_directory=data_directory if has_data else None,
        metadata=facts,
        wheel_file=None if wheel_file is None else parse_wheel_file(wheel_file),
        record=rows,
        record_problem=record_problem,
        entry_points=entry_points,
        entry_points_problem=entry_points_problem,
        sboms=sboms,
    )
    return found, tuple(problems)


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
        tags=tuple(str(tag).strip() for tag in message.get_all("Tag", ())),
        version=message.get("Wheel-Version") if "\ufffd" not in text else None,
        purelib={"true": True, "false": False}.get(purelib),
        lines=lines,
    )


def parse_record(data: bytes) -> tuple[tuple[RecordRow, ...], Malformed | None]:
    """Return the rows of a RECORD file up to the first that cannot be parsed, and why it cannot."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return (), _not_utf8(error)
    rows: list[RecordRow] = []
    # Split as the index and pip do it, at U+0085 and the like too (warehouse, `utils/wheel.py`).
    reader = csv.reader(_lines(text))
    try:
        for row in islice(reader, MAX_RECORD_ROWS):
            if len(row) != COLUMNS:
                what = f"has {len(row)} columns in place of {COLUMNS}" if row else "is empty"
                return tuple(rows), Malformed(detail=f"line {reader.line_num} {what}", line=reader.line_num)
            rows.append(_row(row, reader.line_num))
        if next(reader, None) is not None:
            return tuple(rows), Malformed(detail=f"it has more than {MAX_RECORD_ROWS} rows")
    except csv.Error as error:
        return tuple(rows), Malformed(detail=f"it is not CSV ({error})", line=reader.line_num)
    return tuple(rows), None


_LINE_END = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_LINE = re.compile(rf"([^{_LINE_END}]*+)(?:\r\n|[{_LINE_END}]|\Z)")


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text one by one; all of them at once take several times its memory."""
    for found in _LINE.finditer(text):
        if found.start() < len(text):
            yield found[1]


def _not_utf8(error: UnicodeDecodeError) -> Malformed:
    return Malformed(detail="it is not UTF-8", line=error.object.count(b"\n", 0, error.start) + 1)


def _row(row: list[str], line: int) -> RecordRow:
    path, hashed, size = row
    algorithm, equals, digest = hashed.partition("=")
    return RecordRow(
        line=line,
        path=path.replace("\\", "/"),
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
        return {}, _not_utf8(error)
    import configparser  # few wheels have entry points

    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    try:
        parser.read_string(text)
    except configparser.ParsingError as error:
        line = error.errors[0][0] if getattr(error, "errors", None) else getattr(error, "lineno", None)
        return {}, Malformed(detail="it has a line that is neither a [group] nor name = value", line=line)
    except configparser.DuplicateSectionError as error:
        return {}, Malformed(detail=f"it gives [{error.section}] twice", line=error.lineno)
    except configparser.DuplicateOptionError as error:
        detail = f"it gives {error.option} twice in [{error.section}]"
        return {}, Malformed(detail=detail, line=error.lineno)
    except (configparser.Error, ValueError, AttributeError) as error:
        return {}, Malformed(detail=f"it is no INI file ({type(error).__name__})")
    return {group: dict(parser.items(group)) for group in parser.sections()}, None
