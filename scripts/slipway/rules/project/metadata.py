"""Rules on metadata that is clearer in the source than in the artifact: entry points, Python versions, names."""

import re
import sys
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from slipway.artifacts.entry_points import SCRIPT_GROUPS
from slipway.project.declared import requirements
from slipway.project.source import SourceFacts
from slipway.rules.families import project
from slipway.rules.removed_modules import REMOVED
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import ENTRY_POINTS, PYPROJECT
from slipway.rules.written import fix

NEW_PYTHON = "3.99"

_SCRIPT_NAME = re.compile(r"[\w.-]+")
_REFERENCE = re.compile(r"\s*[^\W\d]\w*(\.[^\W\d]\w*)*\s*:\s*[^\W\d]\w*(\.[^\W\d]\w*)*\s*+(\[[^\]]*+\])?\s*+")
_PYTHON_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")


def _python(facts: SourceFacts) -> SpecifierSet:
    if facts.project.requires_python is None:
        raise Skipped("requires-python is not given, or only known after the build")
    try:
        return SpecifierSet(facts.project.requires_python)
    except InvalidSpecifier as error:
        raise Skipped("requires-python is not valid") from error


@project.error(
    "requires-python-unsatisfiable",
    title="No Python satisfies requires-python",
    why="Installers skip the release on every Python there is.",
    **fix("Set {}, with the lowest Python you support.", "requires-python"),
    example='requires-python = ">=3.12,<3.8"',
    read=PYPROJECT + "#requires-python",
)
def requires_python_unsatisfiable(facts: SourceFacts) -> Iterator[Evidence]:
    specifiers = _python(facts)
    seen = facts.project.requires_python
    if specifiers.is_unsatisfiable():
        message = f"No version satisfies requires-python {seen}."
        yield Evidence(message=message, **facts.project.at("requires-python"), seen=seen)
    elif (specifiers & SpecifierSet("<4")).is_unsatisfiable():
        message = f"There is no Python yet that satisfies requires-python {seen}."
        yield Evidence(message=message, **facts.project.at("requires-python"), seen=seen, expected=">=3.11")


@project.note(
    "python-classifier-excluded",
    title="A classifier names a Python that requires-python excludes",
    why="The project's page promises a Python on which no installer will take the release.",
    fix="Remove the classifier, or lower requires-python.",
    example='requires-python = ">=3.11"\nclassifiers = ["Programming Language :: Python :: 3.8"]',
    read=PYPROJECT + "#classifiers",
)
def python_classifier_excluded(facts: SourceFacts) -> Iterator[Evidence]:
    specifiers = _python(facts)
    for index, classifier in enumerate(facts.project.classifiers or ()):
        match = _PYTHON_CLASSIFIER.fullmatch(classifier)
        if match is None or not (specifiers & SpecifierSet(f"=={match[1]}.*")).is_unsatisfiable():
            continue
        yield Evidence(
            message=f"The classifiers name Python {match[1]}, requires-python "
            f"{facts.project.requires_python} excludes it.",
            **facts.project.at("classifiers", index),
            seen=classifier,
        )


@project.error(
    "entry-point-invalid",
    title="A script is not declared as a name and a function",
    why="PyPI refuses such a name; installers stop at a script that names no function.",
    fix="Write it as name and `package.module:function`.",
    example='[project.scripts]\nexample = "example.cli"  # example.cli:main',
    mirrors=("C35",),
    read=ENTRY_POINTS,
)
def entry_point_invalid(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    for group in SCRIPT_GROUPS:
        for name, reference in (project.entry_points or {}).get(group, {}).items():
            if not _SCRIPT_NAME.fullmatch(name):
                problem = (
                    f"The name of the script {name!r} has other characters than letters, digits and . _ -."
                )
            elif not _REFERENCE.fullmatch(reference):
                problem = f"The script {name} does not name a function: {reference!r}."
            else:
                continue
            yield Evidence(
                message=problem,
                **project.at("entry-points", group, name),
                seen=reference,
                expected="package.module:function",
            )


@project.warning(
    "dependency-on-itself",
    title="The project depends on itself",
    why="Installers look the project up on the index while they install it, and may take an older release.",
    fix="Remove the dependency. An extra may name the project with other extras; `dependencies` may not.",
    example='name = "example"\ndependencies = ["example>=1.0"]',
    read=PYPROJECT + "#dependencies-optional-dependencies",
)
def dependency_on_itself(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    own = canonicalize_name(project.name or "")
    dependencies = project.dependencies or ()
    for index, requirement in requirements(dependencies):
        if own and canonicalize_name(requirement.name) == own:
            text = dependencies[index]
            message = f"The project {project.name} depends on itself: {text}."
            yield Evidence(message=message, **project.at("dependencies", index), seen=text)


@project.warning(
    "package-shadowed-by-python",
    title="A package has the name of a module of the standard library",
    why="Python finds its own module first: after the installation `import` never gets this package.",
    fix="Rename the package; a backport for older Pythons says so with an upper bound in requires-python.",
    example="src/queue/__init__.py",
    read="https://docs.python.org/3/library/",
)
def package_shadowed_by_python(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    try:
        backport = not SpecifierSet(project.requires_python or "").contains(NEW_PYTHON)
    except InvalidSpecifier:
        backport = False
    if backport:
        raise Skipped("requires-python excludes newer Pythons, as a backport does")
    for name in project.packages:
        if name in sys.stdlib_module_names and name not in REMOVED:
            yield Evidence(message=f"The package {name} has the name of a module of Python.", seen=name)
