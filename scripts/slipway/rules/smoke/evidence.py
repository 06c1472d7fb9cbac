"""What the rules on smoke tests share: which failures count, and how one is shown."""

from collections.abc import Iterable, Iterator

from slipway.rules.rule import Evidence
from slipway.rules.smoke.causes import DISPLAY, SYSTEM, diagnose
from slipway.rules.smoke.diagnosis import Diagnosis, Kind
from slipway.rules.smoke.facts import Attempt, SmokeFacts
from slipway.rules.wording import SHOWN


def is_package_fault(facts: SmokeFacts) -> bool:
    """True on a supported Python with default dependencies: a failure there breaks the package for its users."""
    return facts.claimed and not facts.is_lowest


def failures(
    attempts: Iterable[Attempt], facts: SmokeFacts, kind: Kind
) -> Iterator[tuple[Attempt, Diagnosis]]:
    """Yield the attempts that failed for one kind of reason, each with its diagnosis."""
    for attempt in attempts:
        if attempt.error and (diagnosis := diagnose(attempt, facts)).kind == kind:
            yield attempt, diagnosis


def import_failures(facts: SmokeFacts, kind: Kind) -> Iterator[Evidence]:
    """Yield the evidence of every top-level import that failed for one kind of reason."""
    with_extra = f" and the extra `{facts.extra}`" if facts.extra else ""
    for attempt, diagnosis in failures(facts.imports, facts, kind):
        yield Evidence(
            f"`import {attempt.name}` fails with Python {facts.python}{with_extra}{diagnosis.after_colon}.",
            seen=summary_of(attempt),
            fix=diagnosis.fix,
        )


def summary_of(attempt: Attempt) -> str:
    """Return what was raised, with the end of the traceback."""
    # Marks under a line mean nothing once the line is wrapped.
    lines = [line for line in attempt.traceback.splitlines() if line.strip(" ~^")][-SHOWN:]
    return "\n".join([attempt.error or "", *lines])


MACHINE_ENDED = {-4, -9, 0xC000001D, 0xC0000017}
"""Exit codes of SIGILL and SIGKILL, and of their likes on Windows: an instruction that the processor lacks, no memory."""


def why_died(facts: SmokeFacts) -> Kind | None:
    """Return why the probe broke off: the package, or what this machine lacks; None where it did not."""
    if facts.died is None or facts.is_lowest:
        return None
    if DISPLAY.search(facts.printed):
        return "display"
    if facts.died_code in MACHINE_ENDED or SYSTEM.search(facts.printed):
        return "system"
    return "broken"
