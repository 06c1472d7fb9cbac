"""Why an import failed, by what was raised: whose fault it is, the likely cause, and the fix.

A failure that can come from the machine (no display, no GPU, a library of the system) or that the package asks for
itself never counts as a broken package: it works for users who have what is missing here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from slipway.project.tracked import SOURCE_ROOTS
from slipway.rules import missing_modules
from slipway.rules.removed_modules import REMOVED
from slipway.rules.smoke.facts import Attempt, SmokeFacts
from slipway.rules.smoke.module_owners import ADDED, PLATFORM_MODULES, SETUPTOOLS, distribution_of

Kind = Literal[
    "broken", "optional", "host", "display", "system", "platform", "setting", "asks", "exits", "setuptools",
]  # fmt: skip
"""Who or what is missing: `broken` is the package's own fault, every other one is not, or not surely."""


@dataclass(frozen=True)
class Diagnosis:
    """Why something failed.

    Attributes:
        cause: half a sentence, without a full stop; empty where nothing is known.
        fix: what to do, where the cause makes it clear.
        kind: who or what is missing.
    """

    cause: str = ""
    fix: str | None = None
    kind: Kind = "broken"

    @property
    def after_colon(self) -> str:
        """The cause with a colon before it, to end a sentence with; empty where nothing is known."""
        return f": {self.cause}" if self.cause else ""


DISPLAY = re.compile(
    r"(?i)(\bdisplay\b.{0,200}(environment variable|not (be )?open|connect|\$DISPLAY)|no display"
    r"|could not connect to display"
    r"|cannot connect to X server|Xlib\.error|KeyError: 'DISPLAY'|DisplayConnectionError|DisplayNameError"
    r"|platform plugin \"?\w*\"? ?(in|could not)|NoSuchDisplayException|couldn't connect to display"
    r"|Gtk couldn't be initialized|unable to (open|access) (the )?X|WAYLAND_DISPLAY)"
)
PLATFORM = re.compile(
    r"(?i)(has no attribute '(windll|WinDLL|oledll|winreg|wintypes|getuid|WINFUNCTYPE|startfile)'"
    r"|(only|not) (works? |supported |available |runs? |compatible )?(on|under|for|with) "
    r"(windows|macos|mac os|os x|linux|darwin|posix|unix|android|this platform)"
    r"|requires (windows|macos|linux)|unsupported (platform|operating system|os))"
)
SYSTEM = re.compile(
    r"(?i)(cannot open shared object file|cannot load library|library not loaded|DLL load failed|image not found"
    r"|(could not|cannot|can't|failed to|unable to) (find|load|locate) .{0,200}(lib|library|dll|driver|binary|executable)"
    r"|\blib\w{1,100} (not found|is not installed)|libcuda|\bcuda\b|\bnvidia\b|\bgpu\b|illegal instruction|\bavx2?\b"
    r"|no pq wrapper available|not found on (your )?(system|path)|is not installed on (this|your) system)"
)
SETTING = re.compile(
    r"(?i)(environ\[|ImproperlyConfigured|environ(ment)?[ _]variable|api[_ ]key|credentials|DJANGO_SETTINGS_MODULE"
    r"|NoRegionError|gaierror|URLError|ConnectionError|ConnectionRefused|NewConnectionError|AppRegistryNotReady"
    r"|must (be )?run (as root|inside|under|within)|no (running|current) event loop)"
)
MACHINE = (
    (DISPLAY, Diagnosis("it needs a display, and this machine has none", kind="display")),
    (PLATFORM, Diagnosis("it is made for another platform", kind="platform")),
    (
        SYSTEM,
        Diagnosis("it needs a library, a program or a device that this machine does not have", kind="system"),
    ),
    (SETTING, Diagnosis("it needs a setting, a service or a variable that is not there", kind="setting")),
)
"""What an error or the line that raised it says when something is missing here; the first that fits counts."""

WRONG_ABI = re.compile(
    r"(undefined symbol|symbol not found|wrong ELF class|invalid ELF header|file too short|GLIBC(XX)?_[\d.]+'? not found"
    r"|mach-o, but wrong architecture|incompatible architecture|module compiled against|Module use of python\d+)"
)
NEWER_NAME = re.compile(
    r"cannot import name .{0,200} from '(typing|collections|importlib\.\w{1,100}|enum|asyncio"
    r"|itertools|functools|dataclasses"
    r"|datetime|warnings|contextlib|inspect|types|unittest\.mock|http|string)'"
    r"|module '(typing|enum|asyncio|types|tomllib)' has no attribute"
)
"""A name of the standard library that this Python does not have."""

CODE_ERRORS = frozenset(
    (
        *("ModuleNotFoundError", "SyntaxError", "IndentationError"),
        *("NameError", "AttributeError", "TypeError", "IndexError"),
    )
)
"""Errors that come from a slip in Python code, never from a library or a device of the system."""

SIDE_NAMES = frozenset(
    (
        *("test", "tests", "testing", "docs", "doc", "examples", "example"),
        *("benchmarks", "bench", "scripts", "tools"),
    )
)
"""Top-level names that a distribution installs beside its own by mistake; nobody has to have what they import."""

_NOT_FOUND = re.compile(r"ModuleNotFoundError: No module named ")
"""What Python itself says; a package that raises the error says something else."""

