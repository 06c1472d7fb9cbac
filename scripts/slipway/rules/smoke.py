"""Rules on what happens when an artifact is installed, imported, started and uninstalled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from packaging.utils import canonicalize_name

from slipway.facts.leg import Attempt, LegFacts, Started
from slipway.legs import Outcome
from slipway.manifest import Addition, Finding, Leg, Severity
from slipway.rules.rule import Evidence, Rule, combined, judge
from slipway.rules.smoke_causes import DISPLAY, SYSTEM, Diagnosis, Kind, diagnose

SCRIPT_GROUPS = ("console_scripts", "gui_scripts")
TRACEBACK = "Traceback (most recent call last)"

SHOWN = 8
"""Lines of a traceback or paths shown in one message."""

BUILD_TOOLS = re.compile(
    r"(?i)(\bgcc\b.*(not found|no such file)|unable to execute|Microsoft Visual C\+\+|unknown compiler|CMAKE_C\w*_COMPILER"
    r"|fatal error: [\w./+-]+\.h|cargo.*not (found|installed)|rust toolchain|pkg-config|\w+[-_]config.*not found"
    r"|cannot find -l|linker command failed)"
)
"""What builds print when a compiler or a library of the system is missing."""


def _told(attempt: Attempt) -> str:
    # Marks under a line mean nothing once the line is wrapped.
    lines = [line for line in attempt.traceback.splitlines() if line.strip(" ~^")][-SHOWN:]
    return "\n".join([attempt.error or "", *lines])


def _is_floor(leg: LegFacts) -> bool:
    return leg.resolution == "lowest-direct"


def _bears(leg: LegFacts) -> bool:
    """Tell whether what fails in this leg breaks the package for whoever installs it as it is meant."""
    return leg.claimed and not _is_floor(leg)


def _install_fails(leg: LegFacts) -> Iterator[Evidence]:
    if leg.install_error is not None and _bears(leg) and not _needs_build_tools(leg):
        what = f"the extra `{leg.extra}` of {leg.artifact}" if leg.extra else leg.artifact
        yield Evidence(message=f"{what} cannot be installed with Python {leg.python}.", seen=_last(leg))


def _needs_build_tools(leg: LegFacts) -> bool:
    said = leg.install_error or ""
    failed = re.search(r"(?:Failed to (?:download and )?build `|Failed building wheel for )([\w.-]+)", said)
    foreign = failed is not None and canonicalize_name(failed[1]) != leg.distribution
    return foreign or bool(BUILD_TOOLS.search(said))


def _build_needs_tools(leg: LegFacts) -> Iterator[Evidence]:
    if leg.install_error is not None and _bears(leg) and _needs_build_tools(leg):
        yield Evidence(
            message=f"Installing {leg.artifact} with Python {leg.python} has to build something, and that fails here.",
            seen=_last(leg),
        )


def _last(leg: LegFacts) -> str:
    return "\n".join((leg.install_error or "").splitlines()[-SHOWN * 2 :])


def _imports_of(kind: Kind) -> Callable[[LegFacts], Iterator[Evidence]]:
    """Return the check that yields every import that failed for this kind of reason."""

    def check(leg: LegFacts) -> Iterator[Evidence]:
        for attempt in leg.imports:
            if attempt.error and _bears(leg):
                diagnosis = diagnose(attempt, leg)
                if diagnosis.kind == kind:
                    yield _import_evidence(attempt, leg, diagnosis)

    return check


def _import_evidence(attempt: Attempt, leg: LegFacts, diagnosis: Diagnosis) -> Evidence:
    cause = f": {diagnosis.cause}" if diagnosis.cause else ""
    with_extra = f" and the extra `{leg.extra}`" if leg.extra else ""
    return Evidence(
        message=f"`import {attempt.name}` fails with Python {leg.python}{with_extra}{cause}.",
        seen=_told(attempt),
        fix=diagnosis.fix,
    )


def _unclaimed(leg: LegFacts) -> Iterator[Evidence]:
    if leg.claimed or _is_floor(leg):
        return
    if leg.install_error is not None:
        yield Evidence(
            message=f"{leg.artifact} cannot be installed with Python {leg.python}.", seen=_last(leg)
        )
    if leg.died is not None:
        yield Evidence(message=f"The import breaks off with Python {leg.python}: {leg.died}.")
    for attempt in leg.imports:
        if attempt.error and (diagnosis := diagnose(attempt, leg)).kind in {"broken", "seeded"}:
            yield _import_evidence(attempt, leg, diagnosis)


def _floor(leg: LegFacts) -> Iterator[Evidence]:
    if not _is_floor(leg):
        return
    if leg.install_error is not None:
        yield Evidence(
            message=f"The lowest dependencies that {leg.artifact} allows cannot be installed with Python {leg.python}.",
            seen=_last(leg),
        )
    if leg.died is not None:
        yield Evidence(message=f"With the lowest dependencies it allows, the import breaks off: {leg.died}.")
    for attempt in leg.imports:
        if attempt.error and (diagnosis := diagnose(attempt, leg)).kind == "broken":
            cause = f": {diagnosis.cause}" if diagnosis.cause else ""
            yield Evidence(
                message=f"`import {attempt.name}` fails with the lowest dependencies it allows{cause}.",
                seen=_told(attempt),
            )


def _death(leg: LegFacts) -> Kind | None:
    """Return why the probe broke off: the package, or what this machine lacks."""
    if leg.died is None or not _bears(leg):
        return None
    if DISPLAY.search(leg.printed):
        return "display"
    # SIGKILL is the system's answer to too little memory, SIGILL to a processor that lacks an instruction.
    if leg.died_code in {-4, -9} or SYSTEM.search(leg.printed):
        return "system"
    return "broken"


def _death_evidence(leg: LegFacts) -> Evidence:
    at = f" while it tried {leg.died_at}" if leg.died_at else ""
    return Evidence(
        message=f"The test of {leg.artifact} with Python {leg.python} broke off{at}: {leg.died}.",
        seen="\n".join(leg.printed.splitlines()[-SHOWN:]) or None,
    )


def _never_ends(leg: LegFacts) -> Iterator[Evidence]:
    if _death(leg) == "broken" and leg.died_code is None:
        yield _death_evidence(leg)


def _crashes(leg: LegFacts) -> Iterator[Evidence]:
    if _death(leg) == "broken" and leg.died_code is not None:
        yield _death_evidence(leg)


def _display(leg: LegFacts) -> Iterator[Evidence]:
    yield from _imports_of("display")(leg)
    if _death(leg) == "display":
        yield _death_evidence(leg)


def _system(leg: LegFacts) -> Iterator[Evidence]:
    yield from _imports_of("system")(leg)
    if _death(leg) == "system":
        yield _death_evidence(leg)


def _script_cannot_load(leg: LegFacts) -> Iterator[Evidence]:
    for attempt in leg.entry_points:
        if attempt.error and attempt.name.startswith(SCRIPT_GROUPS) and _bears(leg):
            diagnosis = diagnose(attempt, leg)
            if diagnosis.kind == "broken":
                cause = f": {diagnosis.cause}" if diagnosis.cause else ""
                yield Evidence(
                    message=f"The script `{attempt.name.split(': ', 1)[1]}` ({attempt.target}) cannot be loaded{cause}.",
                    seen=_told(attempt),
                    fix=diagnosis.fix,
                )
    yield from (
        Evidence(message=f"The script `{script.name}` was not put where scripts go.")
        for script in leg.scripts
        if not script.present
    )


def _script_fails(leg: LegFacts) -> Iterator[Evidence]:
    for script in leg.scripts:
        if script.present and _bears(leg) and (why := _failed(script, leg)):
            seen = "\n".join(script.output.splitlines()[-SHOWN:]) or None
            yield Evidence(message=f"`{script.name} --help` {why} with Python {leg.python}.", seen=seen)


def _failed(script: Started, leg: LegFacts) -> str | None:
    """Return how a script failed; an exit code alone is no failure, for many programs give one to `--help`."""
    if script.returncode is None:
        return f"does not come back within {script.seconds:.0f} s"
    if script.returncode >= 0 and (script.returncode == 0 or TRACEBACK not in script.output):
        return None
    last = next((line for line in reversed(script.output.splitlines()) if line and line[0].isalpha()), "")
    missing = re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", last)
    attempt = Attempt(name=script.name, error=last or "crash", missing=missing[1] if missing else None)
    if diagnose(attempt, leg).kind != "broken":
        return None
    return "ends in a traceback" if script.returncode > 0 else f"is ended by signal {-script.returncode}"


def _plugin_fails(leg: LegFacts) -> Iterator[Evidence]:
    for attempt in leg.entry_points:
        if attempt.error is None or attempt.name.startswith(SCRIPT_GROUPS) or not _bears(leg):
            continue
        foreign = attempt.missing is not None and not leg.is_own(attempt.missing)
        if not foreign and diagnose(attempt, leg).kind == "broken":
            yield Evidence(
                message=f"The entry point `{attempt.name}` ({attempt.target}) cannot be loaded.",
                seen=_told(attempt),
            )


def _submodules_fail(leg: LegFacts) -> Iterator[Evidence]:
    failed = [a for a in leg.submodules if a.error and diagnose(a, leg).kind == "broken"]
    if failed:
        listed = [f"{a.name}: {(a.error or '').splitlines()[0]}" for a in failed[:SHOWN]]
        more = [f"… and {len(failed) - SHOWN} more"] if len(failed) > SHOWN else []
        yield Evidence(
            message=f"Modules below the top level cannot be imported after a plain installation, among them "
            f"`{failed[0].name}`.",
            seen="\n".join([*listed, *more]),
        )


def _command_fails(role: str) -> Callable[[LegFacts], Iterator[Evidence]]:
    """Return the check of a command of the user's own."""

    def check(leg: LegFacts) -> Iterator[Evidence]:
        for command in leg.commands:
            if command.role == role and command.returncode != 0 and not _is_floor(leg):
                ended = f"ended with exit code {command.returncode}"
                if command.returncode is None:
                    ended = f"was not done after {command.seconds:.0f} s"
                seen = "\n".join(command.output.splitlines()[-SHOWN * 3 :]) or None
                yield Evidence(message=f"`{command.name}` {ended} with Python {leg.python}.", seen=seen)

    return check


