"""Smoke tests: one artifact installed in a clean environment, exercised and uninstalled again, many of them side by side.

The smoke stage runs them on the artifacts themselves, the verify stage on what the index serves.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from slipway import processes
from slipway.environments import disposable
from slipway.environments.disposable import Environment, Interpreter
from slipway.runner import Runner
from slipway.smoke import sandbox
from slipway.smoke.smoke_test import Candidate, InstallOptions, Outcome, PackageSources, SmokeTest

__all__ = ["Candidate", "Outcome", "PackageSources", "SmokeTest", "exercise", "run", "show"]

AT_ONCE = min(max(os.cpu_count() or 1, 2), 8)
"""Smoke tests side by side; each is mostly one process that imports."""


def exercise(
    candidates: Sequence[Candidate],
    interpreter: Interpreter | Sequence[Interpreter],
    *,
    timeout: float,
    sources: PackageSources | None = None,
) -> tuple[Outcome, ...]:
    """Run a plain test for every candidate and interpreter, side by side, and return what happened in that order.

    Args:
        candidates: what is to be installed.
        interpreter: the Python to do it with, or several.
        timeout: seconds for one test.
        sources: where to install from.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    several = (interpreter,) if isinstance(interpreter, Interpreter) else tuple(interpreter)
    planned = [
        SmokeTest(
            candidate=one, interpreter=python, options=InstallOptions(thorough=one.artifact.endswith(".whl"))
        )
        for one in candidates
        for python in several
    ]
    return run(planned, timeout=timeout, sources=sources)


def run(
    planned: Sequence[SmokeTest], *, timeout: float, sources: PackageSources | None = None
) -> tuple[Outcome, ...]:
    """Run tests side by side and return what happened in the order given.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    given = sources or PackageSources()
    with disposable.scratch() as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        pips = _pips(planned, scratch, given)
        futures = [
            pool.submit(
                sandbox.run,
                test,
                sandbox.Place(
                    folder=scratch / str(number),
                    sources=given,
                    pip=pips.get(test.interpreter),
                    timeout=timeout,
                ),
            )
            for number, test in enumerate(planned)
        ]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise


def _pips(
    planned: Iterable[SmokeTest], scratch: Path, sources: PackageSources
) -> dict[Interpreter, Environment]:
    """Return an environment with pip for each interpreter that has tests with it, for pip knows few old ones."""
    wanted = dict.fromkeys(test.interpreter for test in planned if test.options.installer == "pip")
    return {
        interpreter: sandbox.pip_environment(scratch / f"pip-{number}", interpreter, sources)
        for number, interpreter in enumerate(wanted)
    }


def show(outcomes: Sequence[Outcome], runner: Runner) -> None:
    """Show what installers and imports printed."""
    for outcome in outcomes:
        with runner.untrusted(outcome.candidate.artifact) as sink:
            for line in outcome.log:
                sink(line)
