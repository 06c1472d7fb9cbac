"""Rules on the set: whether the metadata of all files of one release agrees."""

from collections.abc import Callable, Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import release
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import Evidence, Skipped

DYNAMIC_SINCE = Version("2.2")
"""Metadata version from which an sdist says which of its fields a wheel may give otherwise (PEP 643)."""


def _requirement(text: str) -> str:
    """Return one spelling for all that mean the same: names and extras normalised, specifiers sorted."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return " ".join(text.split())
    requirement.name = canonicalize_name(requirement.name)
    requirement.extras = {canonicalize_name(extra) for extra in requirement.extras}
    return str(requirement)


def _specifiers(text: str) -> str:
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return text


COMPARED: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "requires-python": ("Requires-Python", _specifiers),
    "requires-dist": ("Requires-Dist", _requirement),
    "provides-extra": ("Provides-Extra", canonicalize_name),
}
"""The fields that decide what is installed: as they are written, and how equivalent spellings are made equal."""


def _difference(
    reference: MetadataFacts, metadata: MetadataFacts, field: str, filename: str, message: str
) -> Evidence | None:
    """Return evidence if a field has other values than the reference, `filename` being whose metadata it is."""
    normal = COMPARED[field][1]
    expected, seen = (frozenset(map(normal, one.every(field))) for one in (reference, metadata))
    if expected == seen:
        return None
    return Evidence(
        message,
        artifact=filename,
        file=metadata.file,
        line=metadata.line(field),
        seen="\n".join(sorted(seen - expected)) or "nothing",
        expected="\n".join(sorted(expected - seen)) or "nothing",
    )


@release.warning(
    "wheels-disagree-on-requirements",
    title="The wheels of one release require different things",
    why="uv, Poetry and PDM read one wheel's metadata and lock it for all platforms, so that some users get "
    "too little or something wrong.",
    fix="Write what depends on the system as an environment marker, such as "
    "`pywin32; sys_platform == 'win32'`, in place of code that decides during the build.",
    example="Requires-Dist: pywin32 in the wheel for Windows alone",
    read="https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers",
)
def wheels_disagree_on_requirements(release: ReleaseFacts) -> Iterator[Evidence]:
    wheels = [(wheel.filename, wheel.metadata) for wheel in release.wheels if wheel.metadata]
    if len(wheels) < 2:  # noqa: PLR2004 - two make a comparison
        raise Skipped("there are no two wheels to compare")
    first, reference = wheels[0]
    for field, (title, _) in COMPARED.items():
        for filename, metadata in wheels[1:]:
            message = f"{filename} has another {title} than {first}."
            if evidence := _difference(reference, metadata, field, filename, message):
                yield evidence
                break


@release.warning(
    "wheels-disagree-on-entry-points",
    title="The wheels of one release have different entry points",
    why="A command or plugin is there on one platform and missing on another.",
    fix="Declare the entry points in pyproject.toml, and build all wheels from the same commit.",
    example="a wheel for Linux with the command `demo`, and one for Windows without",
)
def wheels_disagree_on_entry_points(release: ReleaseFacts) -> Iterator[Evidence]:
    wheels = [wheel for wheel in release.wheels if wheel.complete and wheel.entry_points_problem is None]
    if len(wheels) < 2:  # noqa: PLR2004 - two make a comparison
        raise Skipped("there are no two wheels to compare")
    for wheel in wheels[1:]:
        if (wheel.entry_points or {}) != (wheels[0].entry_points or {}):
            yield Evidence(
                f"{wheel.filename} has other entry points than {wheels[0].filename}.",
                artifact=wheel.filename,
                file=wheel.in_dist_info("entry_points.txt"),
                seen=_points(wheel.entry_points),
                expected=_points(wheels[0].entry_points),
            )
            return


def _points(points: Mapping[str, Mapping[str, str]] | None) -> str:
    lines = [
        f"{group}: {name} = {value}"
        for group, names in (points or {}).items()
        for name, value in names.items()
    ]
    return "\n".join(sorted(lines)) or "none"


@release.warning(
    "sdist-metadata-broken-promise",
    title="The wheel differs from what the sdist promises",
    why="A field that an sdist does not call dynamic is the same in every wheel built from it; installers "
    "resolve by it without building, and then install something else.",
    fix="Build sdist and wheel from the same sources; what the build computes belongs in `dynamic` of "
    "the [project] table.",
    example="Requires-Dist: click in the wheel, none in the sdist, and no Dynamic: Requires-Dist",
    read="https://peps.python.org/pep-0643/",
)
def sdist_metadata_broken_promise(release: ReleaseFacts) -> Iterator[Evidence]:
    source = release.sdist.metadata if release.sdist else None
    wheel = next((wheel for wheel in release.wheels if wheel.metadata), None)
    if source is None or wheel is None or wheel.metadata is None:
        raise Skipped("there is no sdist beside a wheel")
    if not _promises(source):
        raise Skipped("the metadata of the sdist is too old to promise anything")
    open_fields = {name.strip().lower() for name in source.every("dynamic")}
    for field, (title, _) in COMPARED.items():
        message = f"{wheel.filename} has another {title} than the sdist, which does not call it dynamic."
        evidence = _difference(source, wheel.metadata, field, wheel.filename, message)
        if evidence and field not in open_fields:
            yield evidence


def _promises(metadata: MetadataFacts) -> bool:
    try:
        return Version(metadata.one("metadata-version") or "") >= DYNAMIC_SINCE
    except ValueError:
        return False
