"""The filename of an sdist or a wheel, taken apart by packaging.

Specifications: https://packaging.python.org/en/latest/specifications/source-distribution-format/ and
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from typing import Literal

import msgspec
from msgspec import Struct
from packaging.tags import Tag
from packaging.utils import NormalizedName, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from slipway.records import Artifact

Kind = Literal["sdist", "wheel"]

SDIST_EXTENSIONS = (".tar.gz", ".zip")
WHEEL_EXTENSION = ".whl"
MAX_CHARACTERS = 1024
"""No file system has longer names; a longer one is not taken apart."""


class Filename(Struct, frozen=True, kw_only=True):
    """A filename taken apart.

    Attributes:
        name_part: the text before the first dash, as written.
        name: the canonical project name, None where the filename cannot be parsed; so is `version`.
        tags: all tags that the compressed tag set of a wheel stands for.
        problem: why it cannot be parsed, None where it can.
    """

    name_part: str
    name: NormalizedName | None = None
    version: Version | None = None
    tags: frozenset[Tag] = frozenset()
    problem: str | None = None

    @property
    def platforms(self) -> tuple[str, ...]:
        """Return the platform tags, lower-case and sorted."""
        return tuple(sorted({tag.platform for tag in self.tags}))


def kind_of(filename: str) -> Kind | None:
    """Return what a file is by its extension, in which case matters, or None."""
    if filename.endswith(WHEEL_EXTENSION):
        return "wheel"
    return "sdist" if filename.endswith(SDIST_EXTENSIONS) else None


def named(record: Artifact) -> Artifact:
    """Return the record of an artifact that nobody has read with the name and the version that its filename says."""
    parts = parse(record.filename, record.kind)
    version = str(parts.version) if parts.version else None
    return msgspec.structs.replace(record, name=record.name or parts.name, version=record.version or version)


def parse(filename: str, kind: Kind) -> Filename:
    """Return the parts of a filename; never raises."""
    name_part = filename.partition("-")[0]
    if len(filename) > MAX_CHARACTERS:
        return Filename(name_part=name_part, problem=f"Filename has {len(filename)} characters")
    try:
        if kind == "sdist":
            name, version = parse_sdist_filename(filename)
            return Filename(name_part=name_part, name=name, version=version)
        name, version, _, tags = parse_wheel_filename(filename)
    except ValueError as error:
        return Filename(name_part=name_part, problem=str(error))
    return Filename(name_part=name_part, name=name, version=version, tags=tags)
