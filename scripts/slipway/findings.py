"""One cause, one finding: what says the same of several files, jobs or Pythons is one finding with all its places."""

import re
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from slipway.records import Finding, Severity, SkippedRule

Judged = TypeVar("Judged", Finding, SkippedRule)

_PYTHON = r"(?:[a-z]{1,20} )?\d{1,3}(?:\.\d{1,5}){0,2}(?:[a-z]\w{0,8})?"
_PYTHONS = re.compile(rf"\bPython ({_PYTHON}(?:, {_PYTHON}){{0,50}})")


def of_stage(stage: str, judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """Return findings or rules as those of a stage, where they are not another one's."""
    return tuple(msgspec.structs.replace(one, stage=one.stage or stage) for one in judged)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with those of one cause made one: the gravest, with the places and the Pythons of all."""
    causes: dict[tuple[str | None, ...], list[Finding]] = {}
    for finding in findings:
        causes.setdefault(_cause(finding), []).append(finding)
    return tuple(same[0] if len(same) == 1 else _one(same) for same in causes.values())


def _cause(finding: Finding) -> tuple[str | None, ...]:
    # What a project ignores stays the finding of the rule that it names.
    if finding.cause and finding.ignored is None:
        return (finding.cause,)
    message = _PYTHONS.sub("Python", finding.message)
    # What a smoke test saw names the folder of that one test.
    seen = None if finding.stage in {"smoke", "verify"} else finding.seen
    return finding.rule, message, seen, finding.expected, finding.ignored


def _one(same: list[Finding]) -> Finding:
    # Of two that weigh the same, what an index answered or a smoke test saw says more than the file alone.
    main = min(same, key=lambda finding: (finding.severity.rank, finding.stage not in {"index", "smoke"}))
    everywhere = dict.fromkeys(place for finding in same for place in places(finding))
    everywhere.pop(_place(main), None)
    pythons = dict.fromkeys(
        python for one in same for found in _PYTHONS.findall(one.message) for python in found.split(", ")
    )
    message = _PYTHONS.sub(lambda _: f"Python {', '.join(pythons)}", main.message)
    return msgspec.structs.replace(main, message=message, also=tuple(everywhere))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, the gravest first; those that a project ignores come last."""
    order = list(Severity)
    return sorted(findings, key=lambda finding: (finding.ignored is not None, order.index(finding.severity)))


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings in their order, those together that one rule found and that one fix helps against."""
    groups: dict[tuple[str | None, ...], list[Finding]] = {}
    for one in ordered(findings):
        groups.setdefault((one.rule, one.severity, one.why, one.fix, one.ignored), []).append(one)
    return [*groups.values()]


def places(finding: Finding) -> tuple[str, ...]:
    """Return every place of a finding, as text."""
    return tuple(filter(None, (_place(finding), *finding.also)))


def _place(finding: Finding) -> str:
    where = finding.where
    line = f"{where.file}:{where.line}" if where.file and where.line else where.file
    return " ".join(
        part for part in (where.artifact, line, f"({finding.job})" if finding.job else None) if part
    )
