"""The verdict on smoke tests: every rule on every test, and what tests have in common told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from slipway.manifest import Addition
from slipway.records import Finding, Severity, SmokeResult
from slipway.rules.rule import combined, judge
from slipway.rules.smoke import RULES as SMOKE_RULES
from slipway.smoke.smoke_test import Outcome


def judge_results(outcomes: Sequence[Outcome], *, ignored: Mapping[str, str]) -> Addition:
    """Return the tests that ran, each with its verdict, and everything the rules found in them.

    What several tests have in common is told once, with all the Pythons it holds for.

    Args:
        outcomes: what happened, test by test.
        ignored: rule names the project turned off, with its reasons.
    """
    outcomes = _as_uv_says(outcomes)
    judged = [judge(SMOKE_RULES, o.facts, artifact=o.candidate.artifact, ignored=ignored) for o in outcomes]
    records = tuple(_record(outcome, one) for outcome, one in zip(outcomes, judged, strict=True))
    found = [(o.facts.python, f) for o, one in zip(outcomes, judged, strict=True) for f in one.findings]
    return msgspec.structs.replace(combined(judged), findings=_merged(found), smoke_results=records)


def _as_uv_says(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes with uv's words where pip could not install either, for uv says why."""
    words = {
        (o.candidate.artifact, o.interpreter): o.facts.install_error
        for o in outcomes
        if o.options == replace(o.options, installer="uv", extra=None, resolution="highest")
    }
    told = []
    for outcome in outcomes:
        said = words.get((outcome.candidate.artifact, outcome.interpreter))
        if outcome.options.installer == "pip" and outcome.facts.install_error and said:
            told.append(replace(outcome, facts=replace(outcome.facts, install_error=said)))
        else:
            told.append(outcome)
    return told


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


def _record(outcome: Outcome, judged: Addition) -> SmokeResult:
    facts = outcome.facts
    return SmokeResult(
        artifact=outcome.candidate.artifact,
        python=outcome.interpreter.label,
        installer=outcome.options.installer,
        origin=outcome.candidate.origin,
        passed=all(f.severity != Severity.ERROR or f.ignored is not None for f in judged.findings),
        seconds=round(outcome.seconds, 3),
        imported=tuple(attempt.name for attempt in facts.imports if attempt.error is None),
        entry_points=sum(attempt.error is None for attempt in facts.entry_points),
        resolution=outcome.options.resolution,
        extra=outcome.options.extra,
    )
