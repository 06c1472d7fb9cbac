"""Rules on the filenames of sdists and wheels: their parts, against the format and against the metadata."""

import re
from collections.abc import Iterator

from slipway.artifacts.distribution import DistributionFacts
from slipway.artifacts.filename import kind_of, parse
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.artifact.distribution_files import declared_name, declared_version
from slipway.rules.families import artifact, sdist, wheel
from slipway.rules.rule import Evidence
from slipway.rules.specifications import PLATFORM_TAGS, SDIST_FORMAT, WHEEL_FORMAT
from slipway.rules.wording import quoted

# The platform tags that PyPI takes: warehouse, `forklift/legacy.py`, `_valid_platform_tag`.
FIXED = frozenset({"any", "win32", "win_amd64", "win_arm64", "win_ia64", "linux_armv6l", "linux_armv7l"})
MANYLINUX2014 = "x86_64|i686|aarch64|armv7l|ppc64|ppc64le|s390x"
MANYLINUX = f"{MANYLINUX2014}|riscv64"
MUSLLINUX = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
MACOS = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
MACOS_MAJORS = "11|12|13|14|15|26"
"""From macOS 11 on the minor version of a tag must be 0."""

PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"manylinux(1|2010)_(x86_64|i686)\Z",
        rf"manylinux2014_({MANYLINUX2014})\Z",
        rf"manylinux_\d+_\d+_({MANYLINUX})\Z",
        rf"musllinux_\d+_\d+_({MUSLLINUX})\Z",
        rf"macosx_10_\d+_({MACOS})\Z",
        rf"macosx_({MACOS_MAJORS})_0_({MACOS})\Z",
        r"ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)",
        r"android_\d+_(armeabi_v7a|arm64_v8a|x86|x86_64)\Z",
        r"pyemscripten_\d+_\d+_wasm32",
    )
)
"""Where a pattern has no end, PyPI's has none either."""


@sdist.error(
    "sdist-filename-unparsable",
    title="The filename of the sdist has no name and version",
    why="Installers read name and version from the filename, before they open the file; PyPI refuses "
    "another form.",
    fix="Build the sdist again with a current build backend. The version has to follow PEP 440.",
    example="spam.tar.gz",
    mirrors=("C08",),
    read=SDIST_FORMAT,
)
def sdist_filename_unparsable(facts: DistributionFacts) -> Iterator[Evidence]:
    if kind_of(facts.filename) == "sdist" and (problem := parse(facts.filename, "sdist").problem):
        yield Evidence(f"{problem}.", seen=facts.filename, expected="name-version.tar.gz")


@sdist.error(
    "sdist-filename-not-normalized",
    title="The filename of the sdist is not in its normalized form",
    why="PyPI takes exactly one spelling: the name in lower case with underscores, the version as PEP "
    "440 normalizes it and as the metadata has it, and .tar.gz. Zip files are refused.",
    fix="Upgrade the build backend: current ones write this form.",
    fixes={
        "setuptools": "Require `setuptools>=69.3` under [build-system]; older ones keep capitals and "
        "dashes. Remove `formats = zip` from setup.cfg if it is there."
    },
    example="My-Project-1.0-1.tar.gz",
    mirrors=("C10",),
    read=SDIST_FORMAT,
)
def sdist_filename_not_normalized(facts: DistributionFacts) -> Iterator[Evidence]:
    parsed = parse(facts.filename, "sdist")
    if parsed.name is None:
        return
    version = declared_version(facts) or parsed.version
    expected = f"{parsed.name.replace('-', '_')}-{version}.tar.gz"
    if facts.filename != expected:
        message = f"{quoted(facts.filename)} is not spelled the way PyPI requires, {quoted(expected)}."
        yield Evidence(message, seen=facts.filename, expected=expected)


@wheel.error(
    "wheel-filename-unparsable",
    title="The filename of the wheel does not have its parts",
    why="Name, version, an optional build number and three tags are read from the filename by every "
    "installer; one that cannot be taken apart is refused.",
    fix="Build the wheel again with a current build backend and do not rename it.",
    example="spam-1.0.whl",
    mirrors=("C11", "C16"),
    read=WHEEL_FORMAT,
)
def wheel_filename_unparsable(facts: DistributionFacts) -> Iterator[Evidence]:
    if kind_of(facts.filename) == "wheel" and (problem := parse(facts.filename, "wheel").problem):
        expected = "name-version-python-abi-platform.whl"
        yield Evidence(f"{problem}.", seen=facts.filename, expected=expected)


