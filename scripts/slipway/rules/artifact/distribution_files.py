"""Rules on any distribution file, sdist or wheel: the characters, end and length of its name, and its size.

A rule belongs to one family, so each of these is written once and makes two rules.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import Version

from slipway.artifacts.filename import SDIST_EXTENSIONS, WHEEL_EXTENSION, Kind, kind_of
from slipway.records import Severity
from slipway.rules.metadata.fields import quoted, sent
from slipway.rules.rule import Evidence, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

    from slipway.artifacts.metadata import MetadataFacts

MIB = 1024**2
DEFAULT_SIZE_LIMIT = 100 * MIB
"""Bytes PyPI takes unless a project's limit was raised (warehouse, `constants.py`)."""
HARD_SIZE_LIMIT = 1024 * MIB
"""Bytes no limit is raised above."""
SDIST_NAME_LIMIT = 255
WHEEL_NAME_LIMIT = SDIST_NAME_LIMIT - len(".metadata")
"""Bytes of a filename: PyPI writes `<filename>.metadata` beside a wheel, and file systems end at 255."""


class DistributionFile(Protocol):
    """What these rules need to know of an sdist or a wheel."""

    @property
    def filename(self) -> str:
        """The name, without a folder."""

    @property
    def size(self) -> int:
        """The size in bytes."""

    @property
    def metadata(self) -> MetadataFacts | None:
        """Its METADATA or PKG-INFO, if there is one."""


def exceeds_default_limit(size: int, *, largest_on_index: int = 0) -> bool:
    """Return whether PyPI refuses a file of this size unless the project's limit was raised.

    Args:
        size: in bytes.
        largest_on_index: size of the project's largest file on the index, which proves a limit as high.
    """
    return size > max(DEFAULT_SIZE_LIMIT, largest_on_index)


def declared_name(facts: DistributionFile) -> NormalizedName | None:
    """Return the canonical name in the metadata, if there is a valid one."""
    try:
        name = facts.metadata and sent(facts.metadata, "name")
        return canonicalize_name(name, validate=True) if name else None
    except InvalidName:
        return None


def declared_version(facts: DistributionFile) -> Version | None:
    """Return the version in the metadata, if there is a valid one."""
    try:
        return Version((facts.metadata and sent(facts.metadata, "version")) or "")
    except ValueError:
        return None


def _unprintable(facts: DistributionFile) -> Iterator[Evidence]:
    if any(character < " " or character == "\x7f" for character in facts.filename):
        yield Evidence(
            message=f"The filename {quoted(facts.filename)} has characters that cannot be printed."
        )


def _slash(facts: DistributionFile) -> Iterator[Evidence]:
    if "/" in facts.filename or "\\" in facts.filename:
        yield Evidence(message=f"The filename {quoted(facts.filename)} has a slash or a backslash.")


def _extension(facts: DistributionFile, *, kind: Kind) -> Iterator[Evidence]:
    if kind_of(facts.filename) != kind:
        expected = WHEEL_EXTENSION if kind == "wheel" else " or ".join(SDIST_EXTENSIONS)
        message = f"{quoted(facts.filename)} does not end as the name of {_a(kind)} has to."
        yield Evidence(message=message, seen=facts.filename[-20:], expected=expected)


def _name_too_long(facts: DistributionFile, *, limit: int) -> Iterator[Evidence]:
    length = len(facts.filename.encode("utf-8", "surrogatepass"))
    if length > limit:
        message = f"The filename has {length} bytes, {length - limit} too many."
        yield Evidence(message=message, seen=f"{length} bytes", expected=f"at most {limit}")


def _over_hard_limit(facts: DistributionFile) -> Iterator[Evidence]:
    if facts.size > HARD_SIZE_LIMIT:
        message = f"The file has {facts.size / MIB:.0f} MiB; PyPI takes at most {HARD_SIZE_LIMIT // MIB} MiB."
        yield Evidence(
            message=message, seen=f"{facts.size} bytes", expected=f"at most {HARD_SIZE_LIMIT} bytes"
        )


