"""One test from beginning to end: a clean environment, the installation, everything that is tried, the uninstallation."""

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
from slipway.rules.smoke.facts import SmokeFacts, Started
from slipway.smoke import probing
from slipway.smoke.probing import Probed, Sandbox
from slipway.smoke.smoke_test import Candidate, Outcome, PackageSources, SmokeTest

NETWORK = re.compile(
    r"(?i)(dns error|connection refused|network is unreachable|failed to fetch|error sending request|connection reset"
    r"|operation timed out|no route to host|temporary failure in name resolution|newconnectionerror)"
)
"""What installers say when the index cannot be reached; then the artifact is not to blame."""


UV_LOCK = ".lock"
"""uv's own mark in an environment that it changes."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a test runs.

    Attributes:
        folder: a private folder for it, outside of any checkout.
        pip: an environment that holds pip, where tests install with it.
        timeout: seconds for the test, installation included.
    """

    folder: Path
    sources: PackageSources
    pip: Environment | None
    timeout: float


def run(test: SmokeTest, place: Place) -> Outcome:
    """Run one test and return what happened.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    started = time.monotonic()
    place.folder.mkdir()
    log: list[str] = []
    facts = SmokeFacts(
        artifact=test.candidate.artifact,
        python=test.interpreter.label,
        distribution=test.candidate.name,
        resolution=test.options.resolution,
        extra=test.options.extra,
        claimed=test.claimed,
    )
    environment = disposable.create(place.folder / "environment", test.interpreter)
    error = _install(test, environment, place, log.append)
    if error is not None:
        facts = replace(facts, install_error=error)
    else:
        left = max(place.timeout - (time.monotonic() - started), 1.0)
        sandbox = Sandbox(environment, test.candidate.name, place.folder, log.append)
        facts = _exercise(test, sandbox, replace(place, timeout=left), facts)
    outcome = Outcome(
        candidate=test.candidate,
        interpreter=test.interpreter,
        facts=facts,
        seconds=time.monotonic() - started,
        log=tuple(log),
        options=test.options,
    )
    disposable.remove(place.folder)
    return outcome


def _install(
    test: SmokeTest, environment: Environment, place: Place, sink: Callable[[str], None]
) -> str | None:
    """Install the candidate and return what the installer said if it could not.

    Raises:
        ToolError: the index cannot be reached.
    """
    requirement = [test.candidate.with_extra(test.options.extra), *test.options.direct]
    options = place.sources.options()
    try:
        if test.options.installer == "pip" and place.pip is not None:
            environment.install_with_pip(
                place.pip, requirement, timeout=place.timeout, sink=sink, options=options
            )
        else:
            chosen = [*options, f"--resolution={test.options.resolution}"]
            environment.install(requirement, timeout=place.timeout, sink=sink, options=chosen)
    except InstallFailed as error:
        if NETWORK.search(error.output):
            raise _unreachable(test.candidate, error.output) from error
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


def _exercise(test: SmokeTest, sandbox: Sandbox, place: Place, facts: SmokeFacts) -> SmokeFacts:
    before = _files(sandbox.environment)
    probed = probing.probe(sandbox, timeout=place.timeout)
    facts = replace(facts, **probed.facts)
    if test.options.thorough and facts.died is None:
        facts = replace(
            facts,
            scripts=probing.scripts(sandbox, facts.entry_points),
            submodules=probing.submodules(sandbox) if _works(facts) else (),
        )
    facts = replace(facts, commands=_commands(test, sandbox, place))
    conflicts = sandbox.environment.conflicts(timeout=60)
    sandbox.environment.uninstall(sandbox.name, timeout=60)
    return replace(facts, conflicts=conflicts, left_behind=_left_behind(sandbox.environment, before, probed))


def _works(facts: SmokeFacts) -> bool:
    return any(attempt.error is None for attempt in facts.imports)


def _commands(test: SmokeTest, sandbox: Sandbox, place: Place) -> tuple[Started, ...]:
    """Run the user's own commands: the smoke command here, the tests in an environment of their own."""
    sources, done = place.sources, list[Started]()
    if sources.smoke_command:
        # A script in the checkout must not bring the checkout's modules with it.
        aside = replace(sandbox, variables={"PYTHONSAFEPATH": "1"})
        smoke = _own(aside, sources.smoke_command, cwd=sandbox.home, timeout=place.timeout)
        done.append(replace(smoke, role="smoke-command"))
    if sources.test_command and sources.test_folder is not None:
        tests = _tests(test, sandbox, place, folder=sources.test_folder)
        done.append(replace(tests, name=" ".join(sources.test_command), role="test-command"))
    return tuple(done)


def _tests(test: SmokeTest, sandbox: Sandbox, place: Place, *, folder: Path) -> Started:
    own = place.folder / "tests"
    own.mkdir()
    environment = disposable.create(own / "environment", sandbox.environment.interpreter)
    error = _install(test, environment, place, sandbox.sink) or _install_requires(
        environment, place, sandbox.sink
    )
    if error is not None:
        return Started(name="", returncode=1, output=f"what the tests need cannot be installed: {error}")
    there = Sandbox(environment, sandbox.name, own, sandbox.sink)
    return _own(there, place.sources.test_command, cwd=folder, timeout=place.timeout)


def _install_requires(environment: Environment, place: Place, sink: Callable[[str], None]) -> str | None:
    try:
        environment.install(
            place.sources.test_requires, timeout=place.timeout, sink=sink, options=place.sources.options()
        )
    except InstallFailed as error:
        return error.output.strip()
    except processes.TimedOut as error:
        return f"not done after {error.seconds:.0f} s"
    return None


def _own(sandbox: Sandbox, command: tuple[str, ...], *, cwd: Path, timeout: float) -> Started:
    program = sandbox.environment.script(command[0]) or command[0]
    return probing.start(sandbox, " ".join(command), [program, *command[1:]], cwd=cwd, timeout=timeout)


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


def pip_environment(path: Path, interpreter: Interpreter, sources: PackageSources) -> Environment:
    """Make the environment that holds pip for the tests that install with it: the newest for that interpreter.

    Raises:
        ToolError: pip cannot be installed.
    """
    environment = disposable.create(path, interpreter)
    try:
        environment.install(["pip"], timeout=300, options=sources.options())
    except (InstallFailed, processes.TimedOut) as error:
        raise ToolError(
            "pip could not be installed, so nothing can be installed with it.",
            cause="The index does not answer, or the wheelhouse has no pip.",
            remedy="Add pip to the wheelhouse, or leave pip out: --installer uv.",
            log=tuple(error.output.splitlines()[-15:]),
        ) from error
    return environment
