"""Known ways in which a build fails: what the tools print, the likely cause, and what to do."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """Where a build failed.

    Attributes:
        project: the folder of the project, or a copy of it.
        source: what was built: the project, or the unpacked sdist.
        lines: all that was printed.
    """

    project: Path
    source: Path
    lines: Sequence[str] = ()


Condition = Callable[[re.Match[str], Place], Mapping[str, str] | None]
"""Returns more values for the texts; None where the failure is another one after all."""


class KnownFailure(NamedTuple):
    """A known way to fail, recognised by what a tool prints.

    Attributes:
        pattern: regular expression, searched in every line of the output; its groups can be used in the other two.
        cause: the likely cause.
        remedy: what to do.
        machine: whether the machine or the network is at fault, so that the same project may build elsewhere or later.
        condition: what the project has to be like as well.
    """

    pattern: str
    cause: str
    remedy: str
    machine: bool = False
    condition: Condition | None = None


def _own_module(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    # It reads archives, and is wanted only where a build failed.
    from slipway.project.tracked import paths_of

    path = next((path for path in paths_of(found["module"]) if (place.project / path).is_file()), None)
    return {"path": path} if path else None


def _own_module_of_sdist(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    own = _own_module(found, place)
    return own if own and not (place.source / own["path"]).is_file() else None


def _without_pyproject(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    del found
    name = "pyproject.toml"
    return {} if (place.project / name).is_file() and not (place.source / name).is_file() else None


def _imported_by_package(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    """Return the project's own module that was imported when the error came, other than its setup.py."""
    del found
    files = [line.split('"')[1] for line in place.lines if re.match(r'\s*File "[^"]+", line', line)]
    last = Path(files[-1]) if files else None
    if last is None or not last.is_relative_to(place.source) or last.name == "setup.py":
        return None
    return {"file": last.relative_to(place.source).as_posix()}


