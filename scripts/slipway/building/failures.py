"""Why a build failed, said in the words of the one who has to mend it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.environments.disposable import InstallFailed
from slipway.errors import InputError, SlipwayError, ToolError
from slipway.processes import TimedOut

if TYPE_CHECKING:
    from pyproject_hooks import BackendUnavailable

TAIL = 20
"""Lines of the log shown with a failure; the whole of it is in the work folder."""

_READ_BUILD_SYSTEM = "https://packaging.python.org/en/latest/specifications/pyproject-toml/#declaring-build-system-dependencies-the-build-system-table"


class HookFailed(Exception):  # noqa: N818 - named for what happened
    """A hook of the build backend ended with an exit code other than zero."""

    def __init__(self, returncode: int) -> None:
        super().__init__(f"exit code {returncode}")
        self.returncode = returncode


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A known way to fail, told by what the tool prints.

    Attributes:
        pattern: searched in every line of the output; its groups can be used in `cause` and `remedy`.
        cause: the likely cause.
        remedy: what to do.
    """

    pattern: re.Pattern[str]
    cause: str
    remedy: str


def _signature(pattern: str, cause: str, remedy: str) -> Signature:
    return Signature(pattern=re.compile(pattern), cause=cause, remedy=remedy)


SIGNATURES: tuple[Signature, ...] = (
    _signature(
        r"(?i)(no matching distribution|was not found in the package registry|no solution found)",
        "A build requirement does not exist under this name and version on the index of this machine.",
        "Check the spelling and the versions in `requires` of [build-system] in pyproject.toml.",
    ),
    _signature(
        r"(?i)(temporary failure in name resolution|dns error|connection refused|network is unreachable"
        r"|failed to fetch|error sending request|connection reset|timed out)",
        "The index cannot be reached from this machine.",
        "Check the connection, the proxy and the configured index, then run again; nothing has been changed.",
    ),
    _signature(
        r"(?:Cannot import|No module named) ['\"](?P<module>[\w.]+)",
        "The build imports {module}, which is not installed in the build environment.",
        "Add the distribution that holds it to `requires` of [build-system] in pyproject.toml; "
        "for a backend inside the project set `backend-path`.",
    ),
    _signature(
        r"fatal error(?: C1083)?: .{0,300}?\bPython\.h['\"]?(?:: No such file| file not found)",
        "The headers of Python itself are not installed on this machine.",
        "Install them (Debian: python3-dev; Fedora: python3-devel), or build with a Python that has them (--python).",
    ),
    _signature(
        r"(?:fatal error|error)(?: C1083)?: .{0,300}?(?<![\w./+-])"
        r"(?P<header>[\w./+-]{1,200}\.h(?:pp|xx)?)['\"]?(?:: No such file| file not found)",
        "The header {header} is missing: either a system library is not installed or the file is not in the sdist.",
        "Install the library's development package, or, if the header is the project's own, include it in the sdist.",
    ),
    _signature(
        r"(?:No such file or directory: |command |unable to execute )'?"
        r"(?:[\w.-]{1,60}-)?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d+)?'|Microsoft Visual C\+\+ .{0,100} is required"
        r"|Unknown compiler\(s\)|No CMAKE_C(?:XX)?_COMPILER could be found",
        "The project has compiled code and there is no compiler on this machine.",
        "Install one (Debian: build-essential; macOS: xcode-select --install; Windows: the Visual C++ build tools).",
    ),
    _signature(
        r"(?i)(cargo.{0,200}not found|rust.{0,200}(is not installed|toolchain)|can't find Rust compiler)",
        "The project has Rust code and there is no Rust toolchain on this machine.",
        "Install Rust with rustup, or build in an image that has it.",
    ),
    _signature(
        r"(?i)(setuptools[-_]scm was unable to detect version|unable to detect version|"
        r"can't determine version|no tag found|describe.{0,200}--tags)",
        "The version comes from git, and git cannot tell it here: no tags, a shallow clone, or no repository.",
        "Fetch the tags (`fetch-depth: 0` in actions/checkout), or create the first tag.",
    ),
    _signature(
        r"No file/folder found for (?:module|package) (?P<name>[\w.-]+)",
        "The backend found no module or package called like the project, {name}.",
        "Name the one there is: `name` under [tool.flit.module], or `packages` under [tool.poetry].",
    ),
    _signature(
        r"Expected a Python module (?:directory )?at: `?(?P<path>[^`]+)",
        "uv_build found no package at {path}.",
        "Name it under [tool.uv.build-backend] with `module-name`, and its folder with `module-root`.",
    ),
    _signature(
        r"Readme file does not exist: (?P<file>\S+)",
        "The readme that pyproject.toml names, {file}, is not there.",
        "Create it, or correct `readme` in [project].",
    ),
    _signature(
        r"(?:FileNotFoundError|No such file or directory|does not exist)[^'\"]{0,300}"
        r"['\"](?P<file>[^'\"]{1,500})['\"]",
        "The build looks for {file}, which is not there.",
        "Create it, or correct the path; if only the wheel's build misses it, the sdist does not contain it: "
        "add it (MANIFEST.in for setuptools, the sdist's `include` for other backends).",
    ),
    _signature(
        r"No space left on device",
        "The disk is full.",
        "Free some space, or point TMPDIR to a folder with room.",
    ),
    _signature(
        r"Multiple top-level packages discovered",
        "setuptools found several top-level packages and does not guess which ones to ship.",
        "Name them under [tool.setuptools] `packages`, or move the code into src/.",
    ),
    _signature(
        r"Unable to determine which files to ship",
        "hatchling found no folder named like the project.",
        "Name the package under [tool.hatch.build.targets.wheel] `packages`.",
    ),
)
"""In the order in which they are tried; the first that matches the end of the output wins."""


