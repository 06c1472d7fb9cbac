"""The verdict on smoke tests: every rule on every outcome, and what several have in common reported once."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from slipway.manifest import Addition
from slipway.records import Finding, Ran, Severity, SmokeResult
from slipway.rules.rule import combined, judge
from slipway.rules.smoke import RULES as SMOKE_RULES
from slipway.rules.smoke.facts import SmokeFacts
from slipway.smoke.smoke_test import Outcome

SAID = 200
"""Characters kept of the last line that a command printed."""


def judge_results(outcomes: Sequence[Outcome], *, ignored: Mapping[str, str]) -> Addition:
    """Return the results of smoke tests and everything the rules found in them.

    What several smoke tests have in common is reported once, with all the Pythons it holds for.

    Args:
        outcomes: what happened, one for each smoke test.
        ignored: rule names the project turned off, with its reasons.
    """
    outcomes = _with_errors_of_uv(outcomes)
    judged = [
        judge(
            SMOKE_RULES,
            o.facts,
            artifact=o.facts.artifact,
            ignored=ignored,
            backend=o.facts.plan.backend if o.facts.plan else None,
            declared_in=o.facts.plan.declared_in if o.facts.plan else None,
        )
        for o in outcomes
    ]
    results = tuple(_result(outcome, one) for outcome, one in zip(outcomes, judged, strict=True))
    found = [(o.facts.python, f) for o, one in zip(outcomes, judged, strict=True) for f in one.findings]
    return msgspec.structs.replace(combined(judged), findings=_merged(found), smoke_results=results)


def _with_errors_of_uv(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes with uv's error in place of pip's where neither could install: uv says why."""
    errors = {}
    for outcome in outcomes:
        options = outcome.test.options
        if options.installer == "uv" and options.extra is None and options.resolution == "highest":
            errors[outcome.facts.artifact, outcome.test.interpreter] = outcome.facts.install_error
    replaced = list(outcomes)
    for number, outcome in enumerate(outcomes):
        error = errors.get((outcome.facts.artifact, outcome.test.interpreter))
        if outcome.test.options.installer == "pip" and outcome.facts.install_error and error:
            replaced[number] = replace(outcome, facts=replace(outcome.facts, install_error=error))
    return replaced


def _merged(found: Sequence[tuple[str, Finding]]) -> tuple[Finding, ...]:
    """Return the findings with those that differ only in the version of Python merged into one."""
    alike: dict[tuple[str, str | None, str], list[tuple[str, Finding]]] = {}
    for python, finding in found:
        blank = finding.message.replace(f"Python {python}", "Python *")
        alike.setdefault((finding.rule, finding.where.artifact, blank), []).append((python, finding))
    merged = []
    for (_, _, blank), same in alike.items():
        pythons = ", ".join(dict.fromkeys(python for python, _ in same))
        message = blank.replace("Python *", f"Python {pythons}")
        merged.append(msgspec.structs.replace(same[0][1], message=message))
    return tuple(merged)


def _result(outcome: Outcome, judged: Addition) -> SmokeResult:
    facts = outcome.facts
    return SmokeResult(
        artifact=facts.artifact,
        python=facts.python,
        installer=outcome.test.options.installer,
        origin=outcome.test.candidate.origin,
        passed=all(f.severity != Severity.ERROR or f.ignored is not None for f in judged.findings),
        seconds=round(outcome.seconds, 3),
        imported=tuple(attempt.name for attempt in facts.imports if attempt.error is None),
        ran=tuple(_ran(facts)),
        resolution=facts.resolution,
        extra=facts.extra,
    )


def _ran(facts: SmokeFacts) -> Iterator[Ran]:
    for script in facts.scripts:
        if script.present and script.returncode == 0:
            yield Ran(kind="script", name=script.name)
    for point in facts.entry_points:
        if point.error is None and not point.is_script:
            yield Ran(kind="plugin", name=point.name)
    for command in facts.commands:
        if command.role != "script" and command.returncode == 0:
            said = next((line for line in reversed(command.output.splitlines()) if line.strip()), "")
            yield Ran(kind=command.role, name=command.name, said=said.strip()[:SAID])