def _repository_above(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    del found
    depth = next((n for n, path in enumerate(place.source.parents, 1) if (path / ".git").exists()), None)
    if depth is None or (place.source / ".git").exists() or place.source != place.project:
        return None
    return {"root": "/".join([".."] * depth)}


def _is_requirement(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    del found
    return {} if any("dependency specifier" in line for line in place.lines) else None


def _missing_here(found: re.Match[str], place: Place) -> Mapping[str, str] | None:
    return {} if (place.project / found["file"]).is_file() else None


KNOWN_FAILURES = (
    KnownFailure(
        r"(?i)(no matching distribution|was not found in the package registry|no solution found)",
        "A build requirement does not exist under this name and version on the index of this machine.",
        "Check the spelling and the versions in `requires` of [build-system] in pyproject.toml.",
    ),
    KnownFailure(
        r"(?i)(temporary failure in name resolution|dns error|connection refused|network is unreachable"
        r"|failed to fetch|error sending request|connection reset|timed out)",
        "The index cannot be reached from this machine.",
        "Check the connection, the proxy and the configured index, then run again; nothing has been changed.",
        machine=True,
    ),
    KnownFailure(
        r"No module named ['\"](?P<module>[\w.]+)",
        "The sdist has no pyproject.toml, so that the wheel is built from it without its build requirements, {module} "
        "among them.",
        "Let the sdist include pyproject.toml: remove what excludes it, such as `exclude pyproject.toml` in MANIFEST.in.",
        condition=_without_pyproject,
    ),
    KnownFailure(
        r"No module named ['\"](?P<module>[\w.]+)",
        "The build imports {module}, which is the project's {path}, and the sdist does not have that file.",
        "Include it in the sdist: for setuptools with a line `include {path}` in MANIFEST.in.",
        condition=_own_module_of_sdist,
    ),
    KnownFailure(
        r"No module named ['\"](?P<module>[\w.]+)",
        "The build imports {module}, which is the project's {path}; the folder of setup.py is not searched for modules.",
        "Put two lines before that import: `import os, sys` and "
        "`sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))`; and add a line `include {path}` to MANIFEST.in, "
        "so that the sdist has the file too.",
        condition=_own_module,
    ),
    KnownFailure(
        r"No module named ['\"]pkg_resources",
        "The build imports pkg_resources, which setuptools has no longer since version 82.",
        'Replace it (importlib.metadata, packaging), or require "setuptools<82" in [build-system] of pyproject.toml.',
    ),
    KnownFailure(
        r"No module named ['\"](?P<module>[\w.]+)",
        "The build imports {file} of the project itself, and that imports {module}, which is not installed in the build "
        "environment.",
        'Keep the build from importing the package: write the version as text, `__version__ = "1.0.0"`, in the module '
        "that `attr` names, which is then read without an import. Or add the distribution that provides {module} to "
        "`requires` of [build-system].",
        condition=_imported_by_package,
    ),
    KnownFailure(
        r"License classifiers have been superseded by license expressions|License classifiers are deprecated in favor of",
        "The license is given twice: as an expression in `license`, and as a classifier that begins with `License ::`.",
        "Remove the classifiers that begin with `License ::`, and keep `license`.",
    ),
    KnownFailure(
        r"project\.license`? must be valid exactly by one definition",
        "This setuptools is older than 77 and does not know `license` as an expression.",
        'Require "setuptools>=77" in [build-system], or write `license = {{ text = "MIT" }}`.',
    ),
    KnownFailure(
        r"Field `project\.license-files` must be a table",
        "This hatchling is older than 1.27 and does not know `license-files` as a list.",
        'Require "hatchling>=1.27" in [build-system].',
    ),
    KnownFailure(
        r"`project\.license` must be string",
        "`license` is a table, which cannot stand beside `license-files`.",
        'Write the license as an expression, `license = "MIT"`; `license-files` names the files with its text.',
    ),
    KnownFailure(
        r"unable to detect version|Change your working directory to the repository root",
        "The version comes from git, and the repository begins above the project, where it is not looked for.",
        'Write `root = "{root}"` in [tool.setuptools_scm], or with hatch-vcs `raw-options = {{ root = "{root}" }}` in '
        "[tool.hatch.version].",
        condition=_repository_above,
    ),
    KnownFailure(
        r"^\s+(?P<option>(?:-[rec]|--[a-z-]+)[ =].+)",
        "The dependencies hold a line for pip, `{option}`, which is no requirement.",
        "List requirements only: write out what the other file names, or let the metadata read both files.",
        condition=_is_requirement,
    ),
    KnownFailure(
        r"use_2to3 is invalid",
        "setup.py asks for `use_2to3`, which setuptools has no longer since version 58.",
        "Remove that argument, and write the code for Python 3 alone.",
    ),
    KnownFailure(
        r"\[tool\.poetry\] section not found",
        "This poetry-core is older than 2 and does not read the [project] table.",
        'Require "poetry-core>=2" in [build-system].',
    ),
    KnownFailure(
        r"scikit-build-core needs a min version in build-system\.requires",
        "`minimum-version` in [tool.scikit-build] points to the version in [build-system], and that names none.",
        'Require a lowest version there, such as "scikit-build-core>=0.11".',
    ),
    KnownFailure(
        r"(?P<said>Use (?P<new>[\w.-]+) instead of (?P<old>[\w.-]+) .{0,40}scikit-build-core.*)",
        "[tool.scikit-build] has the setting {old} of an older scikit-build-core.",
        "Write {new} in its place.",
    ),
    KnownFailure(
        r"InterpolationSyntaxError: '%' must be followed",
        "setup.cfg has a single `%`, which setuptools takes for the beginning of a reference.",
        "Write `%%` for each `%` in setup.cfg.",
    ),
    KnownFailure(
        r"ERROR: File (?P<file>\S+) does not exist",
        "meson.build names {file}, which is in the folder and not in the sdist: meson-python makes the sdist of what git "
        "tracks.",
        "Add {file} to git; if it is generated, let meson generate it with `custom_target` or `configure_file`.",
        condition=_missing_here,
    ),
    KnownFailure(
        r"(?:Cannot import|No module named) ['\"](?P<module>[\w.]+)",
        "The build imports {module}, which is not installed in the build environment.",
        "Add the distribution that provides it to `requires` of [build-system] in pyproject.toml; "
        "for a backend inside the project set `backend-path`.",
    ),
    KnownFailure(
        r"fatal error(?: C1083)?: .{0,300}?\bPython\.h['\"]?(?:: No such file| file not found)",
        "The headers of Python itself are not installed on this machine.",
        "Install them (Debian: python3-dev; Fedora: python3-devel), or build with a Python that has them (--python).",
        machine=True,
    ),
    KnownFailure(
        r"(?:fatal error|error)(?: C1083)?: .{0,300}?(?<![\w./+-])"
        r"(?P<header>[\w./+-]{1,200}\.h(?:pp|xx)?)['\"]?(?:: No such file| file not found)",
        "The header {header} is missing: either a system library is not installed or the file is not in the sdist.",
        "Install the library's development package, or, if the header is the project's own, include it in the sdist.",
    ),
    KnownFailure(
        r"(?:No such file or directory: |command |unable to execute )'?"
        r"(?:[\w.-]{1,60}-)?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d+)?'|Microsoft Visual C\+\+ .{0,100} is required"
        r"|Unknown compiler\(s\)|No CMAKE_C(?:XX)?_COMPILER could be found",
        "The project has compiled code and there is no compiler on this machine.",
        "Install one (Debian: build-essential; macOS: xcode-select --install; Windows: the Visual C++ build tools).",
        machine=True,
    ),
    KnownFailure(
        r"(?i)(cargo.{0,200}not found|rust.{0,200}(is not installed|toolchain)|can't find Rust compiler)",
        "The project has Rust code and there is no Rust toolchain on this machine.",
        "Install Rust with rustup, or build in an image that has it.",
        machine=True,
    ),
    KnownFailure(
        r"(?i)(setuptools[-_]scm was unable to detect version|unable to detect version|"
        r"can't determine version|no tag found|describe.{0,200}--tags)",
        "The version comes from git, and git has none here: no tags, a shallow clone, or no repository.",
        "Fetch the tags (`fetch-depth: 0` in actions/checkout), or create the first tag.",
    ),
    KnownFailure(
        r"No file/folder found for (?:module|package) (?P<name>[\w.-]+)",
        "The backend found no module or package named like the project, {name}.",
        "Name the existing one: `name` under [tool.flit.module], or `packages` under [tool.poetry].",
    ),
    KnownFailure(
        r"Expected a Python module (?:directory )?at: `?(?P<path>[^`]+)",
        "uv_build found no package at {path}.",
        "Name it under [tool.uv.build-backend] with `module-name`, and its folder with `module-root`.",
    ),
    KnownFailure(
        r"Flit cannot package module without docstring.{0,200}\((?P<file>[^)]{1,300})\)",
        "flit takes the description from the docstring of {file}, which has none.",
        "Begin {file} with a docstring of one line, or write `description` under [project] and take it out of `dynamic`.",
    ),
    KnownFailure(
        r"Cannot package module without a version string",
        "flit takes the version from `__version__` of the module it packages, which has none.",
        "Write `__version__` there as a literal, or `version` under [project] and take it out of `dynamic`.",
    ),
    KnownFailure(
        r"A second file is being added to the wheel archive at the same path: `(?P<file>[^`]{1,500})`",
        "Two settings put {file} into the wheel; usually `force-include` names what the package holds already.",
        "Remove its entry from [tool.hatch.build.targets.wheel.force-include].",
    ),
    KnownFailure(
        r"Namespace package problem: (?P<name>[\w.]{1,200}) is a namespace package",
        "`namespace_packages` names {name}, whose `__init__.py` is one of an ordinary package.",
        "Remove {name} from `namespace_packages`. If other distributions add to it, remove its `__init__.py` as well.",
    ),
    KnownFailure(
        r"Readme file does not exist: (?P<file>\S+)",
        "The readme that pyproject.toml names, {file}, is not there.",
        "Create it, or correct `readme` in [project].",
    ),
    KnownFailure(
        r"No such file or directory: ['\"](?P<file>\.\./[^'\"]{1,500})['\"]",
        "The build looks for {file}, which is outside of the project's folder, so that no sdist has it.",
        "Put a copy of it into the project's folder, or do without it in the build.",
    ),
    KnownFailure(
        r"(?:FileNotFoundError|No such file or directory|does not exist)[^'\"]{0,300}"
        r"['\"](?P<file>[^'\"]{1,500})['\"]",
        "The build looks for {file}, which is not there.",
        "Create it, or correct the path; if only the wheel's build misses it, the sdist does not contain it: "
        "add it (MANIFEST.in for setuptools, the sdist's `include` for other backends).",
    ),
    KnownFailure(
        r"No space left on device",
        "The disk is full.",
        "Free some space, or point TMPDIR to a folder with room.",
        machine=True,
    ),
    KnownFailure(
        r"Multiple top-level packages discovered",
        "setuptools found several top-level packages and does not choose among them.",
        "Name them: `packages` under [tool.setuptools] beside a [project] table, `packages=[…]` in setup.py, `packages` "
        "under [options] in setup.cfg. Or move the code into src/.",
    ),
    KnownFailure(
        r"Unable to determine which files to ship",
        "hatchling found no folder named like the project.",
        "Name the package under [tool.hatch.build.targets.wheel] `packages`.",
    ),
)
"""In the order in which they are tried; the first that matches the end of the output wins."""


def find(lines: Sequence[str], place: Place | None = None) -> KnownFailure | None:
    """Return the known failure that is printed last, its groups filled in, None where there is none.

    Args:
        lines: what was printed.
        place: where the build failed; without it the failures that depend on the project are not known.
    """
    here = place._replace(lines=lines) if place else None
    for line in reversed(lines):
        for known in KNOWN_FAILURES:
            found = re.search(known.pattern, line)
            if found is None or (known.condition and here is None):
                continue
            more = known.condition(found, here) if known.condition and here else {}
            if more is not None:
                groups = {name: value or "" for name, value in found.groupdict().items()} | dict(more)
                return known._replace(
                    cause=known.cause.format(**groups), remedy=known.remedy.format(**groups)
                )
    return None
