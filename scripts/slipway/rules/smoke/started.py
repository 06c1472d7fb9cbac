"""Rules on what is started and loaded: scripts, entry points, modules, the project's own commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from slipway.artifacts.dist_info import SCRIPT_GROUPS
from slipway.records import Severity
from slipway.rules.families import smoke
from slipway.rules.rule import Evidence
from slipway.rules.smoke.causes import diagnose
from slipway.rules.smoke.evidence import SHOWN, bears, is_floor, told
from slipway.rules.smoke.facts import Attempt, SmokeFacts, Started

TRACEBACK = "Traceback (most recent call last)"
ASKS = re.compile(r"(?i)\b(?:to|please|must|need|should|pip|uv|conda|apt)\W+(?:\w+\W+){0,3}install\b")
"""How a program says that something optional has to be installed first."""


@smoke.rule(
    "script-cannot-load",
    title="A script of the package cannot be loaded",
    severity=Severity.ERROR,
    why="The command is installed and ends in a traceback as soon as it is called.",
    fix="Correct the object reference under [project.scripts], or include the module it names in the wheel.",
    example='[project.scripts]\ntool = "package.cli:mian"',
)
def script_cannot_load(facts: SmokeFacts) -> Iterator[Evidence]:
    for attempt in facts.entry_points:
        if attempt.error and attempt.name.startswith(SCRIPT_GROUPS) and bears(facts):
            diagnosis = diagnose(attempt, facts)
            if diagnosis.kind == "broken":
                cause = f": {diagnosis.cause}" if diagnosis.cause else ""
                yield Evidence(
                    message=f"The script `{attempt.name.split(': ', 1)[1]}` ({attempt.target}) cannot be loaded{cause}.",
                    seen=told(attempt),
                    fix=diagnosis.fix,
                )
    yield from (
        Evidence(message=f"The script `{script.name}` was not put where scripts go.")
        for script in facts.scripts
        if not script.present
    )


@smoke.rule(
    "script-fails",
    title="A script fails when it is asked for help",
    severity=Severity.WARNING,
    why="`--help` is the first thing a user tries.",
    fix="Run it in a fresh environment and mend what it says; a script without options may ignore the word.",
    example="a script that reads its configuration file before it looks at its arguments",
)
def script_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    for script in facts.scripts:
        if script.present and bears(facts) and (why := _failed(script, facts)):
            seen = "\n".join(script.output.splitlines()[-SHOWN:]) or None
            yield Evidence(message=f"`{script.name} --help` {why} with Python {facts.python}.", seen=seen)


def _failed(script: Started, facts: SmokeFacts) -> str | None:
    """Return how a script failed; an exit code alone is no failure, for many programs give one to `--help`."""
    if script.returncode is None:
        return f"does not come back within {script.seconds:.0f} s"
    if script.returncode >= 0 and (script.returncode == 0 or TRACEBACK not in script.output):
        return None
    if ASKS.search("\n".join(script.output.splitlines()[-SHOWN:])):
        return None
    last = next((line for line in reversed(script.output.splitlines()) if line and line[0].isalpha()), "")
    missing = re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", last)
    attempt = Attempt(name=script.name, error=last or "crash", missing=missing[1] if missing else None)
    if diagnose(attempt, facts).kind != "broken":
        return None
    return "ends in a traceback" if script.returncode > 0 else f"is ended by signal {-script.returncode}"


@smoke.rule(
    "entry-point-cannot-load",
    title="A plug-in entry point cannot be loaded",
    severity=Severity.WARNING,
    why="The program that this package plugs into finds the entry point and fails on it.",
    fix="Correct the object reference under [project.entry-points], or include the module it names in the wheel.",
    example='[project.entry-points.pytest11]\nplugin = "package.plugin:missing"',
)
def entry_point_cannot_load(facts: SmokeFacts) -> Iterator[Evidence]:
    for attempt in facts.entry_points:
        if attempt.error is None or attempt.name.startswith(SCRIPT_GROUPS) or not bears(facts):
            continue
        foreign = attempt.missing is not None and not facts.is_own(attempt.missing)
        if not foreign and diagnose(attempt, facts).kind == "broken":
            yield Evidence(
                message=f"The entry point `{attempt.name}` ({attempt.target}) cannot be loaded.",
                seen=told(attempt),
            )


@smoke.rule(
    "submodule-cannot-be-imported",
    title="Public modules cannot be imported after a plain installation",
    severity=Severity.NOTE,
    why="Who needs one of them gets an error; often an optional dependency is missing, sometimes a file.",
    fix="Look at what each of them misses; declare it, in an extra where it is optional, or include it.",
    example="package/web.py imports flask, and no extra mentions it",
)
def submodule_cannot_be_imported(facts: SmokeFacts) -> Iterator[Evidence]:
    failed = [a for a in facts.submodules if a.error and diagnose(a, facts).kind == "broken"]
    if failed:
        listed = [f"{a.name}: {(a.error or '').splitlines()[0]}" for a in failed[:SHOWN]]
        more = [f"… and {len(failed) - SHOWN} more"] if len(failed) > SHOWN else []
        yield Evidence(
            message=f"Modules below the top level cannot be imported after a plain installation, among them "
            f"`{failed[0].name}`.",
            seen="\n".join([*listed, *more]),
        )


def _command_fails(role: str) -> Callable[[SmokeFacts], Iterator[Evidence]]:
    """Return the check of a command of the user's own."""

    def check(facts: SmokeFacts) -> Iterator[Evidence]:
        for command in facts.commands:
            if command.role == role and command.returncode != 0 and not is_floor(facts):
                ended = f"ended with exit code {command.returncode}"
                if command.returncode is None:
                    ended = f"was not done after {command.seconds:.0f} s"
                seen = "\n".join(command.output.splitlines()[-SHOWN * 3 :]) or None
                yield Evidence(message=f"`{command.name}` {ended} with Python {facts.python}.", seen=seen)

    return check


@smoke.rule(
    "smoke-command-fails",
    title="The smoke command fails",
    severity=Severity.ERROR,
    why="The project's own proof that the package works says that it does not.",
    fix="Read what it printed; it runs in an empty folder, in an environment with nothing but the package.",
    example="--smoke-command \"python -c 'import package; package.run()'\"",
)
def smoke_command_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    yield from _command_fails("smoke-command")(facts)


@smoke.rule(
    "tests-fail-when-installed",
    title="The tests fail against the installed package",
    severity=Severity.ERROR,
    why="They pass in the checkout only: what users install lacks something that the checkout has.",
    fix="Look for a file or module that the tests find in the checkout only; name what tests need in --test-requires.",
    example="a data file that is read by the code and is not part of the wheel",
)
def tests_fail_when_installed(facts: SmokeFacts) -> Iterator[Evidence]:
    yield from _command_fails("test-command")(facts)
