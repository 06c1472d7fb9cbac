"""Running smoke tests: each in a clean environment of its own, many side by side.

The smoke stage runs them on the artifacts themselves, the verify stage on what the index serves.
"""

import functools
import os
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from slipway import processes, waiting
from slipway.artifacts import sdist
from slipway.environments import disposable
from slipway.environments.disposable import Environment, InstallFailed
from slipway.environments.interpreters import Interpreter
from slipway.errors import ToolError
from slipway.index import network_errors
from slipway.project import repository, tracking
from slipway.records import Plan
from slipway.rules.smoke.facts import SmokeFacts, Started
from slipway.runner import Runner
from slipway.smoke.package_sources import PackageSources
from slipway.smoke.project_commands import ProjectCommands
from slipway.smoke.sandbox import Sandbox
from slipway.smoke.smoke_test import Candidate, Outcome, SmokeTest

UNREACHABLE = re.compile(network_errors.PATTERN)
"""What installers print when the index cannot be reached; then the artifact is not to blame."""

BY_URL = re.compile(
    r"(?<![\w.-])([\w.-]{1,100})\s?@\s{0,40}(?:git\+)?https?://(?:[^\s/@`'\"]{1,100}@)?([\w.-]{1,255})"
)
"""A requirement by URL (PEP 508), with its name and its host, in what an installer prints."""

UNKNOWN_EXTRA = re.compile(r"does not (?:have an|provide the) extra\b")
"""What uv and pip say about an extra that a distribution does not have; they go on without it."""

AT_ONCE = min(max(os.cpu_count() or 1, 2), 8)
"""Smoke tests side by side; each is mostly one process that imports."""

UV_LOCK = ".lock"
"""uv's own mark in an environment that it changes."""


def exercise(
    candidates: Sequence[Candidate], interpreter: Interpreter, *, timeout: float
) -> tuple[Outcome, ...]:
    """Run a plain smoke test for every candidate and return what happened, in that order.

    Args:
        candidates: what is to be installed.
        interpreter: the Python to do it with.
        timeout: seconds for one smoke test.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    tests = [
        SmokeTest(candidate=one, interpreter=interpreter, thorough=one.artifact.endswith(".whl"))
        for one in candidates
    ]
    return run_all(tests, timeout=timeout)


def run_all(
    tests: Sequence[SmokeTest],
    *,
    timeout: float,
    sources: PackageSources | None = None,
    commands: ProjectCommands | None = None,
) -> tuple[Outcome, ...]:
    """Run smoke tests side by side and return what happened, in the order given.

    Args:
        tests: the smoke tests.
        timeout: seconds for one smoke test, installation included.
        sources: where to install from; by default the index configured on this machine.
        commands: what the project runs in each.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    sources, commands = sources or PackageSources(), commands or ProjectCommands()
    with disposable.scratch() as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        with_pip = dict.fromkeys(test.interpreter for test in tests if test.options.installer == "pip")
        pips = {
            interpreter: pip_environment(scratch / f"pip-{number}", interpreter, sources)
            for number, interpreter in enumerate(with_pip)
        }
        runs = [
            _Run(test, sources, commands, pips.get(test.interpreter), scratch / str(number))
            for number, test in enumerate(tests)
        ]
        futures = [pool.submit(one.outcome, timeout=timeout) for one in runs]
        try:
            waiting.begins()
            return tuple(map(processes.result, futures))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise


def with_source(
    outcomes: Sequence[Outcome], file: Path, *, plan: Plan | None, checkout: Path | None
) -> tuple[Outcome, ...]:
    """Return the outcomes, those in which something failed with what the source has, which may explain it.

    Args:
        outcomes: what happened.
        file: the sdist.
        plan: of the project, where it is known.
        checkout: the project's folder, where it is in a repository.
    """
    failed = [attempt for one in outcomes for attempt in one.facts.attempts if attempt.error]
    if checkout and any(one.facts.install_error for one in outcomes):
        beside = repository.names_beside(checkout)
        outcomes = [replace(one, facts=replace(one.facts, beside=beside)) for one in outcomes]
    if not failed:
        return tuple(outcomes)
    facts = sdist.read(file)
    modules = {attempt.not_found for attempt in failed if attempt.not_found}
    known = tracking.read(checkout, facts, modules=modules) if checkout else None
    inside = frozenset(path.partition("/")[2] for path in facts.paths)
    return tuple(
        replace(one, facts=replace(one.facts, in_sdist=inside, tracked=known, plan=plan))
        if one.facts.failed
        else one
        for one in outcomes
    )


