"""Why a build failed, in the terms of the one who has to fix it."""

from collections.abc import Sequence

from build import BuildBackendException, BuildException
from pyproject_hooks import BackendUnavailable, HookMissing, UnsupportedOperation

from slipway import processes
from slipway.building import known_failures
from slipway.building.known_failures import Place
from slipway.environments.disposable import InstallFailed
from slipway.errors import ProjectError, SlipwayError, ToolError
from slipway.processes import TimedOut

TAIL = 20
"""Lines of the log shown with a failure; the whole of it is in the work folder."""

_READ_BUILD_SYSTEM = "https://packaging.python.org/en/latest/specifications/pyproject-toml/#declaring-build-system-dependencies-the-build-system-table"


class HookFailed(Exception):  # noqa: N818 - named for what happened
    """A hook of the build backend ended with an exit code other than zero."""

    def __init__(self, returncode: int) -> None:
        super().__init__(f"exit code {returncode}")
        self.returncode = returncode


def explain(
    error: Exception, *, step: str, distribution: str, printed: Sequence[str], place: Place | None = None
) -> SlipwayError:
    """Return the error that says why a build failed.

    Args:
        error: what `build`, uv or the time limit raised.
        step: what was being done: a hook's name or a phrase.
        distribution: `sdist` or `wheel`.
        printed: the lines printed so far.
        place: the project, and what was built.
    """
    if isinstance(error, BuildBackendException):
        error = error.exception
    tail = tuple(line for line in printed if line.strip())[-TAIL:]
    if isinstance(error, TimedOut):
        return ToolError(
            f"The build was stopped: {step} for the {distribution} was not done after {error.seconds:g} s.",
            cause="The backend hangs, waits for input, or needs more time than it has.",
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
    known = known_failures.find(printed, place) or known_failures.find(str(error).splitlines(), place)
    code = error.returncode if isinstance(error, HookFailed) else 1
    cause, remedy = (known.cause, known.remedy) if known else _unknown(code, tail)
    is_machine = known.machine if known else processes.is_crash(code) or isinstance(error, InstallFailed)
    kind = ToolError if is_machine else ProjectError
    return kind(happened, cause=cause, remedy=remedy, log=tail)


def _unknown(code: int, tail: tuple[str, ...]) -> tuple[str, str]:
    """Return cause and remedy of a failure whose output has no known signature."""
    if processes.is_crash(code):
        cause = f"The backend was ended by {processes.ender(code)}: it crashed, or the machine had no memory left."
        remedy = "Check whether the same happens with `python -m build`, and at the memory of the machine."
    elif not tail:
        cause = f"The build backend ended with exit code {code} and printed nothing."
        remedy = "Call its hooks by hand; for a backend inside the project, look for an early exit in it."
    else:
        cause = "The build backend reported an error; the last lines of its log name it."
        remedy = "Fix what they name. `python -m build` in the project shows the same outside of Slipway."
    return cause, remedy


def _invalid_build_system(error: Exception, distribution: str) -> ProjectError:
    text = str(error).rstrip(".")
    if "backend-path" in text:
        cause = "`backend-path` in [build-system] names a folder that is not there."
        remedy = "Correct it, or create the folder with the backend in it."
        if distribution == "wheel":
            cause = "The backend inside the project is not in the sdist, so the sdist cannot be built."
            remedy = (
                "Include the folder that `backend-path` names in the sdist (for setuptools in MANIFEST.in)."
            )
    else:
        cause = "[build-system] in pyproject.toml lacks what a build frontend needs."
        remedy = 'Write at least `requires = ["setuptools"]` and `build-backend = "setuptools.build_meta"`.'
    what = "the project" if distribution == "sdist" else "the sdist"
    return ProjectError(
        f"The build system of {what} is not valid: {text}.",
        cause=cause,
        remedy=remedy,
        read=_READ_BUILD_SYSTEM,
    )


def _backend_unavailable(error: BackendUnavailable, distribution: str, tail: tuple[str, ...]) -> ProjectError:
    last = (error.traceback or "").strip().splitlines()[-1:]
    return ProjectError(
        f"The {distribution} could not be built: the build backend {error.backend_name!r} cannot be imported.",
        cause="`build-backend` is misspelt, or `requires` does not name the distribution that provides it.",
        remedy="Correct both in [build-system] of pyproject.toml; for a backend inside the project set `backend-path`.",
        read=_READ_BUILD_SYSTEM,
        log=(*tail, *last),
    )
