"""One leg from beginning to end: a clean environment, the installation, everything that is tried, the uninstallation."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from slipway import processes
from slipway.environments import disposable
from slipway.environments.disposable import Environment, InstallFailed, Interpreter
from slipway.errors import ToolError
from slipway.rules.smoke.facts import LegFacts, Started
from slipway.smoke import probing
from slipway.smoke.probing import Booth, Probed
from slipway.smoke.smoke_test import Candidate, Outcome, Planned, Supplies

NETWORK = re.compile(
    r"(?i)(dns error|connection refused|network is unreachable|failed to fetch|error sending request|connection reset"
    r"|operation timed out|no route to host|temporary failure in name resolution|newconnectionerror)"
)
"""What installers say when the index cannot be reached; then the artifact is not to blame."""


UV_LOCK = ".lock"
"""uv's own mark in an environment that it changes."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a leg runs.

    Attributes:
        folder: a private folder for it, outside of any checkout.
        pip: an environment that holds pip, where legs install with it.
        timeout: seconds for the leg, installation included.
    """

    folder: Path
    supplies: Supplies
    pip: Environment | None
    timeout: float


def run(leg: Planned, place: Place) -> Outcome:
    """Run one leg and return what happened.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    started = time.monotonic()
    place.folder.mkdir()
    log: list[str] = []
    facts = LegFacts(
        artifact=leg.candidate.artifact,
        python=leg.interpreter.label,
        distribution=leg.candidate.name,
        resolution=leg.manner.resolution,
        extra=leg.manner.extra,
        claimed=leg.claimed,
    )
    environment = disposable.create(place.folder / "environment", leg.interpreter)
    error = _install(leg, environment, place, log.append)
    if error is not None:
        facts = replace(facts, install_error=error)
    else:
        left = max(place.timeout - (time.monotonic() - started), 1.0)
        booth = Booth(environment, leg.candidate.name, place.folder, log.append)
        facts = _exercise(leg, booth, replace(place, timeout=left), facts)
    outcome = Outcome(
        candidate=leg.candidate,
        interpreter=leg.interpreter,
        facts=facts,
        seconds=time.monotonic() - started,
        log=tuple(log),
        manner=leg.manner,
    )
    disposable.remove(place.folder)
    return outcome


def _install(leg: Planned, environment: Environment, place: Place, sink: Callable[[str], None]) -> str | None:
    """Install the candidate and return what the installer said if it could not.

    Raises:
        ToolError: the index cannot be reached.
    """
    requirement = [leg.candidate.with_extra(leg.manner.extra), *leg.manner.direct]
    options = place.supplies.options()
    try:
        if leg.manner.installer == "pip" and place.pip is not None:
            environment.install_with_pip(
                place.pip, requirement, timeout=place.timeout, sink=sink, options=options
            )
        else:
            chosen = [*options, f"--resolution={leg.manner.resolution}"]
            environment.install(requirement, timeout=place.timeout, sink=sink, options=chosen)
    except InstallFailed as error:
        if NETWORK.search(error.output):
            raise _unreachable(leg.candidate, error.output) from error
        return error.output.strip()
    except processes.TimedOut as error:
        return f"not done after {error.seconds:.0f} s\n{error.output}".strip()
    return None


def _unreachable(candidate: Candidate, output: str) -> ToolError:
    return ToolError(
        f"{candidate.artifact} could not be installed: the index cannot be reached.",
        cause="The network, the proxy or the index configured on this machine does not answer.",
        remedy="Check the connection and run again, or install from a folder with --wheelhouse; nothing has "
        "been changed.",
        log=tuple(output.splitlines()[-15:]),
    )


