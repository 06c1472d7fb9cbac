"""What the rules on smoke tests share: which smoke tests count, and how a failure is shown."""

from __future__ import annotations

from slipway.rules.rule import Evidence
from slipway.rules.smoke.causes import DISPLAY, SYSTEM, Diagnosis, Kind
from slipway.rules.smoke.facts import Attempt, SmokeFacts

SHOWN = 8
"""Lines of a traceback or paths shown in one message."""


def told(attempt: Attempt) -> str:
    """Return what was raised, with the end of the traceback."""
    # Marks under a line mean nothing once the line is wrapped.
    lines = [line for line in attempt.traceback.splitlines() if line.strip(" ~^")][-SHOWN:]
    return "\n".join([attempt.error or "", *lines])


def is_floor(facts: SmokeFacts) -> bool:
    """Return whether the lowest allowed dependencies were installed."""
    return facts.resolution == "lowest-direct"


def bears(facts: SmokeFacts) -> bool:
    """Return whether what fails in this facts breaks the package for whoever installs it as it is meant."""
    return facts.claimed and not is_floor(facts)


def death(facts: SmokeFacts) -> Kind | None:
    """Return why the probe broke off: the package, or what this machine lacks; None where it did not."""
    if facts.died is None or is_floor(facts):
        return None
    if DISPLAY.search(facts.printed):
        return "display"
    # SIGKILL is the system's answer to too little memory, SIGILL to a processor that lacks an instruction.
    if facts.died_code in {-4, -9} or SYSTEM.search(facts.printed):
        return "system"
    return "broken"


def import_evidence(attempt: Attempt, facts: SmokeFacts, diagnosis: Diagnosis) -> Evidence:
    """Return the evidence of an import that failed."""
    cause = f": {diagnosis.cause}" if diagnosis.cause else ""
    with_extra = f" and the extra `{facts.extra}`" if facts.extra else ""
    return Evidence(
        message=f"`import {attempt.name}` fails with Python {facts.python}{with_extra}{cause}.",
        seen=told(attempt),
        fix=diagnosis.fix,
    )
