"""Rules on what a distribution requires: Requires-Dist and its relatives, Requires-Python, Provides-Extra."""

import re
from collections.abc import Iterator

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import at_field, each_uploaded, is_missing, rejection, uploaded
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CORE_METADATA, PYPROJECT, SPECIFIERS
from slipway.rules.wording import over_length, quoted
from slipway.rules.written import fix

LOCK_FILE_VARIABLE = re.compile(r"\b(extras|dependency_groups)\b")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

NEXT_MAJOR = 4
"""A cap here or above excludes no Python that exists or is planned."""


def _requirement(value: str) -> Requirement | None:
    if over_length(value):
        return None
    try:
        return Requirement(value)
    except (InvalidRequirement, ValueError, SyntaxError, RecursionError):
        return None


@metadata.error(
    "requires-dist-invalid",
    title="A dependency cannot be parsed",
    why="Neither the index nor an installer can make sense of it, so the upload is refused.",
    fix='Write it as name, extras, versions, marker, for example `"httpx[http2] >= 0.27 ; '
    "python_version < '3.13'\"`.",
    example="Requires-Dist: attrs => 23",
    mirrors=("C53",),
    read=SPECIFIERS,
)
def requires_dist_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "requires-dist"):
        if problem := rejection("requires_dist", [value]):
            yield at(f"{quoted(value)} is not a dependency specifier: {problem}.")


@metadata.error(
    "requires-dist-direct-reference",
    title="A dependency is taken from a URL",
    why="A package from the index may only depend on packages from the index; PyPI refuses `name @ "
    "https://…`, in extras too.",
    fix="Depend on a released version (`name >= 1.2`). A development dependency fits into "
    "[dependency-groups], which is not published.",
    example="Requires-Dist: attrs @ git+https://example.org/attrs.git",
    mirrors=("C54",),
    read=SPECIFIERS,
)
def requires_dist_direct_reference(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "requires-dist"):
        requirement = _requirement(value)
        if requirement is not None and requirement.url is not None:
            message = f"The dependency {requirement.name} comes from {quoted(requirement.url)}, not an index."
            yield at(message, expected=requirement.name)


@metadata.error(
    "requires-dist-marker-of-lock-files",
    title="The marker of a dependency uses a variable that only lock files have",
    why="`extras` and `dependency_groups` are for pylock.toml; pip fails on a package whose metadata has them.",
    fix="Write `extra == 'name'`, in the singular, or put the dependency under [project.optional-dependencies].",
    example="Requires-Dist: attrs ; 'fast' in extras",
    read="https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers",
)
def requires_dist_marker_of_lock_files(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "requires-dist"):
        requirement = _requirement(value)
        marker = str(requirement.marker) if requirement is not None and requirement.marker else ""
        if found := LOCK_FILE_VARIABLE.search(QUOTED.sub("", marker)):
            yield at(f"{quoted(value)} uses the variable `{found[0]}`.", expected="extra == 'name'")


@metadata.warning(
    "extras-equal",
    title="Two extras have the same name in its normal form",
    why="Installers compare extras without regard to `-`, `_`, `.` and capitals: uv refuses such a project, and pip takes "
    "one of the two.",
    fix="Join the two, or give them names that differ in more than that.",
    example="Provides-Extra: foo_bar\nProvides-Extra: foo-bar",
    read="https://peps.python.org/pep-0685/",
)
def extras_equal(facts: MetadataFacts) -> Iterator[Evidence]:
    seen: dict[str, str] = {}
    for value, at in each_uploaded(facts, "provides-extra"):
        first = seen.setdefault(canonicalize_name(value), value)
        if first != value:
            yield at(f"The extras {quoted(first)} and {quoted(value)} are one for installers.")


@metadata.warning(
    "requires-dist-equal-to-no-version",
    title="A dependency is pinned with === to what is not a version",
    why="uv refuses such a dependency, so its users cannot install the package; no release has such a version.",
    fix="Write a version, with `==`.",
    example="Requires-Dist: attrs ===latest",
    read=SPECIFIERS,
)
def requires_dist_equal_to_no_version(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "requires-dist"):
        requirement = _requirement(value)
        for specifier in requirement.specifier if requirement is not None else ():
            if specifier.operator == "===" and not _is_version(specifier.version):
                yield at(f"{quoted(value)}: {quoted(specifier.version)} is not a version.")


def _is_version(text: str) -> bool:
    try:
        return bool(Version(text))
    except ValueError:
        return False


@metadata.error(
    "provides-dist-invalid",
    title="Provides-Dist or Obsoletes-Dist cannot be parsed or names a URL",
    why="PyPI reads these fields like dependencies and refuses what is none. No installer uses them.",
    fix="Remove the field.",
    example="Provides-Dist: my package",
    mirrors=("C55",),
    read=CORE_METADATA + "#provides-dist-multiple-use",
)
def provides_dist_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for name in ("provides-dist", "obsoletes-dist"):
        for value, at in each_uploaded(facts, name):
            requirement = _requirement(value)
            if requirement is None:
                message = f"{name.title()} {quoted(value)} is not a dependency specifier."
            elif requirement.url is not None:
                message = f"{name.title()} {quoted(value)} is a direct reference."
            else:
                continue
            yield at(message)


