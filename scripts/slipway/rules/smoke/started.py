"""Rules on what is started and loaded: scripts, entry points, modules, the project's own commands."""

import re
from collections.abc import Iterator

from slipway.processes import ender, is_crash
from slipway.rules.families import smoke
from slipway.rules.rule import Evidence
from slipway.rules.smoke.causes import diagnose
from slipway.rules.smoke.evidence import failures, is_package_fault, summary_of
from slipway.rules.smoke.facts import Attempt, SmokeFacts, Started
from slipway.rules.wording import SHOWN, listed
from slipway.rules.written import fix

TRACEBACK = "Traceback (most recent call last)"
UNCALLABLE = re.compile(
    r"^Traceback \(most recent call last\):\n(?:  File \"<frozen[^\n]*\n)*  File [^\n]*\n(?: {4}[^\n]*\n)*"
    r"TypeError: ([^\n]+)",
    re.MULTILINE,
)
"""A traceback with one frame, that of the script which the installer wrote."""
ASKS = re.compile(r"(?i)\b(?:to|please|must|need|should|pip|uv|conda|apt)\W+(?:\w+\W+){0,3}install\b")
"""What a program prints when something optional has to be installed first."""


@smoke.error(
    "script-cannot-load",
    title="A script of the package cannot be loaded",
    why="The command is installed and ends in a traceback as soon as it is called.",
    **fix("Correct the object reference in {}, or include the module it names in the wheel.", "scripts"),
    example='[project.scripts]\ntool = "package.cli:mian"',
    cause="script-cannot-load",
)
def script_cannot_load(facts: SmokeFacts) -> Iterator[Evidence]:
    if is_package_fault(facts):
        for attempt, diagnosis in failures(facts.entry_points, facts, "broken"):
            if attempt.is_script:
                yield Evidence(
                    f"The script `{attempt.short_name}` ({attempt.target}) cannot be loaded"
                    f"{diagnosis.after_colon}.",
                    seen=summary_of(attempt),
                    fix=diagnosis.fix,
                    subject=attempt.short_name,
                )
        for attempt, diagnosis in failures(facts.script_files, facts, "broken"):
            yield Evidence(
                f"The script `{attempt.name}` cannot start: it imports {attempt.missing!r}{diagnosis.after_colon}.",
                seen=attempt.error,
                fix=diagnosis.fix,
            )
    for script in facts.scripts:
        if not script.present:
            yield Evidence(f"The script `{script.name}` was not put where scripts go.")
        elif is_package_fault(facts) and (reason := UNCALLABLE.search(script.output)):
            yield Evidence(
                f"What the script `{script.name}` names cannot be called: {reason[1]}.",
                seen=script.last_lines(SHOWN),
                fix="Name a function that needs no arguments; it finds those of the command in `sys.argv`.",
            )


@smoke.warning(
    "script-fails",
    title="A script fails when it is asked for help",
    why="`--help` is the first thing a user tries.",
    fix="Run it in a fresh environment and fix what it prints; a script without options may ignore `--help`.",
    example="a script that reads its configuration file before it looks at its arguments",
)
def script_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    for script in facts.scripts if is_package_fault(facts) else ():
        if script.present and (how := _failure(script, facts)):
            yield Evidence(
                f"`{script.name} --help` {how} with Python {facts.python}.",
                seen=script.last_lines(SHOWN),
            )


def _failure(script: Started, facts: SmokeFacts) -> str | None:
    """Return how a script failed; an exit code alone is no failure, for many programs give one to `--help`."""
    if script.returncode is None:
        return f"does not come back within {script.seconds:.0f} s"
    if not is_crash(script.returncode) and (script.returncode == 0 or TRACEBACK not in script.output):
        return None
    if UNCALLABLE.search(script.output) or ASKS.search(script.last_lines(SHOWN) or ""):
        return None
    last = next((line for line in reversed(script.output.splitlines()) if re.match("[^\\W\\d]", line)), "")
    missing = re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", last)
    attempt = Attempt(name=script.name, error=last or "crash", missing=missing[1] if missing else None)
    if diagnose(attempt, facts).kind != "broken":
        return None
    if is_crash(script.returncode):
        return f"is ended by {ender(script.returncode)}"
    return "ends in a traceback"


@smoke.warning(
    "entry-point-cannot-load",
    title="A plug-in entry point cannot be loaded",
    why="The program that this package plugs into finds the entry point and fails on it.",
    fix="Correct the object reference under [project.entry-points], or include the module it names in the wheel.",
    example='[project.entry-points.pytest11]\nplugin = "package.plugin:missing"',
)
def entry_point_cannot_load(facts: SmokeFacts) -> Iterator[Evidence]:
    if is_package_fault(facts):
        for attempt, _ in failures(facts.entry_points, facts, "broken"):
            if not attempt.is_script and (attempt.missing is None or facts.is_own(attempt.missing)):
                yield Evidence(
                    f"The entry point `{attempt.name}` ({attempt.target}) cannot be loaded.",
                    seen=summary_of(attempt),
                )


@smoke.note(
    "submodule-cannot-be-imported",
    title="Public modules cannot be imported after a plain installation",
    why="Users who need one of them get an error; often an optional dependency is missing, sometimes a file.",
    fix="See what each of them lacks; declare it, in an extra where it is optional, or include it.",
    example="package/web.py imports flask, and no extra mentions it",
)
def submodule_cannot_be_imported(facts: SmokeFacts) -> Iterator[Evidence]:
    failed = [
        attempt
        for attempt, _ in failures(facts.submodules, facts, "broken")
        # Where the artifacts were inspected too, `wheel-module-lacks-module` says this.
        if not (facts.plan and attempt.not_found and facts.is_own(attempt.not_found))
    ]
    if failed:
        yield Evidence(
            f"Modules below the top level cannot be imported after a plain installation, among them "
            f"`{failed[0].name}`.",
            seen=listed([f"{a.name}: {(a.error or '').splitlines()[0]}" for a in failed]),
        )


def command_fails(facts: SmokeFacts, role: str) -> Iterator[Evidence]:
    """Yield a command of the project that failed with its default dependencies."""
    for command in facts.commands:
        if command.role == role and command.returncode != 0 and not facts.is_lowest:
            ended = f"ended with exit code {command.returncode}"
            if command.returncode is None:
                ended = f"was not done after {command.seconds:.0f} s"
            elif is_crash(command.returncode):
                ended = f"was ended by {ender(command.returncode)}"
            yield Evidence(
                f"`{command.name}` {ended} with Python {facts.python}.",
                seen=command.last_lines(SHOWN * 3),
            )


@smoke.error(
    "smoke-command-fails",
    title="The smoke command fails",
    why="The project's own check that the installed package works has failed.",
    fix="Read what it printed; it runs in an empty folder, in an environment with nothing but the package.",
    example="--smoke-command \"python -c 'import package; package.run()'\"",
)
def smoke_command_fails(facts: SmokeFacts) -> Iterator[Evidence]:
    return command_fails(facts, "smoke-command")


@smoke.error(
    "tests-fail-when-installed",
    title="The tests fail against the installed package",
    why="The tests fail on what users install, which often lacks something that the checkout has.",
    fix="Look for a file or module that only the checkout has; name what the tests need in --test-requires.",
    example="a data file that is read by the code and is not part of the wheel",
)
def tests_fail_when_installed(facts: SmokeFacts) -> Iterator[Evidence]:
    return command_fails(facts, "test-command")