def _exercise(leg: Planned, booth: Booth, place: Place, facts: LegFacts) -> LegFacts:
    before = _files(booth.environment)
    probed = probing.probe(booth, timeout=place.timeout)
    facts = replace(facts, **probed.facts)
    if leg.manner.thorough and facts.died is None:
        facts = replace(
            facts,
            scripts=probing.scripts(booth, facts.entry_points),
            submodules=probing.submodules(booth) if _works(facts) else (),
        )
    facts = replace(facts, commands=_commands(leg, booth, place))
    conflicts = booth.environment.conflicts(timeout=60)
    booth.environment.uninstall(booth.name, timeout=60)
    return replace(facts, conflicts=conflicts, left_behind=_left_behind(booth.environment, before, probed))


def _works(facts: LegFacts) -> bool:
    return any(attempt.error is None for attempt in facts.imports)


def _commands(leg: Planned, booth: Booth, place: Place) -> tuple[Started, ...]:
    """Run the user's own commands: the smoke command here, the tests in an environment of their own."""
    supplies, done = place.supplies, list[Started]()
    if supplies.smoke_command:
        # A script in the checkout must not bring the checkout's modules with it.
        aside = replace(booth, variables={"PYTHONSAFEPATH": "1"})
        smoke = _own(aside, supplies.smoke_command, cwd=booth.home, timeout=place.timeout)
        done.append(replace(smoke, role="smoke-command"))
    if supplies.test_command and supplies.test_folder is not None:
        tests = _tests(leg, booth, place, folder=supplies.test_folder)
        done.append(replace(tests, name=" ".join(supplies.test_command), role="test-command"))
    return tuple(done)


def _tests(leg: Planned, booth: Booth, place: Place, *, folder: Path) -> Started:
    own = place.folder / "tests"
    own.mkdir()
    environment = disposable.create(own / "environment", booth.environment.interpreter)
    error = _install(leg, environment, place, booth.sink) or _install_requires(environment, place, booth.sink)
    if error is not None:
        return Started(name="", returncode=1, output=f"what the tests need cannot be installed: {error}")
    there = Booth(environment, booth.name, own, booth.sink)
    return _own(there, place.supplies.test_command, cwd=folder, timeout=place.timeout)


def _install_requires(environment: Environment, place: Place, sink: Callable[[str], None]) -> str | None:
    try:
        environment.install(
            place.supplies.test_requires, timeout=place.timeout, sink=sink, options=place.supplies.options()
        )
    except InstallFailed as error:
        return error.output.strip()
    except processes.TimedOut as error:
        return f"not done after {error.seconds:.0f} s"
    return None


def _own(booth: Booth, command: tuple[str, ...], *, cwd: Path, timeout: float) -> Started:
    program = booth.environment.script(command[0]) or command[0]
    return probing.start(booth, " ".join(command), [program, *command[1:]], cwd=cwd, timeout=timeout)


def _files(environment: Environment) -> set[str]:
    return {
        os.path.join(folder, name)  # noqa: PTH118 - some environments hold a hundred thousand files
        for folder, _, names in os.walk(environment.path)
        for name in names
        if not folder.endswith("__pycache__") and name != UV_LOCK
    }


def _left_behind(environment: Environment, before: set[str], probed: Probed) -> tuple[str, ...]:
    """Return what is still there of the distribution, and what came while it was tried."""
    base = probed.base or environment.path
    own = {os.path.normpath(base / file) for file in probed.files}
    after = _files(environment)
    left = (after - before) | {file for file in after if os.path.normpath(file) in own}
    return tuple(sorted(os.path.relpath(path, environment.path) for path in left))


def pip_environment(path: Path, interpreter: Interpreter, supplies: Supplies) -> Environment:
    """Make the environment that holds pip for the legs that install with it: the newest for that interpreter.

    Raises:
        ToolError: pip cannot be installed.
    """
    environment = disposable.create(path, interpreter)
    try:
        environment.install(["pip"], timeout=300, options=supplies.options())
    except (InstallFailed, processes.TimedOut) as error:
        raise ToolError(
            "pip could not be installed, so nothing can be installed with it.",
            cause="The index does not answer, or the wheelhouse has no pip.",
            remedy="Add pip to the wheelhouse, or leave pip out: --installer uv.",
            log=tuple(error.output.splitlines()[-15:]),
        ) from error
    return environment