@metadata.error(
    "provides-extra-invalid",
    title="The name of an extra is not valid",
    why="Extras are named by the same rule as projects: ASCII letters, digits, dots, dashes and underscores.",
    **fix("Rename the extra in {}.", "extras"),
    example="Provides-Extra: dev tools",
    mirrors=("C57",),
    read=CORE_METADATA + "#provides-extra-multiple-use",
)
def provides_extra_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "provides-extra"):
        if rejection("provides_extra", [value]):
            yield at(f"{quoted(value)} is not a valid name of an extra.")


@metadata.error(
    "requires-python-invalid",
    title="Requires-Python is not a version specifier",
    why="Installers use it to choose the release that fits the running Python; what cannot be parsed is "
    "refused.",
    **fix("Set {}, with the lowest Python you support.", "requires-python"),
    example="Requires-Python: 3.11+",
    mirrors=("C56",),
    read=PYPROJECT + "#requires-python",
)
def requires_python_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    value = facts.one("requires-python")
    if value and rejection("requires_python", value):
        message = f"Requires-Python {quoted(value)} is not a version specifier."
        yield at_field(facts, "requires-python", message, seen=value, expected=">=3.11")


@metadata.warning(
    "requires-python-missing",
    title="Requires-Python is missing",
    why="Installers then offer the release to every Python, however old; people get a syntax error "
    "where they would have got the last release that works for them.",
    **fix("Set {}, with the lowest Python you test.", "requires-python"),
    example="metadata without Requires-Python",
    read=PYPROJECT + "#requires-python",
)
def requires_python_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if is_missing(facts, "requires-python"):
        yield Evidence("The metadata does not say which Python is needed.", file=facts.file)


def _cap(value: str) -> Version | None:
    """Return the lowest version a Requires-Python excludes from above, or None if it is open."""
    if over_length(value):
        return None
    caps = []
    try:
        for specifier in SpecifierSet(value):
            if specifier.operator in ("<", "<="):
                caps.append(Version(specifier.version))
            elif specifier.operator in ("==", "~="):
                release = Version(specifier.version.removesuffix(".*")).release
                compatible = release if specifier.operator == "==" else release[:-1]
                caps.append(Version(".".join(map(str, (*compatible[:-1], compatible[-1] + 1)))))
    except ValueError:
        # The numbers are absurd.
        return None
    return min(caps, default=None)


@metadata.warning(
    "requires-python-capped",
    title="Requires-Python has an upper bound",
    why="A cap cannot be lifted after the release. On a later Python installers do not say that the "
    "package is too old: they go back to an older release without the cap, or fail, and so does "
    "everything that depends on it.",
    fix="Keep the lower bound only. If a later Python really breaks the package, say so in the next release.",
    example="Requires-Python: >=3.11,<3.14",
    read=PYPROJECT + "#requires-python",
)
def requires_python_capped(facts: MetadataFacts) -> Iterator[Evidence]:
    value = uploaded(facts, "requires-python") or ""
    cap = _cap(value)
    if cap is not None and cap.major < NEXT_MAJOR:
        message = f"Requires-Python {quoted(value)} excludes every later Python."
        yield _capped(facts, value, message)


def _capped(facts: MetadataFacts, value: str, message: str) -> Evidence:
    """Return evidence with the specifier that is left without its upper bounds."""
    kept = ",".join(sorted(_open(SpecifierSet(value))))
    evidence = at_field(facts, "requires-python", message, seen=value, expected=kept or None)
    fix = f"Write `{kept}`: the lower bound only, as it is." if kept else None
    return replace(evidence, fix=fix)


def _open(specifiers: SpecifierSet) -> Iterator[str]:
    for one in specifiers:
        if one.operator in {"==", "~="}:
            yield f">={one.version.removesuffix('.*')}"
        elif one.operator not in {"<", "<="}:
            yield str(one)


@metadata.note(
    "requires-python-capped-below-4",
    title="Requires-Python excludes Python 4",
    why="There is no Python 4 to exclude, but resolvers demand the same cap of every package that "
    "depends on this one.",
    fix="Keep the lower bound only; `^3.11` of Poetry stands for `>=3.11,<4.0`.",
    example="Requires-Python: >=3.11,<4",
    read=PYPROJECT + "#requires-python",
)
def requires_python_capped_below_4(facts: MetadataFacts) -> Iterator[Evidence]:
    value = uploaded(facts, "requires-python") or ""
    cap = _cap(value)
    if cap is not None and cap.major >= NEXT_MAJOR:
        message = f"Requires-Python {quoted(value)} has an upper bound that excludes no Python that exists."
        yield _capped(facts, value, message)
