"""Rules on installing and uninstalling, and on what a package claims about Pythons and dependencies."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from packaging.utils import canonicalize_name

from slipway.rules.families import smoke
from slipway.rules.rule import Evidence
from slipway.rules.smoke.evidence import (
    failures,
    import_failures,
    is_package_fault,
    summary_of,
    why_died,
)
from slipway.rules.smoke.facts import SmokeFacts
from slipway.rules.wording import SHOWN

BUILD_TOOLS = re.compile(
    r"(?i)(\bgcc\b.{0,200}(not found|no such file)|unable to execute|Microsoft Visual C\+\+|unknown compiler"
    r"|CMAKE_C\w{0,20}_COMPILER|fatal error: [\w./+-]{1,300}\.h|cargo.{0,200}not (found|installed)|rust toolchain|pkg-config"
    r"|\w[-_]config.{0,200}not found"
    r"|cannot find -l|linker command failed)"
)
"""What builds print when a compiler or a library of the system is missing."""


class Known(NamedTuple):
    """A known reason why an installer fails that the project can change: what is printed, the cause, and what to do."""

    pattern: str
    cause: str
    fix: str


KNOWN = (
    Known(
        r"hint: `(?P<wrong>[\w.-]+)` is often confused for `(?P<right>[\w.-]+)`",
        "{wrong} is a placeholder for {right} that cannot be installed",
        'Depend on "{right}" in place of "{wrong}".',
    ),
    Known(
        r"The '(?P<wrong>[\w.-]+)' PyPI package is deprecated, use '(?P<right>[\w.-]+)'",
        "{wrong} is a placeholder for {right} that cannot be installed",
        'Depend on "{right}" in place of "{wrong}".',
    ),
    Known(
        r"duplicate normalized extra name `(?P<extra>[^`]+)`",
        "uv takes two extras for one, {extra}; pip does not ask",
        "Give the extras names that differ in more than `-`, `_`, `.` and capitals.",
    ),
    Known(
        r"error in (?P<name>[\w.-]+) setup command: use_2to3 is invalid",
        "the dependency {name} is for an old setuptools",
        "Depend on a newer version of {name}, or on its successor.",
    ),
)


def _known(facts: SmokeFacts) -> Known | None:
    """Return the known reason of a failed installation, with its values filled in."""
    absent = re.findall(
        r"(?<![\w.-])([\w.-]++) was\s+not\s+found\s+in\s+the\s+package\s+registry", facts.install_error or ""
    )
    if own := next((name for name in absent if canonicalize_name(name) in facts.beside), None):
        cause = f"{own} is another project of this repository, and the index does not have it yet"
        fix = "Check all projects together, in the top folder of the repository: `slipway check --all-projects`."
        return Known("", cause, fix)
    for known in KNOWN:
        if found := re.search(known.pattern, facts.install_error or ""):
            values = found.groupdict()
            return known._replace(cause=known.cause.format(**values), fix=known.fix.format(**values))
    return None


@smoke.error(
    "install-fails",
    title="The artifact cannot be installed",
    why="Whoever installs it this way gets this error in place of the package.",
    fix="Read what the installer prints; usually a dependency has no version that fits, or the index used here lacks it, "
    "or the sdist does not build.",
    example='dependencies = ["requests<1,>2"]',
    cause="install-fails",
)
def install_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    if not _install_breaks(facts) or _needs_build_tools(facts) or _is_for_other_platform(facts):
        return
    known = _known(facts)
    what = f"the extra `{facts.extra}` of {facts.artifact}" if facts.extra else facts.artifact
    if (facts.install_error or "").startswith("not done"):
        message = f"Installing {what} with Python {facts.python} takes longer than it may."
        fix = (
            "If it is only large, or the network slow, raise --smoke-timeout; else see where its build hangs."
        )
        yield Evidence(message, seen=_last_lines(facts), fix=fix)
    elif known is None:
        yield Evidence(f"{what} cannot be installed with Python {facts.python}.", seen=_last_lines(facts))
    else:
        # The sdist and the wheel need the same, and on each Python the same is missing.
        what = f"The extra `{facts.extra}` of {facts.distribution}" if facts.extra else facts.distribution
        yield Evidence(
            f"{what} cannot be installed with Python {facts.python}: {known.cause}.",
            artifact=facts.artifact,
            seen=_last_lines(facts),
            fix=known.fix,
            subject=f"{facts.extra} {known.cause}",
        )


def _install_breaks(facts: SmokeFacts) -> bool:
    return facts.install_error is not None and is_package_fault(facts)


def _is_for_other_platform(facts: SmokeFacts) -> bool:
    """Return whether a dependency has wheels for other platforms only, going by what uv prints."""
    return bool(re.search(r"no wheels\s+with\s+a\s+matching\s+platform\s+tag", facts.install_error or ""))


@smoke.warning(
    "install-needs-other-platform",
    title="A dependency has no wheel for this platform",
    why="Nothing was tested here; on this platform nobody can install the package.",
    fix='Smoke-test it on its own platform, and put a marker on the dependency: `; sys_platform == "win32"`.',
    example='dependencies = ["pywin32"], on Linux',
)
def install_needs_other_platform(facts: SmokeFacts) -> Iterator[Evidence]:
    if _install_breaks(facts) and _is_for_other_platform(facts):
        yield Evidence(
            f"{facts.artifact} cannot be installed on this platform: a dependency is for others only.",
            seen=_last_lines(facts),
        )


def _needs_build_tools(facts: SmokeFacts) -> bool:
    error = facts.install_error or ""
    failed = re.search(r"(?:Failed to (?:download and )?build `|Failed building wheel for )([\w.-]+)", error)
    foreign = failed is not None and canonicalize_name(failed[1]) != facts.distribution
    return _known(facts) is None and (foreign or bool(BUILD_TOOLS.search(error)))


@smoke.warning(
    "install-needs-build-tools",
    title="Installing builds something, and that fails on this machine",
    why="Users without the compiler or the libraries get an error; whether others do cannot be seen here.",
    fix="If a compiler or a library is missing here, install what the build asks for, to test it here, and publish "
    "wheels for the platforms of your users. If a dependency builds nowhere, depend on another version or project.",
    example="a dependency that has no wheel for this Python, on a machine without a compiler",
)
def install_needs_build_tools(facts: SmokeFacts) -> Iterator[Evidence]:
    if _install_breaks(facts) and _needs_build_tools(facts):
        yield Evidence(
            f"Installing {facts.artifact} with Python {facts.python} has to build something, and that fails here.",
            seen=_last_lines(facts),
        )


def _last_lines(facts: SmokeFacts) -> str:
    return "\n".join((facts.install_error or "").splitlines()[-SHOWN * 2 :])


@smoke.warning(
    "dependency-extra-unknown",
    title="A dependency is asked for an extra that it does not have",
    why="Installers go on without it, so what the extra was to bring is not installed.",
    fix="Correct the name of the extra, or name what it was to bring as a dependency of its own.",
    example='dependencies = ["requests[sokcs]"]',
)
def dependency_extra_unknown(facts: SmokeFacts) -> Iterator[Evidence]:
    for line in facts.unknown_extras:
        yield Evidence("A dependency is asked for an extra that it does not have.", seen=line)


@smoke.warning(
    "python-allowed-but-fails",
    title="It fails on a Python that is allowed but not claimed",
    why="`requires-python` lets installers choose this release for a Python on which it does not work.",
    fix="Limit `requires-python`, or make it work and add the classifier.",
    example="classifiers up to 3.11, requires-python >=3.8, and `import imp`",
)
def python_allowed_but_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.claimed or facts.is_lowest:
        return
    if facts.install_error is not None:
        message = f"{facts.artifact} cannot be installed with Python {facts.python}."
        yield Evidence(message, seen=_last_lines(facts))
    if why_died(facts) == "broken":
        yield Evidence(f"The import breaks off with Python {facts.python}: {facts.died}.")
    yield from import_failures(facts, "broken")


@smoke.warning(
    "dependency-floor-too-low",
    title="It fails with the lowest dependencies it allows",
    why="Users whose other packages hold a dependency back get a combination that does not work.",
    fix="Raise the lower bound of the dependency it names to the version you really need.",
    example='dependencies = ["attrs>=17"]  # and `from attrs import define`',
)
def dependency_floor_too_low(facts: SmokeFacts) -> Iterator[Evidence]:
    if not facts.is_lowest:
        return
    if facts.install_error is not None:
        yield Evidence(
            f"The lowest dependencies that {facts.artifact} allows cannot be installed with Python {facts.python}.",
            seen=_last_lines(facts),
        )
    if facts.died is not None:
        yield Evidence(f"With the lowest dependencies it allows, the import breaks off: {facts.died}.")
    for attempt, diagnosis in failures(facts.imports, facts, "broken"):
        yield Evidence(
            f"`import {attempt.name}` fails with the lowest dependencies it allows{diagnosis.after_colon}.",
            seen=summary_of(attempt),
        )


@smoke.error(
    "dependencies-conflict",
    title="The installed dependencies do not fit together",
    why="`pip check` fails in an environment with nothing but this package and its dependencies.",
    fix="Loosen or correct the version ranges of the dependencies it names.",
    example='dependencies = ["a", "b"]  # where b needs an older a',
)
def dependencies_conflict(facts: SmokeFacts) -> Iterator[Evidence]:
    for line in facts.conflicts if is_package_fault(facts) else ():
        yield Evidence(f"After installing {facts.artifact}: {line}")


@smoke.warning(
    "uninstall-leaves-files",
    title="Uninstalling leaves files behind",
    why="Files that RECORD does not list stay in site-packages and can shadow a later version.",
    fix="Do not write into the package's own folder at import time; use a cache folder of the user instead.",
    example='Path(__file__).with_name("cache.db").touch()  # at module level',
)
def uninstall_leaves_files(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.left_behind:
        listed = "\n".join(facts.left_behind[:SHOWN])
        number = len(facts.left_behind)
        counted = "1 file is" if number == 1 else f"{number} files are"
        yield Evidence(f"{counted} left after uninstalling {facts.artifact}.", seen=listed)


@smoke.warning(
    "pth-file-fails",
    title="A .pth file of the package fails at every start of Python",
    why="Every start of Python in that environment prints a traceback, whether the package is used or not.",
    fix="Test the line in a fresh environment; what it imports must be there when `site` reads it.",
    example="import spam_hook.missing",
)
def pth_file_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    for line in facts.printed.splitlines():
        found = (
            re.search(r"(?<![^/\\])([^/\\]{1,255}\.pth)", line)
            if line.startswith("Error processing line")
            else None
        )
        if found and found[1] in facts.files:
            yield Evidence(f"Python complains about {found[1]} whenever it starts.", seen=facts.printed)
