"""The core metadata of a distribution: a METADATA or PKG-INFO file, or the static part of pyproject.toml.

The reading itself is `packaging.metadata.parse_email`; beside it the headers are kept as they were written,
since parse_email folds what is given twice and keeps no line numbers. Core metadata specification:
https://packaging.python.org/en/latest/specifications/core-metadata/
"""

import email.policy
import re
from collections.abc import Collection, Mapping, Sequence
from email.parser import BytesHeaderParser
from typing import get_type_hints

from msgspec import Struct, field
from packaging.metadata import RawMetadata, parse_email

MAX_BYTES = 4 * 1024 * 1024
"""More than this is not read; the largest real description is far below."""
MAX_FIELDS = 10_000
MAX_FIELD_NAMES = 500
MAX_HEADER_LINES = 100_000

_ENDING_IN_S = ("keywords", "obsoletes", "provides", "requires")


def _field_name(key: str) -> str:
    """Return the name of the field that packaging reads into `key`: `project-url` for `project_urls`."""
    name = key.replace("_", "-")
    return name if name in _ENDING_IN_S else name.removesuffix("s")


_TYPES = {_field_name(key): kind for key, kind in get_type_hints(RawMetadata).items()}
FIELDS = frozenset(_TYPES)
"""Every field of the core metadata that packaging knows, in lower case with dashes."""
SINGLE_USE = frozenset(name for name, kind in _TYPES.items() if kind is str) | {"keywords"}

_HEADER_LINE = re.compile(rb"([!-9;-~]+):")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")
"""The email parser takes a lone carriage return for the end of a line too."""


class MetadataFacts(Struct, frozen=True, kw_only=True):
    """What the metadata contains, without opinions.

    Attributes:
        file: path it was read from, inside the artifact or the project, if known.
        fields: lower-case field name (`requires-dist`) to all its values, in order; unknown fields included, and
            what is not UTF-8 replaced.
        description: the description from the body or the header; None if there is none or there are two.
        lines: lower-case field name to the lines it is on, from 1.
        undecodable: lower-case names of fields that are not UTF-8; `description` stands for the body too.
        repeated: single-use fields that are given more than once.
        unknown: lower-case names that no version of the specification knows.
        broken_at: line that ends the headers without being empty, so the rest became description.
        undecided: fields that only the build decides, so their absence means nothing.
        local_part: why the build will add a local part to the version, where that is known before it.
        size: size in bytes of the file; 0 for what never was a file.
        too_large: the file is over a limit of this reader, so nothing else was read.
        unreadable: why it could not be read at all, None where it could.
    """

    file: str | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    description: str | None = None
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    undecodable: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    broken_at: int | None = None
    undecided: frozenset[str] = frozenset()
    local_part: str | None = None
    size: int = 0
    too_large: bool = False
    unreadable: str | None = None

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a field, in order; `name` is lower-case with dashes."""
        return self.fields.get(name, ())

    def one(self, name: str) -> str | None:
        """Return the first value of a field, or None if it is absent."""
        values = self.fields.get(name, ())
        return values[0] if values else None

    def line(self, name: str, index: int = 0) -> int | None:
        """Return the line of the value number `index` of a field, where it is known."""
        lines = self.lines.get(name, ())
        return lines[index] if index < len(lines) else None


def parse(data: bytes, *, file: str | None = None) -> MetadataFacts:
    """Return the facts of a METADATA or PKG-INFO file; never raises, whatever the bytes are.

    Args:
        data: the whole file.
        file: where it was found, for the findings.
    """
    size = len(data)
    head = _head(data) if size <= MAX_BYTES else None
    if head is None:
        return MetadataFacts(file=file, size=size, too_large=True)
    fields: dict[str, list[bytes]] = {}
    try:
        message = BytesHeaderParser(policy=email.policy.compat32).parsebytes(data[: head.end])
        # What is not ASCII is surrogate escapes, as the email parser leaves it.
        for name, value in message.raw_items():
            fields.setdefault(name.lower(), []).append(str(value).encode("utf-8", "surrogateescape"))
        raw, unparsed = parse_email(data)
    except Exception as error:  # noqa: BLE001 - the email package raises anything on hostile input
        return MetadataFacts(file=file, size=size, unreadable=f"{type(error).__name__}: {error}")
    descriptions = unparsed.get("description", ())
    undecodable = {name for name, values in fields.items() if not all(map(_is_utf8, values))}
    undecodable |= {"description" for value in descriptions if not isinstance(value, str)}
    repeated = {name for name in SINGLE_USE & fields.keys() if len(fields[name]) > 1}
    if len(descriptions) > 1:
        repeated.add("description")
    return MetadataFacts(
        file=file,
        fields={n: tuple(value.decode("utf-8", "replace") for value in fields[n]) for n in fields},
        description=raw.get("description"),
        lines={name: tuple(numbers) for name, numbers in head.lines.items()},
        undecodable=tuple(sorted(undecodable)),
        repeated=tuple(sorted(repeated)),
        unknown=tuple(sorted(fields.keys() - FIELDS)),
        broken_at=head.broken_at,
        size=size,
    )


def from_fields(
    fields: Mapping[str, str | Sequence[str]],
    *,
    undecided: Collection[str],
    file: str | None = None,
    lines: Mapping[str, Sequence[int]] | None = None,
) -> MetadataFacts:
    """Return the facts of metadata that was never a file, such as the static part of pyproject.toml.

    Args:
        fields: core metadata by lower-case field name (`requires-dist`); `description` is the text of the
            readme, `project-url` holds `label, url`.
        undecided: fields that only the build decides (those in `dynamic`, and always `metadata-version`).
        file: the file they were read from.
        lines: lower-case field name to the lines its values are on.
    """
    values = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in fields.items()}
    description = values.get("description", ())
    return MetadataFacts(
        file=file,
        fields=values,
        description=description[0] if description else None,
        lines={name: tuple(numbers) for name, numbers in (lines or {}).items()},
        repeated=tuple(sorted(name for name in SINGLE_USE & values.keys() if len(values[name]) > 1)),
        unknown=tuple(sorted(values.keys() - FIELDS)),
        undecided=frozenset(undecided) | {"metadata-version"},
    )


class _Head(Struct, frozen=True):
    """Where the headers are: their lines by name, their end in bytes, the line that cut them short."""

    lines: Mapping[str, Sequence[int]]
    end: int
    broken_at: int | None


def _head(data: bytes) -> _Head | None:
    """Return where the headers are; they end at an empty line, or at a line that is no header.

    None stands for more headers than this reader takes.
    """
    lines: dict[str, list[int]] = {}
    count = 0
    for number, match in enumerate(_LINE.finditer(data), start=1):
        if number > MAX_HEADER_LINES or count > MAX_FIELDS or len(lines) > MAX_FIELD_NAMES:
            return None
        line = match[0]
        if not line.strip(b"\r\n"):
            return _Head(lines, match.end(), None)
        if header := _HEADER_LINE.match(line):
            lines.setdefault(header[1].decode("ascii").lower(), []).append(number)
            count += 1
        elif line[:1] not in (b" ", b"\t") and not (number == 1 and line.startswith(b"From ")):
            return _Head(lines, match.start(), number)
    return _Head(lines, len(data), None)


def _is_utf8(value: bytes) -> bool:
    return value.decode("utf-8", "replace").encode() == value