def _conflicts(leg: LegFacts) -> Iterator[Evidence]:
    for line in leg.conflicts if _bears(leg) else ():
        yield Evidence(message=f"After installing {leg.artifact}: {line}")


def _left_behind(leg: LegFacts) -> Iterator[Evidence]:
    if leg.left_behind:
        listed = "\n".join(leg.left_behind[:SHOWN])
        number = len(leg.left_behind)
        counted = "1 file is" if number == 1 else f"{number} files are"
        yield Evidence(message=f"{counted} left after uninstalling {leg.artifact}.", seen=listed)


def _pth_fails(leg: LegFacts) -> Iterator[Evidence]:
    for line in leg.printed.splitlines():
        found = re.search(r"([^/\\]+\.pth)", line) if line.startswith("Error processing line") else None
        if found and found[1] in leg.files:
            yield Evidence(message=f"Python complains about {found[1]} whenever it starts.", seen=leg.printed)


RULES: tuple[Rule, ...] = (
    Rule(
        name="install-fails",
        title="The artifact cannot be installed",
        family="smoke",
        severity=Severity.ERROR,
        why="Whoever runs `pip install` gets this error instead of the package.",
        fix="Read what the installer says; usually a dependency has no version that fits, or the sdist does not build.",
        example='dependencies = ["requests<1,>2"]',
        check=_install_fails,
    ),
    Rule(
        name="install-needs-build-tools",
        title="Installing builds something, and that fails on this machine",
        family="smoke",
        severity=Severity.WARNING,
        why="Those without the compiler or the libraries get an error; whether others do cannot be told here.",
        fix="Publish wheels for the platforms of your users; install what the build below asks for to test it here.",
        example="a dependency that has no wheel for this Python, on a machine without a compiler",
        check=_build_needs_tools,
    ),
    Rule(
        name="import-fails",
        title="A top-level module cannot be imported after installation",
        family="smoke",
        severity=Severity.ERROR,
        why="The package installs and then does not work: the first import ends in this error.",
        fix="Read the last line of the traceback, mend what it names, and check again.",
        example="import requests  # in __init__.py, with requests not among the dependencies",
        check=_imports_of("broken"),
    ),
    Rule(
        name="import-needs-extra",
        title="A top-level module needs an optional dependency",
        family="smoke",
        severity=Severity.NOTE,
        why="Those who install the package without the extra cannot import this module.",
        fix="Nothing, if that is meant; else move the dependency from the extra to the dependencies.",
        example="a pytest plugin beside the package, with pytest only in the extra `test`",
        check=_imports_of("optional"),
    ),
    Rule(
        name="import-needs-host",
        title="A plug-in does not depend on what it plugs into",
        family="smoke",
        severity=Severity.WARNING,
        why="It works where the host is installed already; installed alone, it cannot be imported.",
        fix="Add the host to the dependencies, or say in the description that it has to be installed first.",
        example="a project flake8-spam that imports flake8 without depending on it",
        check=_imports_of("host"),
    ),
    Rule(
        name="import-needs-display",
        title="The import needs a display",
        family="smoke",
        severity=Severity.WARNING,
        why="It cannot be imported on a server, in a container or in a CI job, not even to build documentation.",
        fix="Open the window or the connection on first use, not at module level; to test it here, use xvfb-run.",
        example="root = tkinter.Tk()  # at module level",
        check=_display,
    ),
    Rule(
        name="import-needs-system",
        title="The import needs something that this machine does not have",
        family="smoke",
        severity=Severity.WARNING,
        why="Users without that library, program, file or device get this error; here it hides whether the rest works.",
        fix="Say in the description what has to be installed, and run the smoke test on a machine that has it.",
        example='ctypes.CDLL("libportaudio.so.2")  # at module level',
        check=_system,
    ),
    Rule(
        name="import-needs-setting",
        title="The import needs a setting or a service",
        family="smoke",
        severity=Severity.WARNING,
        why="It cannot be imported before it is configured, so tools that only look at it fail.",
        fix="Read the setting on first use, with an error that names it.",
        example='TOKEN = os.environ["SPAM_TOKEN"]  # at module level',
        check=_imports_of("setting"),
    ),
    Rule(
        name="import-needs-other-platform",
        title="The package is made for another platform than this one",
        family="smoke",
        severity=Severity.WARNING,
        why="Nothing was tested here, and on this platform it installs and then does not work.",
        fix="Smoke-test it on its own platform; a wheel with that platform's tag keeps others from installing it.",
        example="import winreg  # in a wheel py3-none-any",
        check=_imports_of("platform"),
    ),
    Rule(
        name="import-asks-for-more",
        title="The package refuses to be imported and asks for something undeclared",
        family="smoke",
        severity=Severity.WARNING,
        why="Whoever installs it has to install something else by hand before it works.",
        fix="Declare it as a dependency, or as an extra that the error message names.",
        example='raise ImportError("please install torch or tensorflow")',
        check=_imports_of("asks"),
    ),
    Rule(
        name="import-ends-process",
        title="The import ends the process",
        family="smoke",
        severity=Severity.WARNING,
        why="`import` is no request to exit: test collectors, documentation tools and users lose their process.",
        fix='Move what is to run into a function, under `if __name__ == "__main__":`.',
        example="sys.exit(main())  # at module level",
        check=_imports_of("exits"),
    ),
    Rule(
        name="import-needs-setuptools",
        title="The import needs setuptools, which is not declared",
        family="smoke",
        severity=Severity.WARNING,
        why="It works where an older venv happens to hold setuptools, and fails with uv and from Python 3.12 on.",
        fix='Replace it (importlib.metadata, importlib.resources), or depend on "setuptools".',
        example="import pkg_resources",
        check=_imports_of("seeded"),
    ),
    Rule(
        name="python-allowed-but-fails",
        title="It fails on a Python that is allowed but not claimed",
        family="smoke",
        severity=Severity.WARNING,
        why="`requires-python` lets installers choose this version for a Python on which it does not work.",
        fix="Limit `requires-python`, or make it work and add the classifier.",
        example="classifiers up to 3.11, requires-python >=3.8, and `import imp`",
        check=_unclaimed,
    ),
    Rule(
        name="dependency-floor-too-low",
        title="It fails with the lowest dependencies it allows",
        family="smoke",
        severity=Severity.WARNING,
        why="Users whose other packages hold a dependency back get a combination that does not work.",
        fix="Raise the lower bound of the dependency it names to the version you really need.",
        example='dependencies = ["attrs>=17"]  # and `from attrs import define`',
        check=_floor,
    ),
    Rule(
        name="import-never-ends",
        title="The import does not come back",
        family="smoke",
        severity=Severity.ERROR,
        why="Whoever imports the package waits for ever.",
        fix="Move work out of module level; if it only needs longer here, raise --smoke-timeout.",
        example="while True: pass  # at module level",
        check=_never_ends,
    ),
    Rule(
        name="import-crashes",
        title="The import crashes the interpreter",
        family="smoke",
        severity=Severity.ERROR,
        why="Whoever imports the package loses the whole process, without a traceback.",
        fix="Import it in a fresh environment with `python -X faulthandler`; for compiled code use a debugger.",
        example="a compiled module that was built against other headers",
        check=_crashes,
    ),
    Rule(
        name="script-cannot-load",
        title="A script of the package cannot be loaded",
        family="smoke",
        severity=Severity.ERROR,
        why="The command is installed and ends in a traceback as soon as it is called.",
        fix="Correct the object reference under [project.scripts], or include the module it names in the wheel.",
        example='[project.scripts]\ntool = "package.cli:mian"',
        check=_script_cannot_load,
    ),
    Rule(
        name="script-fails",
        title="A script fails when it is asked for help",
        family="smoke",
        severity=Severity.WARNING,
        why="`--help` is the first thing a user tries.",
        fix="Run it in a fresh environment and mend what it says; a script without options may ignore the word.",
        example="a script that reads its configuration file before it looks at its arguments",
        check=_script_fails,
    ),
    Rule(
        name="entry-point-cannot-load",
        title="A plug-in entry point cannot be loaded",
        family="smoke",
        severity=Severity.WARNING,
        why="The program that this package plugs into finds the entry point and fails on it.",
        fix="Correct the object reference under [project.entry-points], or include the module it names in the wheel.",
        example='[project.entry-points.pytest11]\nplugin = "package.plugin:missing"',
        check=_plugin_fails,
    ),
    Rule(
        name="submodule-cannot-be-imported",
        title="Public modules cannot be imported after a plain installation",
        family="smoke",
        severity=Severity.NOTE,
        why="Who needs one of them gets an error; often an optional dependency is missing, sometimes a file.",
        fix="Look at what each of them misses; declare it, in an extra where it is optional, or include it.",
        example="package/web.py imports flask, and no extra mentions it",
        check=_submodules_fail,
    ),
    Rule(
        name="smoke-command-fails",
        title="The smoke command fails",
        family="smoke",
        severity=Severity.ERROR,
        why="The project's own proof that the package works says that it does not.",
        fix="Read what it printed; it runs in an empty folder, in an environment with nothing but the package.",
        example="--smoke-command \"python -c 'import package; package.run()'\"",
        check=_command_fails("smoke-command"),
    ),
    Rule(
        name="tests-fail-when-installed",
        title="The tests fail against the installed package",
        family="smoke",
        severity=Severity.ERROR,
        why="They pass in the checkout only: what users install lacks something that the checkout has.",
        fix="Look for a file or module that the tests find in the checkout only; name what tests need in --test-requires.",
        example="a data file that is read by the code and is not part of the wheel",
        check=_command_fails("test-command"),
    ),
    Rule(
        name="dependencies-conflict",
        title="The installed dependencies do not fit together",
        family="smoke",
        severity=Severity.ERROR,
        why="`pip check` fails in an environment that holds nothing but this package.",
        fix="Loosen or correct the version ranges of the dependencies it names.",
        example='dependencies = ["a", "b"]  # where b needs an older a',
        check=_conflicts,
    ),
    Rule(
        name="pth-file-fails",
        title="A .pth file of the package fails at every start of Python",
        family="smoke",
        severity=Severity.WARNING,
        why="Every start of Python in that environment prints a traceback, whether the package is used or not.",
        fix="Test the line in a fresh environment; what it imports must be there when `site` reads it.",
        example="import spam_hook.missing",
        check=_pth_fails,
    ),
    Rule(
        name="uninstall-leaves-files",
        title="Uninstalling leaves files behind",
        family="smoke",
        severity=Severity.WARNING,
        why="Files that RECORD does not list stay in site-packages and can shadow a later version.",
        fix="Do not write into the package's own folder at import time; use a cache folder of the user instead.",
        example='Path(__file__).with_name("cache.db").touch()  # at module level',
        check=_left_behind,
    ),
)


