"""Why an import failed, by what was raised: whose fault it is, the likely cause, and the fix.

A failure that can come from the machine (no display, no GPU, a library of the system) or that the package asks for
itself never counts as a broken package: it works for users who have what is missing here.
"""

import re
from collections.abc import Iterator

from slipway.rules.smoke.absent import (
    dependency_that_raised,
    missing_file,
    missing_module,
    unknown_distribution,
)
from slipway.rules.smoke.diagnosis import Diagnosis
from slipway.rules.smoke.facts import Attempt, SmokeFacts
from slipway.rules.smoke.module_owners import PLATFORM_MODULES, distribution_of

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
    r"|mach-o, but wrong architecture|incompatible architecture|module compiled against|Module use of python\d+"
    r"|is not a valid Win32 application|Bad EXE format|specified procedure could not be found)"
)
"""The last three are what Windows and Wine say of the errors 193 and 127, in English
(https://learn.microsoft.com/en-us/windows/win32/debug/system-error-codes--0-499-)."""
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


def diagnose(attempt: Attempt, facts: SmokeFacts) -> Diagnosis:
    """Return why an import or an entry point failed."""
    return (
        _optional(attempt, facts)
        or unknown_distribution(attempt, facts)
        or _machine(attempt, facts)
        or missing_module(attempt, facts)
        or missing_file(attempt, facts)
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
    if culprit := dependency_that_raised(attempt, facts):
        return Diagnosis(
            f"it is raised inside of `{culprit}`, which the package uses",
            f"Find the version of {culprit} that still works and limit the dependency to it, or follow its change.",
        )
    return Diagnosis()