def explain(error: Exception, *, step: str, distribution: str, printed: Sequence[str]) -> SlipwayError:
    """Return the error that tells why a build failed.

    Args:
        error: what `build`, uv or the time limit raised.
        step: what was being done: a hook's name or a phrase.
        distribution: `sdist` or `wheel`.
        printed: the lines printed so far.
    """
    from build import BuildBackendException, BuildException
    from pyproject_hooks import BackendUnavailable, HookMissing, UnsupportedOperation

    if isinstance(error, BuildBackendException):
        error = error.exception
    tail = tuple(line for line in printed if line.strip())[-TAIL:]
    if isinstance(error, TimedOut):
        return ToolError(
            f"The build was stopped: {step} for the {distribution} was not done after {error.seconds:g} s.",
            cause="The backend hangs, waits for an answer that nobody gives, or needs more time than it has.",
            remedy="Look at the last lines below; if it only needs longer, raise --build-timeout.",
            log=tail,
        )
    if step == "reading the build system":
        return _invalid_build_system(error, distribution)
    where = f"in the hook {step}" if step.startswith(("get_", "build_")) else f"while {step}"
    happened = f"The {distribution} could not be built: it failed {where}."
    if isinstance(error, BackendUnavailable):
        return _backend_unavailable(error, distribution, tail)
    if not isinstance(error, (HookFailed, InstallFailed, HookMissing, UnsupportedOperation, BuildException)):
        # `build` wraps whatever is raised while a hook runs, a fault of our own included.
        raise error
    known = _known(printed) or _known(str(error).splitlines())
    cause, remedy = known or _unknown(error, tail)
    return ToolError(happened, cause=cause, remedy=remedy, log=tail)


def _unknown(error: Exception, tail: tuple[str, ...]) -> tuple[str, str]:
    """Return cause and remedy of a failure whose output has no known signature."""
    code = error.returncode if isinstance(error, HookFailed) else 1
    if code < 0:
        cause = f"The backend was ended by signal {-code}: it crashed, or the machine had no memory left."
        return (
            cause,
            "Look whether the same happens with `python -m build`, and at the memory of the machine.",
        )
    if not tail:
        cause = f"The build backend ended with exit code {code} and said nothing."
        return (
            cause,
            "Call its hooks by hand; for a backend inside the project, look for an early exit in it.",
        )
    cause = "The build backend reported an error; its last lines are below."
    return cause, "Mend what they name. `python -m build` in the project shows the same outside of Slipway."


def _invalid_build_system(error: Exception, distribution: str) -> InputError:
    text = str(error).rstrip(".")
    if "backend-path" in text:
        cause = "`backend-path` in [build-system] names a folder that is not there."
        remedy = "Correct it, or create the folder with the backend in it."
        if distribution == "wheel":
            cause = "The backend inside the project is not in the sdist, so nobody can build from it."
            remedy = (
                "Include the folder that `backend-path` names in the sdist (for setuptools in MANIFEST.in)."
            )
    else:
        cause = "[build-system] in pyproject.toml does not say what a build frontend needs."
        remedy = 'Write at least `requires = ["setuptools"]` and `build-backend = "setuptools.build_meta"`.'
    what = "the project" if distribution == "sdist" else "the sdist"
    return InputError(
        f"The build system of {what} is not valid: {text}.",
        cause=cause,
        remedy=remedy,
        read=_READ_BUILD_SYSTEM,
    )


def _backend_unavailable(error: BackendUnavailable, distribution: str, tail: tuple[str, ...]) -> ToolError:
    last = (error.traceback or "").strip().splitlines()[-1:]
    return ToolError(
        f"The {distribution} could not be built: the build backend {error.backend_name!r} cannot be imported.",
        cause="`build-backend` is misspelt, or `requires` does not name the distribution that holds it.",
        remedy="Correct both in [build-system] of pyproject.toml; for a backend inside the project set `backend-path`.",
        read=_READ_BUILD_SYSTEM,
        log=(*tail, *last),
    )


def _known(lines: Sequence[str]) -> tuple[str, str] | None:
    for line in reversed(lines):
        for signature in SIGNATURES:
            if found := signature.pattern.search(line):
                groups = {name: value or "" for name, value in found.groupdict().items()}
                return signature.cause.format(**groups), signature.remedy.format(**groups)
    return None
