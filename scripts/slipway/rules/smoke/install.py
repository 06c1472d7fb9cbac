"""Rules on installing and uninstalling, and on what a package claims about Pythons and dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from slipway.records import Severity
from slipway.rules.families import smoke
from slipway.rules.rule import Evidence
from slipway.rules.smoke.causes import diagnose
from slipway.rules.smoke.evidence import SHOWN, bears, death, import_evidence, is_floor, told
from slipway.rules.smoke.facts import SmokeFacts

BUILD_TOOLS = re.compile(
    r"(?i)(\bgcc\b.{0,200}(not found|no such file)|unable to execute|Microsoft Visual C\+\+|unknown compiler"
    r"|CMAKE_C\w{0,20}_COMPILER|fatal error: [\w./+-]{1,300}\.h|cargo.{0,200}not (found|installed)|rust toolchain|pkg-config"
    r"|\w[-_]config.{0,200}not found"
    r"|cannot find -l|linker command failed)"
)
"""What builds print when a compiler or a library of the system is missing."""


@smoke.rule(
    "install-fails",
    title="The artifact cannot be installed",
    severity=Severity.ERROR,
    why="Whoever runs `pip install` gets this error instead of the package.",
    fix="Read what the installer says; usually a dependency has no version that fits, or the index used here lacks it, "
    "or the sdist does not build.",
    example='dependencies = ["requests<1,>2"]',
)
def install_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    if (
        facts.install_error is not None
        and bears(facts)
        and not (_needs_build_tools(facts) or _elsewhere(facts))
    ):
        what = f"the extra `{facts.extra}` of {facts.artifact}" if facts.extra else facts.artifact
        if facts.install_error.startswith("not done"):
            message = f"Installing {what} with Python {facts.python} takes longer than it may."
            fix = "If it is only large, or the network slow, raise --smoke-timeout; else see where its build hangs."
            yield Evidence(message=message, seen=_last(facts), fix=fix)
        else:
            message = f"{what} cannot be installed with Python {facts.python}."
            yield Evidence(message=message, seen=_last(facts))


def _elsewhere(facts: SmokeFacts) -> bool:
    """Return whether a dependency exists for other platforms only, in the words of uv."""
    return bool(re.search(r"no wheels\s+with\s+a\s+matching\s+platform\s+tag", facts.install_error or ""))


@smoke.rule(
    "install-needs-other-platform",
    title="A dependency has no wheel for this platform",
    severity=Severity.WARNING,
    why="Nothing was tested here; on this platform nobody can install the package.",
    fix='Smoke-test it on its own platform, and put a marker on the dependency: `; sys_platform == "win32"`.',
    example='dependencies = ["pywin32"], on Linux',
)
def install_needs_other_platform(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.install_error is not None and bears(facts) and _elsewhere(facts):
        yield Evidence(
            message=f"{facts.artifact} cannot be installed on this platform: a dependency is for others only.",
            seen=_last(facts),
        )


def _needs_build_tools(facts: SmokeFacts) -> bool:
    said = facts.install_error or ""
    failed = re.search(r"(?:Failed to (?:download and )?build `|Failed building wheel for )([\w.-]+)", said)
    foreign = failed is not None and canonicalize_name(failed[1]) != facts.distribution
    return foreign or bool(BUILD_TOOLS.search(said))


@smoke.rule(
    "install-needs-build-tools",
    title="Installing builds something, and that fails on this machine",
    severity=Severity.WARNING,
    why="Those without the compiler or the libraries get an error; whether others do cannot be told here.",
    fix="Publish wheels for the platforms of your users; install what the build below asks for to test it here.",
    example="a dependency that has no wheel for this Python, on a machine without a compiler",
)
def install_needs_build_tools(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.install_error is not None and bears(facts) and _needs_build_tools(facts):
        yield Evidence(
            message=f"Installing {facts.artifact} with Python {facts.python} has to build something, and that fails here.",
            seen=_last(facts),
        )


def _last(facts: SmokeFacts) -> str:
    return "\n".join((facts.install_error or "").splitlines()[-SHOWN * 2 :])


@smoke.rule(
    "python-allowed-but-fails",
    title="It fails on a Python that is allowed but not claimed",
    severity=Severity.WARNING,
    why="`requires-python` lets installers choose this version for a Python on which it does not work.",
    fix="Limit `requires-python`, or make it work and add the classifier.",
    example="classifiers up to 3.11, requires-python >=3.8, and `import imp`",
)
def python_allowed_but_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.claimed or is_floor(facts):
        return
    if facts.install_error is not None:
        yield Evidence(
            message=f"{facts.artifact} cannot be installed with Python {facts.python}.", seen=_last(facts)
        )
    if death(facts) == "broken":
        yield Evidence(message=f"The import breaks off with Python {facts.python}: {facts.died}.")
    for attempt in facts.imports:
        if attempt.error and (diagnosis := diagnose(attempt, facts)).kind == "broken":
            yield import_evidence(attempt, facts, diagnosis)


@smoke.rule(
    "dependency-floor-too-low",
    title="It fails with the lowest dependencies it allows",
    severity=Severity.WARNING,
    why="Users whose other packages hold a dependency back get a combination that does not work.",
    fix="Raise the lower bound of the dependency it names to the version you really need.",
    example='dependencies = ["attrs>=17"]  # and `from attrs import define`',
)
def dependency_floor_too_low(facts: SmokeFacts) -> Iterator[Evidence]:
    if not is_floor(facts):
        return
    if facts.install_error is not None:
        yield Evidence(
            message=f"The lowest dependencies that {facts.artifact} allows cannot be installed with Python {facts.python}.",
            seen=_last(facts),
        )
    if facts.died is not None:
        yield Evidence(
            message=f"With the lowest dependencies it allows, the import breaks off: {facts.died}."
        )
    for attempt in facts.imports:
        if attempt.error and (diagnosis := diagnose(attempt, facts)).kind == "broken":
            cause = f": {diagnosis.cause}" if diagnosis.cause else ""
            yield Evidence(
                message=f"`import {attempt.name}` fails with the lowest dependencies it allows{cause}.",
                seen=told(attempt),
            )


@smoke.rule(
    "dependencies-conflict",
    title="The installed dependencies do not fit together",
    severity=Severity.ERROR,
    why="`pip check` fails in an environment that holds nothing but this package.",
    fix="Loosen or correct the version ranges of the dependencies it names.",
    example='dependencies = ["a", "b"]  # where b needs an older a',
)
def dependencies_conflict(facts: SmokeFacts) -> Iterator[Evidence]:
    for line in facts.conflicts if bears(facts) else ():
        yield Evidence(message=f"After installing {facts.artifact}: {line}")


@smoke.rule(
    "uninstall-leaves-files",
    title="Uninstalling leaves files behind",
    severity=Severity.WARNING,
    why="Files that RECORD does not list stay in site-packages and can shadow a later version.",
    fix="Do not write into the package's own folder at import time; use a cache folder of the user instead.",
    example='Path(__file__).with_name("cache.db").touch()  # at module level',
)
def uninstall_leaves_files(facts: SmokeFacts) -> Iterator[Evidence]:
    if facts.left_behind:
        listed = "\n".join(facts.left_behind[:SHOWN])
        number = len(facts.left_behind)
        counted = "1 file is" if number == 1 else f"{number} files are"
        yield Evidence(message=f"{counted} left after uninstalling {facts.artifact}.", seen=listed)


@smoke.rule(
    "pth-file-fails",
    title="A .pth file of the package fails at every start of Python",
    severity=Severity.WARNING,
    why="Every start of Python in that environment prints a traceback, whether the package is used or not.",
    fix="Test the line in a fresh environment; what it imports must be there when `site` reads it.",
    example="import spam_hook.missing",
)
def pth_file_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    for line in facts.printed.splitlines():
        found = re.search(r"([^/\\]{1,255}\.pth)", line) if line.startswith("Error processing line") else None
        if found and found[1] in facts.files:
            yield Evidence(
                message=f"Python complains about {found[1]} whenever it starts.", seen=facts.printed
            )
