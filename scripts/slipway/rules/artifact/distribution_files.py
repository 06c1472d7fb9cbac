"""Rules on any distribution file, sdist or wheel: the characters, end and length of its name, and its size.

A rule belongs to one family, so each of these is written once and makes two rules.
"""

from collections.abc import Iterator

from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import Version

from slipway.artifacts.distribution import DistributionFacts
from slipway.artifacts.filename import SDIST_EXTENSIONS, WHEEL_EXTENSION, kind_of
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.families import artifact, sdist, wheel
from slipway.rules.metadata.fields import uploaded
from slipway.rules.rule import Evidence
from slipway.rules.size_limits import DEFAULT_SIZE_LIMIT, HARD_SIZE_LIMIT, MIB
from slipway.rules.wording import quoted

SDIST_NAME_LIMIT = 255
WHEEL_NAME_LIMIT = SDIST_NAME_LIMIT - len(".metadata")
"""Bytes of a filename: PyPI writes `<filename>.metadata` beside a wheel, and file systems end at 255."""
EXTENSIONS = {"sdist": ("an sdist", " or ".join(SDIST_EXTENSIONS)), "wheel": ("a wheel", WHEEL_EXTENSION)}
RENAME = "Build the file again with a current build backend and do not rename it."


def declared_name(facts: DistributionFacts) -> NormalizedName | None:
    """Return the canonical name in the metadata, None where it is absent or not valid."""
    try:
        name = facts.metadata and uploaded(facts.metadata, "name")
        return canonicalize_name(name, validate=True) if name else None
    except InvalidName:
        return None


def declared_version(facts: DistributionFacts) -> Version | None:
    """Return the version in the metadata, None where it is absent or not valid."""
    try:
        return Version((facts.metadata and uploaded(facts.metadata, "version")) or "")
    except ValueError:
        return None


@artifact.error(
    for_sdist="sdist-filename-unprintable",
    for_wheel="wheel-filename-unprintable",
    title="The filename of the {kind} has characters that cannot be printed",
    why="PyPI refuses control characters in a filename; on a terminal they can hide what the file is called.",
    fix=RENAME,
    example="`spam-1.0\\x07` in a filename",
    mirrors=("C02",),
)
def filename_unprintable(facts: DistributionFacts) -> Iterator[Evidence]:
    if any(character < " " or character == "\x7f" for character in facts.filename):
        yield Evidence(f"The filename {quoted(facts.filename)} has characters that cannot be printed.")


@artifact.error(
    for_sdist="sdist-filename-slash",
    for_wheel="wheel-filename-slash",
    title="The filename of the {kind} has a slash or a backslash",
    why="A filename with a slash would be a path; PyPI refuses it.",
    fix=RENAME,
    example="dist\\{file}",
    mirrors=("C03",),
)
def filename_slash(facts: DistributionFacts) -> Iterator[Evidence]:
    if "/" in facts.filename or "\\" in facts.filename:
        yield Evidence(f"The filename {quoted(facts.filename)} has a slash or a backslash.")


@artifact.error(
    for_sdist="sdist-extension-wrong",
    for_wheel="wheel-extension-wrong",
    title="The filename does not have the extension of its kind of distribution",
    why="PyPI takes sdists as .tar.gz and wheels as .whl, in lower case, and nothing else: no eggs, "
    "installers or other archives.",
    fix=RENAME,
    example="`spam-1.0.tar.bz2`, or `spam-1.0-py3-none-any.WHL`",
    mirrors=("C01", "C04", "C05"),
)
def extension_wrong(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    if kind_of(facts.filename) != facts.kind:
        a_kind, expected = EXTENSIONS[facts.kind]
        message = f"{quoted(facts.filename)} does not have the extension of {a_kind}."
        yield Evidence(message, seen=facts.filename[-20:], expected=expected)


TOO_LONG = (
    "Longer names cannot be stored: most file systems end at 255 bytes, and the index writes a second file with a "
    "longer name beside a wheel."
)


@sdist.error(
    "sdist-filename-too-long",
    title=f"The filename of the sdist is longer than {SDIST_NAME_LIMIT} bytes",
    why=TOO_LONG,
    fix="Shorten the project name or the version.",
    example=f"a filename of {SDIST_NAME_LIMIT + 1} bytes",
    mirrors=("C06",),
)
def sdist_filename_too_long(facts: SdistFacts) -> Iterator[Evidence]:
    yield from _name_too_long(facts.filename, SDIST_NAME_LIMIT)


@wheel.error(
    "wheel-filename-too-long",
    title=f"The filename of the wheel is longer than {WHEEL_NAME_LIMIT} bytes",
    why=TOO_LONG,
    fix="Shorten the project name or the version, or put fewer tags into the filename.",
    example=f"a filename of {WHEEL_NAME_LIMIT + 1} bytes",
    mirrors=("C06",),
)
def wheel_filename_too_long(facts: WheelFacts) -> Iterator[Evidence]:
    yield from _name_too_long(facts.filename, WHEEL_NAME_LIMIT)


def _name_too_long(filename: str, limit: int) -> Iterator[Evidence]:
    length = len(filename.encode("utf-8", "surrogatepass"))
    if length > limit:
        message = f"The filename has {length} bytes, {length - limit} too many."
        yield Evidence(message, seen=f"{length} bytes", expected=f"at most {limit}")


@artifact.error(
    for_sdist="sdist-too-large",
    for_wheel="wheel-too-large",
    title="The {kind} is larger than any limit PyPI grants",
    why="PyPI raises the limit of a project up to 1 GiB per file, and no further.",
    fix="Leave out what is not needed, split the project, or let the package download its data when "
    "it is used.",
    example="{file} of 1.2 GiB",
    mirrors=("C07",),
)
def too_large(facts: DistributionFacts) -> Iterator[Evidence]:
    if facts.size > HARD_SIZE_LIMIT:
        message = f"The file has {facts.size / MIB:.0f} MiB; PyPI takes at most {HARD_SIZE_LIMIT // MIB} MiB."
        yield Evidence(message, seen=f"{facts.size} bytes", expected=f"at most {HARD_SIZE_LIMIT} bytes")


@artifact.warning(
    for_sdist="sdist-over-default-size",
    for_wheel="wheel-over-default-size",
    title="The {kind} is larger than PyPI takes by default",
    why="Above 100 MiB the upload is refused, unless PyPI has raised the limit of this project.",
    fix="Ask for a higher limit on PyPI before the release, in the settings of the project, or make "
    "the file smaller: leave out test data, debug symbols and duplicated libraries.",
    example="{file} of 120 MiB",
    mirrors=("C07",),
)
def over_default_size(facts: DistributionFacts) -> Iterator[Evidence]:
    if DEFAULT_SIZE_LIMIT < facts.size <= HARD_SIZE_LIMIT:
        message = (
            f"The file has {facts.size / MIB:.1f} MiB; by default PyPI takes {DEFAULT_SIZE_LIMIT // MIB}."
        )
        yield Evidence(message, seen=f"{facts.size} bytes", expected=f"at most {DEFAULT_SIZE_LIMIT} bytes")