def show(outcomes: Sequence[Outcome], runner: Runner) -> None:
    """Show what installers and imports printed."""
    for outcome in outcomes:
        with runner.untrusted(outcome.test.candidate.artifact) as sink:
            for line in outcome.log:
                sink(line)


def pip_environment(path: Path, interpreter: Interpreter, sources: PackageSources) -> Environment:
    """Make an environment with the newest pip for an interpreter; it installs into the environments under test.

    Raises:
        ToolError: pip cannot be installed.
    """
    environment = disposable.create(path, interpreter)
    try:
        environment.install(["pip"], timeout=300, options=sources.arguments())
    except (InstallFailed, processes.TimedOut) as error:
        raise ToolError(
            "pip could not be installed, so nothing can be installed with it.",
            cause="The index does not answer, or the wheelhouse has no pip.",
            remedy="Add pip to the wheelhouse, or leave pip out: --installer uv.",
            log=tuple(error.output.splitlines()[-15:]),
        ) from error
    return environment


class _Run(Struct, frozen=True):
    """One smoke test while it runs.

    Attributes:
        pip: an environment that holds pip, where the smoke test installs with it.
        folder: a private folder, outside of any checkout; made and removed by `outcome`.
        log: every line that was printed.
    """

    test: SmokeTest
    sources: PackageSources
    commands: ProjectCommands
    pip: Environment | None
    folder: Path
    log: list[str] = field(default_factory=list)

    def outcome(self, *, timeout: float) -> Outcome:
        """Run the smoke test and return what happened.

        Raises:
            ToolError: the index cannot be reached, or no environment can be made.
        """
        started = time.monotonic()
        self.folder.mkdir()
        facts = SmokeFacts(
            artifact=self.test.candidate.artifact,
            python=self.test.interpreter.label,
            distribution=self.test.candidate.name,
            resolution=self.test.options.resolution,
            extra=self.test.options.extra,
            claimed=self.test.claimed,
        )
        environment = disposable.create(self.folder / "environment", self.test.interpreter)
        error = self._install_candidate(environment, timeout=timeout)
        extras = tuple(dict.fromkeys(line.strip() for line in self.log if UNKNOWN_EXTRA.search(line)))
        facts = replace(facts, install_error=error, unknown_extras=extras)
        if error is None:
            left = max(timeout - (time.monotonic() - started), 1.0)
            facts = self._exercise(self._sandbox(environment, self.folder), facts, timeout=left)
        seconds = time.monotonic() - started
        disposable.remove(self.folder)
        return Outcome(test=self.test, facts=facts, seconds=seconds, log=tuple(self.log))

    def _sandbox(self, environment: Environment, folder: Path) -> Sandbox:
        return Sandbox(environment, self.test.candidate.name, folder, self.log.append)

    def _exercise(self, sandbox: Sandbox, facts: SmokeFacts, *, timeout: float) -> SmokeFacts:
        before = _files(sandbox.environment)
        facts, installed = sandbox.probe(facts, timeout=timeout)
        with ThreadPoolExecutor(1) as beside:
            conflicts = beside.submit(sandbox.environment.conflicts, timeout=60)
            if self.test.thorough and facts.died is None:
                facts = self._start_and_import(sandbox, facts)
            started = self._run_commands(sandbox, timeout=timeout)
        sandbox.environment.uninstall(sandbox.name, timeout=60)
        after = _files(sandbox.environment)
        left = (after - before) | {file for file in after if os.path.normpath(file) in installed}
        left_behind = tuple(sorted(os.path.relpath(path, sandbox.environment.path) for path in left))
        return replace(facts, commands=started, conflicts=conflicts.result(), left_behind=left_behind)

    def _start_and_import(self, sandbox: Sandbox, facts: SmokeFacts) -> SmokeFacts:
        """Start the scripts, and import the submodules beside them."""
        printed: list[str] = []
        works = any(attempt.error is None for attempt in facts.imports)
        with ThreadPoolExecutor(1) as beside:
            apart = replace(sandbox, sink=printed.append)
            submodules = beside.submit(apart.submodules) if works else None
            scripts = sandbox.scripts(facts.entry_points)
            holds_process = sandbox.holds_process()
        self.log.extend(printed)
        found = submodules.result() if submodules else ()
        return replace(facts, scripts=scripts, submodules=found, holds_process=holds_process)

    def _run_commands(self, sandbox: Sandbox, *, timeout: float) -> tuple[Started, ...]:
        """Run the project's commands: the smoke command here, the tests in an environment of their own."""
        started: list[Started] = []
        if words := self.commands.smoke_command:
            # A script in the checkout must not bring the checkout's modules with it.
            safe = replace(sandbox, variables={"PYTHONSAFEPATH": "1"})
            ended = safe.start_command(words, cwd=sandbox.home, timeout=timeout)
            started.append(replace(ended, role="smoke-command"))
        if (words := self.commands.test_command) and (folder := self.commands.test_folder):
            ended = self._run_tests(words, folder, timeout=timeout)
            started.append(replace(ended, name=" ".join(words), role="test-command"))
        return tuple(started)

    def _run_tests(self, words: Sequence[str], cwd: Path, *, timeout: float) -> Started:
        folder = self.folder / "tests"
        folder.mkdir()
        environment = disposable.create(folder / "environment", self.test.interpreter)
        error = self._install_candidate(environment, timeout=timeout)
        if error is None:
            install = functools.partial(environment.install, self.commands.test_requires)
            error = self._install(install, timeout=timeout)
        if error is not None:
            return Started(name="", returncode=1, output=f"what the tests need cannot be installed: {error}")
        return self._sandbox(environment, folder).start_command(words, cwd=cwd, timeout=timeout)

    def _install_candidate(self, environment: Environment, *, timeout: float) -> str | None:
        options = self.test.options
        requirements = [self.test.candidate.with_extra(options.extra), *options.direct]
        if options.installer == "pip" and self.pip is not None:
            install = functools.partial(environment.install_with_pip, self.pip, requirements)
            return self._install(install, timeout=timeout)
        install = functools.partial(environment.install, requirements)
        return self._install(install, f"--resolution={options.resolution}", timeout=timeout)

    def _install(self, install: Callable[..., None], *more: str, timeout: float) -> str | None:
        """Run an installation and return what the installer printed if it failed.

        Raises:
            ToolError: the index cannot be reached.
        """
        try:
            install(timeout=timeout, sink=self.log.append, options=[*self.sources.arguments(), *more])
        except InstallFailed as error:
            if UNREACHABLE.search(error.output):
                raise _unreachable(self.test.candidate.artifact, error.output) from error
            return error.output.strip()
        except processes.TimedOut as error:
            return f"not done after {error.seconds:.0f} s\n{error.output}".strip()
        return None


def _unreachable(artifact: str, output: str) -> ToolError:
    log = tuple(output.splitlines()[-15:])
    for name, host in BY_URL.findall(output):
        # The installer names it once more where it says what it could not fetch.
        if output.count(host) > 1:
            return ToolError(
                f"{artifact} could not be installed: {host} cannot be reached.",
                cause=f"It depends on {name} by a URL, and the host in it does not answer from here.",
                remedy=f"Depend on a released version of {name}; PyPI takes no dependency by URL. Else check the address.",
                log=log,
            )
    return ToolError(
        f"{artifact} could not be installed: the index cannot be reached.",
        cause="The network, the proxy or the index configured on this machine does not answer.",
        remedy="Check the connection and run again, or install from a folder with --wheelhouse; "
        "nothing has been changed.",
        log=log,
    )


def _files(environment: Environment) -> set[str]:
    return {
        os.path.join(folder, name)  # noqa: PTH118 - some environments hold a hundred thousand files
        for folder, _, names in os.walk(environment.path)
        for name in names
        if not folder.endswith("__pycache__") and name != UV_LOCK
    }
