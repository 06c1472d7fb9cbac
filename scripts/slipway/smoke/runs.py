"""Legs: one artifact installed in a clean environment, exercised and uninstalled again, many of them side by side.

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
from slipway.smoke.smoke_test import Candidate, Manner, Outcome, Planned, Supplies

__all__ = ["Candidate", "Outcome", "Planned", "Supplies", "exercise", "run", "show"]

AT_ONCE = min(max(os.cpu_count() or 1, 2), 8)
"""Legs side by side; each is mostly one process that imports."""


def exercise(
    candidates: Sequence[Candidate],
    interpreter: Interpreter | Sequence[Interpreter],
    *,
    timeout: float,
    supplies: Supplies | None = None,
) -> tuple[Outcome, ...]:
    """Run a plain leg for every candidate and interpreter, side by side, and return what happened in that order.

    Args:
        candidates: what is to be installed.
        interpreter: the Python to do it with, or several.
        timeout: seconds for one leg.
        supplies: where to install from.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    several = (interpreter,) if isinstance(interpreter, Interpreter) else tuple(interpreter)
    planned = [
        Planned(candidate=one, interpreter=python, manner=Manner(thorough=one.artifact.endswith(".whl")))
        for one in candidates
        for python in several
    ]
    return run(planned, timeout=timeout, supplies=supplies)


def run(
    planned: Sequence[Planned], *, timeout: float, supplies: Supplies | None = None
) -> tuple[Outcome, ...]:
    """Run legs side by side and return what happened in the order given.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    given = supplies or Supplies()
    with disposable.scratch() as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        pips = _pips(planned, scratch, given)
        futures = [
            pool.submit(
                sandbox.run,
                leg,
                sandbox.Place(
                    folder=scratch / str(number),
                    supplies=given,
                    pip=pips.get(leg.interpreter),
                    timeout=timeout,
                ),
            )
            for number, leg in enumerate(planned)
        ]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise


def _pips(planned: Iterable[Planned], scratch: Path, supplies: Supplies) -> dict[Interpreter, Environment]:
    """Return an environment with pip for each interpreter that has legs with it, for pip knows few old ones."""
    wanted = dict.fromkeys(leg.interpreter for leg in planned if leg.manner.installer == "pip")
    return {
        interpreter: sandbox.pip_environment(scratch / f"pip-{number}", interpreter, supplies)
        for number, interpreter in enumerate(wanted)
    }


def show(outcomes: Sequence[Outcome], runner: Runner) -> None:
    """Show what installers and imports printed."""
    for outcome in outcomes:
        with runner.untrusted(outcome.candidate.artifact) as sink:
            for line in outcome.log:
                sink(line)