HOSTS = {"sphinxcontrib": "sphinx", "pytest11": "pytest", "flake8": "flake8", "jupyterlab": "jupyter_server"}
"""First words of names and groups whose host is spelled differently, or is worth spelling out."""


def diagnose(attempt: Attempt, facts: SmokeFacts) -> Diagnosis:
    """Return why an import or an entry point failed."""
    return (
        _optional(attempt, facts)
        or _unknown_distribution(attempt, facts)
        or _machine(attempt, facts)
        or _missing_module(attempt, facts)
        or _missing_file(attempt, facts)
        or _broken_code(attempt, facts)
    )


def _optional(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    missing = attempt.missing
    if missing is None or facts.is_own(missing):
        return None
    for spelled in _spellings(missing):
        if spelled in facts.optional:
            extra = facts.optional[spelled]
            brings = f"the extra `{extra}` brings" if extra else "another platform or version brings"
            return Diagnosis(f"it needs {missing!r}, which only {brings}", kind="optional")
    if attempt.extra:
        return Diagnosis(f"it needs {missing!r}, and is promised with an extra only", kind="optional")
    if attempt.name in facts.own and _is_secondary(attempt.name, facts):
        return Diagnosis(f"it needs {missing!r}, which nothing that was installed brings", kind="optional")
    return None


def _spellings(module: str) -> Iterator[str]:
    """Yield how the distribution of a module may be spelled, with underscores for dashes and dots."""
    parts = module.lower().split(".")
    for length in range(len(parts), 0, -1):
        yield "_".join(parts[:length])
    top = parts[0]
    yield distribution_of(module).lower().replace("-", "_").replace(".", "_")
    yield from (f"python_{top}", f"{top}_python", f"py{top}", top.removeprefix("py"), f"{top}_binary")


def _is_secondary(module: str, facts: SmokeFacts) -> bool:
    """Return whether it is one of several top-level names, not the main one, and the main one works."""
    working = {other.name for other in facts.imports if other.error is None}
    if not working:
        return False
    parts = module.split(".")
    wanted = facts.distribution.replace("-", "").lower()
    main = {a.name for a in facts.imports if a.name.replace("_", "").replace(".", "").lower() == wanted}
    private = any(part.startswith("_") for part in parts)
    return private or parts[0] in SIDE_NAMES or (bool(main & working) and module not in main)


def _machine(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    text = f"{attempt.error}\n{attempt.raised_at}"
    from_system = attempt.error_type not in CODE_ERRORS and not WRONG_ABI.search(text)
    kinds = [d for pattern, d in MACHINE if pattern.search(text) and (d.kind != "system" or from_system)]
    missing = attempt.missing
    for_platform = missing and missing.partition(".")[0] in PLATFORM_MODULES and not facts.is_own(missing)
    if for_platform and not DISPLAY.search(text):
        return Diagnosis(f"it needs {missing!r}, which exists on other platforms only", kind="platform")
    if kinds:
        return kinds[0]
    if attempt.error_type == "SystemExit" and missing is None:
        return Diagnosis("it ends the process while it is imported", kind="exits")
    return None


def _unknown_distribution(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
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


def _missing_module(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
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
    if culprit := _dependency_that_raised(attempt, facts):
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
    added = ADDED.get(missing) or ADDED.get(top)
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


def _missing_file(attempt: Attempt, facts: SmokeFacts) -> Diagnosis | None:
    if attempt.error_type not in {"FileNotFoundError", "NotADirectoryError"}:
        return None
    file = attempt.file or ""
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


def _broken_code(attempt: Attempt, facts: SmokeFacts) -> Diagnosis:
    error = attempt.error or ""
    if attempt.error_type in {"SyntaxError", "IndentationError"}:
        file = attempt.file or "a module"
        if file.partition("/")[0] not in facts.top_levels:
            return Diagnosis(f"{file}, of a dependency, cannot be read by Python {facts.python}")
        return Diagnosis(
            f"{file} has syntax that Python {facts.python} does not know, although the package allows that version",
            "Raise `requires-python` to the first version that knows the syntax, or write it in the older way.",
        )
    if WRONG_ABI.search(error):
        return Diagnosis(
            f"a compiled module does not fit Python {facts.python} or this platform",
            "Build and tag a wheel for each Python and platform (cibuildwheel), and repair it with auditwheel.",
        )
    if NEWER_NAME.search(error):
        return Diagnosis(
            f"the standard library of Python {facts.python} does not have that name",
            "Raise `requires-python` to the version that has it, or use a backport.",
        )
    if attempt.error_type in {"ImportError", "ModuleNotFoundError"} and attempt.raised_at.lstrip().startswith(
        "raise"
    ):
        return Diagnosis("the package refuses to be imported and says why", kind="asks")
    if culprit := _dependency_that_raised(attempt, facts):
        return Diagnosis(
            f"it is raised inside of `{culprit}`, which the package uses",
            f"Find the version of {culprit} that still works and limit the dependency to it, or follow its change.",
        )
    return Diagnosis()


def _dependency_that_raised(attempt: Attempt, facts: SmokeFacts) -> str | None:
    """Return the top-level name of another package in which the error was raised."""
    places = re.findall(r'File "[^"]*?/site-packages/([^/"]+)', attempt.traceback.replace("\\", "/"))
    top = places[-1].removesuffix(".py") if places else None
    return top if top and top not in facts.top_levels else None
