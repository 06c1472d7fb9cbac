"""Why a module, a distribution or a file was not found when the package was imported."""

import posixpath
import re
from pathlib import PurePosixPath

from slipway.artifacts import python_imports
from slipway.project.tracked import SOURCE_ROOTS
from slipway.rules import missing_modules
from slipway.rules.removed_modules import REMOVED
from slipway.rules.smoke.diagnosis import Diagnosis
from slipway.rules.smoke.facts import Attempt, SmokeFacts
from slipway.rules.smoke.module_owners import OPTIONAL_MODULES, SETUPTOOLS, distribution_of

_NOT_FOUND = re.compile(r"ModuleNotFoundError: No module named ")
"""What Python itself says; a package that raises the error says something else."""

HOSTS = {"sphinxcontrib": "sphinx", "pytest11": "pytest", "flake8": "flake8", "jupyterlab": "jupyter_server"}
"""First words of names and groups whose host is spelled differently, or is worth spelling out."""


def unknown_distribution(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    """Return why the metadata of a distribution was not found: the words of importlib.metadata and of pkg_resources."""
    found = re.match(
        r"(?:PackageNotFoundError: .{0,100} for |DistributionNotFound: The ')([\w.-]+)", attempt.error or ""
    )
    if found is None:
        return None
    asked = found[1]
    if asked.partition(".")[0].replace("-", "_") in facts.top_levels:
        return Diagnosis(
            f"it asks for the metadata of {asked!r}, and the distribution is called {facts.distribution!r}",
            f'Ask for it by its name on the index, `importlib.metadata.version("{facts.distribution}")`, or by '
            "`__name__` only where both are the same.",
        )
    return Diagnosis(
        f"it asks for the metadata of the distribution {asked!r}, which is not installed",
        f'Add "{asked}" to the dependencies, or catch the error and go on without it.',
    )


def missing_module(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    missing = attempt.missing
    if attempt.not_found and (why := _own_module(attempt.not_found, attempt, facts)):
        return why
    if missing is None:
        return None
    top = missing.partition(".")[0]
    if top in _hosts(facts):
        return Diagnosis(f"it plugs into `{top}`, which is not among its dependencies", kind="host")
    if not _NOT_FOUND.match(attempt.error or ""):
        return Diagnosis(f"the package itself asks for {missing!r}, which it does not declare", kind="asks")
    return _standard_library(missing, facts) or _undeclared(missing, attempt, facts)


def _hosts(facts: SmokeFacts) -> set[str]:
    words = {facts.distribution.partition("-")[0], *(re.split(r"[._]", group)[0] for group in facts.groups)}
    words -= {facts.distribution, "console", "gui"}
    return words | {HOSTS[word] for word in words if word in HOSTS}


def _undeclared(missing: str, attempt: Attempt, facts: SmokeFacts) -> Diagnosis:
    name = distribution_of(missing)
    if culprit := dependency_that_raised(attempt, facts):
        return Diagnosis(
            f"`{culprit}`, a dependency, needs {missing!r} and does not bring it",
            f"Depend on {name} as well, on an extra of {culprit} that brings it, or on another version of {culprit}.",
        )
    where = _DEPENDENCIES_IN.get(
        facts.plan.declared_in if facts.plan else "", "to the dependencies of the project"
    )
    return Diagnosis(f"the dependency {name} is not declared", f'Add "{name}" {where}.')


_DEPENDENCIES_IN = {
    "pyproject.toml": "to `dependencies` under [project]",
    "setup.cfg": "to `install_requires` under [options] in setup.cfg",
    "setup.py": "to `install_requires` in setup.py",
    "poetry": "to [tool.poetry.dependencies]",
    "flit": "to `requires` under [tool.flit.metadata]",
}


def _standard_library(missing: str, facts: SmokeFacts) -> Diagnosis | None:
    found = re.search(r"3\.(\d+)", facts.python)
    top, minor = missing.partition(".")[0], int(found[1]) if found else 0
    added = python_imports.added_in(missing, None)
    if added is not None and minor < added:
        return Diagnosis(
            f"{missing!r} came with Python 3.{added}, and the package says that it supports 3.{minor}",
            f'Set `requires-python = ">=3.{added}"`, or use the backport there is for older versions.',
        )
    if top in SETUPTOOLS:
        return _setuptools(top, minor, facts)
    if top in REMOVED and minor >= REMOVED[top][0]:
        since, decision = REMOVED[top]
        return Diagnosis(
            f"{top!r} was removed from the standard library in Python 3.{since} ({decision})",
            f"Replace it, depend on a package that brings it back, or limit `requires-python` to <3.{since}.",
        )
    if top in OPTIONAL_MODULES:
        return Diagnosis(
            f"it needs {missing!r} of the standard library, which this build of Python does not have",
            kind="system",
        )
    return None


def _setuptools(top: str, minor: int, facts: SmokeFacts) -> Diagnosis:
    fix = 'Replace it (importlib.metadata, importlib.resources), or depend on "setuptools".'
    if top == "pkg_resources":
        fix = fix.replace('"setuptools"', '"setuptools<82" (82 is the first version without pkg_resources)')
    if top == "pkg_resources" and "setuptools" in facts.required:
        cause = (
            "pkg_resources is no part of setuptools since version 82, and the package requires no older one"
        )
        return Diagnosis(
            cause, 'Replace it (importlib.metadata, importlib.resources), or require "setuptools<82".'
        )
    if minor < 12:  # noqa: PLR2004 - PEP 632, and venv without setuptools
        cause = f"{top!r} belongs to setuptools, which only some environments have"
        return Diagnosis(cause, fix, kind="setuptools")
    return Diagnosis(
        f"{top!r} belongs to setuptools, which new environments do not have since Python 3.12", fix
    )


def _own_module(missing: str, attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    """Return why a module of the project is missing; None for one that is installed or belongs to others.

    What was asked for as a name of its package is a module only where the source has one.
    """
    path = missing.replace(".", "/")
    if f"{path}.py" in facts.files or f"{path}/__init__.py" in facts.files:
        return None
    compiled = [f for f in facts.files if re.fullmatch(rf"{re.escape(path)}\.[^/]*(so|pyd)", f)]
    if compiled:
        return Diagnosis(
            f"{compiled[0]} was compiled for another Python than {facts.python}, or for another platform",
            "Give the wheel the tags of the Python it was built with; build it once for every Python.",
        )
    backend = facts.plan.backend if facts.plan else None
    if why := missing_modules.explain(
        missing, in_sdist=facts.in_sdist, tracked=facts.tracked, backend=backend
    ):
        return Diagnosis(f"{missing!r} is missing from what was installed: {why.cause}", why.fix)
    if missing != attempt.missing or not facts.is_own(missing):
        return None
    return Diagnosis(
        f"{missing!r} is the package's own and is missing from what was installed",
        "Include the module in the wheel; if it is generated by the build, generate it from the sdist too.",
    )


def missing_file(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    if attempt.error_type not in {"FileNotFoundError", "NotADirectoryError"}:
        return None
    file = posixpath.normpath(attempt.file or "")
    if file.partition("/")[0] not in facts.top_levels:
        if found := _file_of_checkout(file, facts):
            return Diagnosis(
                f"it opens {found}, a file of the checkout that is not installed",
                "Put what it reads into the package: a version is there as `importlib.metadata.version(…)`, and a data "
                "file is read from inside the package with `importlib.resources`.",
            )
        return Diagnosis(f"it looks for {file or 'a file'}, which is not part of the package", kind="system")
    if found := next((f"{root}{file}" for root in SOURCE_ROOTS if f"{root}{file}" in facts.in_sdist), None):
        return Diagnosis(
            f"{file} is not in the wheel; the sdist has it as {found}",
            "Include it as package data (setuptools: [tool.setuptools.package-data]; flit and hatchling take what "
            "is inside the package and not ignored by git).",
        )
    return Diagnosis(
        f"{file} is not in the wheel", "Include the file in the wheel, or do not read it at import time."
    )


def _file_of_checkout(file: str, facts: SmokeFacts) -> str | None:
    """Return the project's own file that was looked for: relative to the current folder, or to the package's files."""
    known = facts.tracked.paths if facts.tracked else facts.in_sdist
    path = PurePosixPath(file)
    if file in known:
        return file
    beside = "/lib/" in f"/{file}" or len(path.parts) == 1  # in the environment, above the package
    return path.name if beside and not path.is_absolute() and path.name in known else None


def dependency_that_raised(attempt: Attempt, facts: SmokeFacts) -> str | None:
    """Return the top-level name of another package in which the error was raised."""
    places = re.findall(r'File "[^"]*?/site-packages/([^/"]+)', attempt.traceback.replace("\\", "/"))
    top = places[-1].removesuffix(".py") if places else None
    return top if top and top not in facts.top_levels else None