def _over_default_limit(facts: DistributionFile) -> Iterator[Evidence]:
    if facts.size <= HARD_SIZE_LIMIT and exceeds_default_limit(facts.size):
        message = (
            f"The file has {facts.size / MIB:.1f} MiB; unless asked, PyPI takes {DEFAULT_SIZE_LIMIT // MIB}."
        )
        yield Evidence(
            message=message, seen=f"{facts.size} bytes", expected=f"at most {DEFAULT_SIZE_LIMIT} bytes"
        )


def _a(kind: Kind) -> str:
    return "a wheel" if kind == "wheel" else "an sdist"


def _rules_for(kind: Kind) -> tuple[Rule, ...]:
    """Return the rules that hold for both kinds of file, for one of them."""
    limit = WHEEL_NAME_LIMIT if kind == "wheel" else SDIST_NAME_LIMIT
    sample = "spam-1.0-py3-none-any.whl" if kind == "wheel" else "spam-1.0.tar.gz"
    rename = "Build the file again with a current build backend and do not rename it."
    return (
        Rule(
            name=f"{kind}-filename-unprintable",
            title=f"The filename of the {kind} has characters that cannot be printed",
            family=kind,
            severity=Severity.ERROR,
            why="PyPI refuses control characters in a filename; on a terminal they can hide what the file "
            "is called.",
            fix=rename,
            example=sample.replace("spam", "spam\\x07"),
            mirrors=("C02",),
            check=_unprintable,
        ),
        Rule(
            name=f"{kind}-filename-slash",
            title=f"The filename of the {kind} has a slash or a backslash",
            family=kind,
            severity=Severity.ERROR,
            why="A filename with a slash would be a path; PyPI refuses it.",
            fix=rename,
            example="dist\\" + sample,
            mirrors=("C03",),
            check=_slash,
        ),
        Rule(
            name=f"{kind}-extension-wrong",
            title=f"The filename does not end as that of {_a(kind)}",
            family=kind,
            severity=Severity.ERROR,
            why="PyPI takes sdists as .tar.gz and wheels as .whl, in lower case, and nothing else: no eggs, "
            "installers or other archives.",
            fix=rename,
            example=sample.replace(".whl", ".WHL").replace(".tar.gz", ".tar.bz2"),
            mirrors=("C01", "C04", "C05"),
            check=partial(_extension, kind=kind),
        ),
        Rule(
            name=f"{kind}-filename-too-long",
            title=f"The filename of the {kind} is longer than {limit} bytes",
            family=kind,
            severity=Severity.ERROR,
            why="Longer names cannot be stored: most file systems end at 255 bytes, and the index writes a "
            "second file with a longer name beside a wheel.",
            fix="Shorten the project name or the version"
            + (", or put fewer tags into the filename." if kind == "wheel" else "."),
            example=f"a filename of {limit + 1} bytes",
            mirrors=("C06",),
            check=partial(_name_too_long, limit=limit),
        ),
        Rule(
            name=f"{kind}-too-large",
            title=f"The {kind} is larger than any limit PyPI grants",
            family=kind,
            severity=Severity.ERROR,
            why="PyPI raises the limit of a project up to 1 GiB per file, and no further.",
            fix="Leave out what is not needed, split the project, or let the package download its data when "
            "it is used.",
            example=f"{sample} of 1.2 GiB",
            mirrors=("C07",),
            check=_over_hard_limit,
        ),
        Rule(
            name=f"{kind}-over-default-size",
            title=f"The {kind} is larger than PyPI takes by default",
            family=kind,
            severity=Severity.WARNING,
            why="Above 100 MiB the upload is refused, unless PyPI has raised the limit of this project.",
            fix="Ask for a higher limit on PyPI before the release, in the settings of the project, or make "
            "the file smaller: leave out test data, debug symbols and duplicated libraries.",
            example=f"{sample} of 120 MiB",
            mirrors=("C07",),
            check=_over_default_limit,
        ),
    )


RULES: tuple[Rule, ...] = (*_rules_for("sdist"), *_rules_for("wheel"))
