"""Rules on [build-system]: what a build needs, and whether it is there."""

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from slipway.project.backends import BACKENDS
from slipway.project.declared import requirements
from slipway.project.source import SourceFacts
from slipway.rules.families import project
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import BUILD_SYSTEM

_FAR = "99999"

CAPPED = {"uv-build": "uv_build>=0.13,<0.14"}
"""Backends that warn by themselves where they have no upper bound: uv changes its behaviour between series."""

EXPRESSION_SINCE = {"setuptools": "77.0.0", "flit-core": "3.11.0"}
"""The version from which a backend takes `license = "MIT"` (PEP 639), by its changelog; before, it stops."""

PROJECT_SINCE = {"setuptools": "61.0.0", "flit-core": "3.2.0", "poetry-core": "2.0.0"}
"""The version from which a backend reads [project] (PEP 621), by its changelog."""

PLUGIN_PREFIXES = ("hatch-", "setuptools-", "pdm-", "poetry-", "scikit-build", "flit-")
PLUGINS = frozenset({"pbr", "versioningit", "uv-dynamic-versioning"})
"""Build requirements that install a backend with them."""


@project.note(
    "build-system-missing",
    title="The project does not say what it is built with",
    why="Build tools then fall back to setuptools in whatever version is newest on the day of the build.",
    fix='Add to pyproject.toml:\n\n[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = '
    '"setuptools.build_meta"',
    example="a project with setup.py and without pyproject.toml",
    read=BUILD_SYSTEM,
)
def build_system_missing(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    if not project.build_system_declared and project.present:
        file = next((name for name in project.present if name != "setup.cfg"), project.present[0])
        yield Evidence(message="No [build-system] table says what the project is built with.", file=file)


@project.note(
    "setup-from-distutils",
    title="setup.py takes `setup` from distutils",
    why="Python 3.12 has no distutils. It works where setuptools happens to put its own copy in that place, and fails "
    "elsewhere.",
    fix="Write `from setuptools import setup` in setup.py; setuptools takes the same arguments.",
    example="from distutils.core import setup",
    read="https://peps.python.org/pep-0632/",
)
def setup_from_distutils(facts: SourceFacts) -> Iterator[Evidence]:
    if line := facts.setup_from_distutils:
        yield Evidence(message="setup.py takes `setup` from distutils.", file="setup.py", line=line)


@project.warning(
    "backend-not-required",
    title="The build backend is not among the build requirements",
    why="A build runs in an environment with only the build requirements, so the backend "
    "cannot be imported there.",
    fix="Add the project that provides the backend to `requires` under [build-system].",
    example='requires = ["setuptools"]\nbuild-backend = "hatchling.build"',
    read=BUILD_SYSTEM,
)
def backend_not_required(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    backend = BACKENDS.get(project.backend_name)
    if backend is None or project.backend_in_tree or not project.build_system_declared:
        raise Skipped("the build backend is unknown, or part of the project")
    names = {canonicalize_name(requirement.name) for _, requirement in requirements(project.build_requires)}
    has_plugin = names & PLUGINS or any(name.startswith(PLUGIN_PREFIXES) for name in names)
    if not has_plugin and not names & set(backend.requirements):
        yield Evidence(
            message=f"The backend is {project.backend}, and `requires` does not name {backend.name}.",
            **project.at("build-system", "requires"),
            seen=", ".join(project.build_requires) or "nothing",
            expected=backend.name,
        )


@project.warning(
    "backend-too-old",
    title="The build requirement excludes every backend version that can read the project",
    why="The build stops at a value it does not know, or ignores it and builds something without a name.",
    fix="Raise or remove the upper bound of the build backend under [build-system].",
    example='requires = ["setuptools<70"]  # with license = "MIT" in [project]',
    read=BUILD_SYSTEM,
)
def backend_too_old(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    if "project" not in project.pyproject:
        raise Skipped("there is no [project] table")
    expression = project.licence is not None and project.licence.expression is not None
    since = EXPRESSION_SINCE if expression else PROJECT_SINCE
    what = "`license` as an SPDX expression" if expression else "the [project] table"
    needed = since.get(project.backend_name)
    if needed is None or project.metadata_from.get("license", "pyproject.toml") != "pyproject.toml":
        return
    for index, requirement in requirements(project.build_requires):
        if canonicalize_name(requirement.name) != project.backend_name:
            continue
        if (requirement.specifier & SpecifierSet(f">={needed}")).is_unsatisfiable():
            yield Evidence(
                message=f"{requirement} cannot read {what}; that takes {requirement.name} {needed} or newer.",
                **project.at("build-system", "requires", index),
                seen=str(requirement),
                expected=f"{requirement.name}>={needed}",
            )


@project.note(
    "build-requirement-unbounded",
    title="The build backend has no upper bound, and its documentation asks for one",
    why="A later series of this backend may build the same sources differently or not at all, also the "
    "sdists that are already published.",
    fix="Add the upper bound that the backend's documentation gives.",
    fixes={
        name: f'Write `requires = ["{advice}"]` under [build-system], with the series you test.'
        for name, advice in CAPPED.items()
    },
    example='requires = ["uv_build"]',
    read=BUILD_SYSTEM,
)
def build_requirement_unbounded(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    for index, requirement in requirements(project.build_requires):
        advice = CAPPED.get(canonicalize_name(requirement.name))
        if advice is None or requirement.url or not requirement.specifier.contains(_FAR):
            continue
        yield Evidence(
            message=f"{requirement} has no upper bound.",
            **project.at("build-system", "requires", index),
            seen=str(requirement),
            expected=advice,
        )
