"""The filename of an sdist or a wheel, taken apart by packaging.

Specifications: https://packaging.python.org/en/latest/specifications/source-distribution-format/ and
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from dataclasses import dataclass
from typing import Literal

from packaging.tags import Tag
from packaging.utils import NormalizedName, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

Kind = Literal["sdist", "wheel"]

SDIST_EXTENSIONS = (".tar.gz", ".zip")
WHEEL_EXTENSION = ".whl"
MAX_CHARACTERS = 1024
"""No file system has longer names; a longer one is not taken apart."""


@dataclass(frozen=True, kw_only=True)
class SdistName:
    """An sdist's filename.

    Attributes:
        name: the canonical project name, None where the filename cannot be parsed; so is `version`.
        problem: why it cannot be parsed, None where it can.
    """

    name: NormalizedName | None = None
    version: Version | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class WheelName:
    """A wheel's filename.

    Attributes:
        name_part: the text before the first dash, as written.
        name: the canonical project name, None where the filename cannot be parsed; so is `version`.
        tags: all tags the compressed tag set stands for.
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


def parse_sdist(filename: str) -> SdistName:
    """Return the parts of an sdist's filename; never raises."""
    if len(filename) > MAX_CHARACTERS:
        return SdistName(problem=_too_long(filename))
    try:
        name, version = parse_sdist_filename(filename)
    except ValueError as error:
        return SdistName(problem=str(error))
    return SdistName(name=name, version=version)


def parse_wheel(filename: str) -> WheelName:
    """Return the parts of a wheel's filename; never raises."""
    name_part = filename.partition("-")[0]
    if len(filename) > MAX_CHARACTERS:
        return WheelName(name_part=name_part, problem=_too_long(filename))
    try:
        name, version, _, tags = parse_wheel_filename(filename)
    except ValueError as error:
        return WheelName(name_part=name_part, problem=str(error))
    return WheelName(name_part=name_part, name=name, version=version, tags=tags)


def _too_long(filename: str) -> str:
    return f"Filename has {len(filename)} characters"
