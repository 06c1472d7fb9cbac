"""Findings that say the same of several artifacts, shown once."""

from collections.abc import Iterable
from dataclasses import dataclass

from slipway.records import Finding, Severity


@dataclass(frozen=True)
class Group:
    """One thing that was found, and every place it was found in."""

    finding: Finding
    places: tuple[str, ...]


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Return findings with their places, the gravest first; those a project ignores come last."""
    order = list(Severity)
    places: dict[tuple[str | None, ...], list[str]] = {}
    first: dict[tuple[str | None, ...], Finding] = {}
    for finding in findings:
        # A sdist and the wheel built from it repeat each other's metadata, line numbers included.
        # What a smoke test saw names the folder of that one test.
        seen = None if finding.stage in {"smoke", "verify"} else finding.seen
        key = (finding.rule, finding.message, seen, finding.expected, finding.ignored)
        first.setdefault(key, finding)
        here = places.setdefault(key, [])
        if (place := _place(finding)) and place not in here:
            here.append(place)
    groups = [Group(finding, tuple(places[key])) for key, finding in first.items()]
    return sorted(groups, key=lambda g: (g.finding.ignored is not None, order.index(g.finding.severity)))


def _place(finding: Finding) -> str:
    where = finding.where
    line = f"{where.file}:{where.line}" if where.file and where.line else where.file
    return " ".join(
        part for part in (where.artifact, line, f"({finding.job})" if finding.job else None) if part
    )