def is_accepted(tag: str) -> bool:
    """Return whether PyPI takes wheels with this platform tag, given in lower case."""
    return tag in FIXED or any(pattern.match(tag) for pattern in PATTERNS)


@wheel.error(
    "wheel-platform-tag-refused",
    title="The wheel is for a platform tag that PyPI does not take",
    why="PyPI takes only tags that say on which systems the wheel runs. A plain `linux_x86_64` says "
    "nothing about the C library it needs, so it would break on other distributions.",
    fix="Linux: let cibuildwheel build in a manylinux image, or run `auditwheel repair`. macOS 11 and "
    "later: the tag has to be macosx_11_0, so set MACOSX_DEPLOYMENT_TARGET=11.0. Pure Python: the tag "
    "has to be `any`.",
    example="spam-1.0-cp313-cp313-linux_x86_64.whl",
    mirrors=("C12",),
    read=PLATFORM_TAGS,
)
def wheel_platform_tag_refused(facts: DistributionFacts) -> Iterator[Evidence]:
    for platform in parse(facts.filename, "wheel").platforms:
        if not is_accepted(platform):
            message = f"PyPI takes no wheels for the platform tag {quoted(platform)}"
            if facts.repair_problem is None:
                yield Evidence(f"{message}.", seen=platform)
            else:
                fix = _FIXES_OF_REPAIR if "detect libc" in facts.repair_problem else None
                message += f"; auditwheel, which gives the wheel another, failed: {facts.repair_problem}"
                yield Evidence(f"{message}.", seen=platform, fix=fix)


_FIXES_OF_REPAIR = (
    "The module uses nothing of the C library, so that auditwheel cannot see which one it is for. Link it with the C "
    'library all the same: `extra_link_args=["-Wl,--no-as-needed"]` in the Extension, and build again.'
)


@artifact.error(
    for_sdist="sdist-filename-other-project",
    for_wheel="wheel-filename-other-project",
    title="The filename of the {kind} names another project than its metadata",
    why="The upload would go to the project in the metadata, under the filename of another; PyPI "
    "refuses that.",
    fix="Build the {kind} again and do not rename it.",
    example="{file} with Name: eggs",
    mirrors={"sdist": ("C09",), "wheel": ("C13",)},
    read={"sdist": SDIST_FORMAT, "wheel": WHEEL_FORMAT},
)
def filename_other_project(facts: SdistFacts | WheelFacts) -> Iterator[Evidence]:
    name, declared = parse(facts.filename, facts.kind).name, declared_name(facts)
    if name and declared and name != declared:
        message = f"The filename says project {quoted(name)}, the metadata says {quoted(declared)}."
        yield Evidence(message, seen=name, expected=declared)


@wheel.error(
    "wheel-filename-not-normalized",
    title="The name in the filename of the wheel is not normalized",
    why="PyPI takes the name in one spelling only: lower case, with underscores in place of dashes and dots.",
    fix="Upgrade the build backend: current ones write this form.",
    fixes={"setuptools": "Require `setuptools>=75.8.1` under [build-system]; older ones keep capitals."},
    example="My.Project-1.0-py3-none-any.whl",
    mirrors=("C14",),
    read=WHEEL_FORMAT,
)
def wheel_filename_not_normalized(facts: DistributionFacts) -> Iterator[Evidence]:
    parsed = parse(facts.filename, "wheel")
    if parsed.name is None:
        return
    expected = parsed.name.replace("-", "_")
    if parsed.name_part != expected:
        message = f"The filename begins with {quoted(parsed.name_part)} in place of {quoted(expected)}."
        yield Evidence(message, seen=parsed.name_part, expected=expected)


@wheel.error(
    "wheel-filename-other-version",
    title="The filename of the wheel has another version than its metadata",
    why="An installer chooses the file by the version in its name and then finds another one inside.",
    fix="Build the wheel again and do not rename it.",
    example="spam-1.1-py3-none-any.whl with Version: 1.0",
    mirrors=("C15",),
    read=WHEEL_FORMAT,
)
def wheel_filename_other_version(facts: DistributionFacts) -> Iterator[Evidence]:
    version, declared = parse(facts.filename, "wheel").version, declared_version(facts)
    if version is not None and declared is not None and version != declared:
        message = f"The filename says version {version}, the metadata says {declared}."
        yield Evidence(message, seen=str(version), expected=str(declared))