def judge_legs(outcomes: Sequence[Outcome], *, ignored: Mapping[str, str]) -> Addition:
    """Return the legs that ran, each with its verdict, and everything the rules found in them.

    What several legs have in common is told once, with all the Pythons it holds for.

    Args:
        outcomes: what happened, leg by leg.
        ignored: rule names the project turned off, with its reasons.
    """
    judged = [judge(RULES, o.facts, artifact=o.candidate.artifact, ignored=ignored) for o in outcomes]
    records = tuple(_record(outcome, one) for outcome, one in zip(outcomes, judged, strict=True))
    found = [(o.facts.python, f) for o, one in zip(outcomes, judged, strict=True) for f in one.findings]
    return msgspec.structs.replace(combined(judged), findings=_merged(found), legs=records)


def _merged(found: Sequence[tuple[str, Finding]]) -> tuple[Finding, ...]:
    """Return the findings with those that differ in the version of Python alone told as one."""
    alike: dict[tuple[str, str | None, str], list[tuple[str, Finding]]] = {}
    for python, finding in found:
        blank = finding.message.replace(f"Python {python}", "Python *")
        alike.setdefault((finding.rule, finding.where.artifact, blank), []).append((python, finding))
    merged = []
    for (_, _, blank), same in alike.items():
        pythons = ", ".join(dict.fromkeys(python for python, _ in same))
        merged.append(
            msgspec.structs.replace(same[0][1], message=blank.replace("Python *", f"Python {pythons}"))
        )
    return tuple(merged)


def _record(outcome: Outcome, judged: Addition) -> Leg:
    facts = outcome.facts
    return Leg(
        artifact=outcome.candidate.artifact,
        python=outcome.interpreter.label,
        installer=outcome.manner.installer,
        origin=outcome.candidate.origin,
        passed=all(f.severity != Severity.ERROR or f.ignored is not None for f in judged.findings),
        seconds=round(outcome.seconds, 3),
        imported=tuple(attempt.name for attempt in facts.imports if attempt.error is None),
        entry_points=sum(attempt.error is None for attempt in facts.entry_points),
        resolution=outcome.manner.resolution,
        extra=outcome.manner.extra,
    )
