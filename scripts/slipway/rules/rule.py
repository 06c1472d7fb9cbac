"""The rule as a unit, and how a list of rules is run over a record of facts."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from slipway.manifest import Addition
from slipway.records import Finding, Severity, SkippedRule, Where

Family = Literal[
    "project",
    "metadata",
    "sdist",
    "wheel",
    "set",
    "attestation",
    "smoke",
    "index",
    "publisher",
    "run",
    "matrix",
    "workflow",
]

EVIDENCE_LISTED = 50
"""Findings of one rule on one record; nobody reads more, and a hostile file can hold ten thousand."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One place where a rule holds true.

    Attributes:
        message: what is wrong here, one sentence that names the value.
        file: path inside the project or the artifact.
        line: line in `file`, from 1.
        artifact: filename of the sdist or wheel, where the facts span more than one.
        seen: the value seen.
        expected: the value expected.
        fix: what to do here, where that is more exact than the rule's own fix.
    """

    message: str
    file: str | None = None
    line: int | None = None
    artifact: str | None = None
    seen: str | None = None
    expected: str | None = None
    fix: str | None = None


class Skipped(Exception):  # noqa: N818 - not an error: an outcome
    """Raised by a rule that cannot be judged here; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the catalogue.

    Attributes:
        name: kebab-case, names the bad state.
        title: the bad state as a short sentence without a full stop.
        family: which record of facts `check` takes.
        severity: error where the index refuses it or it breaks for the one who installs it.
        why: one to three sentences on what happens to whom.
        fix: what to do, imperative.
        example: the smallest input that triggers it, as a line or a short snippet.
        mirrors: ids of the index's rules it stands for.
        fixes: the fix per build backend, where it differs.
        read: a page of a specification or guide.
        check: yields evidence; does not print, exit, read the environment or open files.
    """

    name: str
    title: str
    family: Family
    severity: Severity
    why: str
    fix: str
    example: str
    check: Callable[[Any], Iterable[Evidence]]
    mirrors: tuple[str, ...] = ()
    fixes: Mapping[str, str] = field(default_factory=dict)
    read: str | None = None

    def finding(
        self,
        evidence: Evidence,
        *,
        artifact: str | None,
        ignored: Mapping[str, str],
        backend: str | None = None,
    ) -> Finding:
        """Return the finding for a piece of evidence.

        Args:
            evidence: what the rule yielded.
            artifact: filename of the artifact the facts describe, if they describe one.
            ignored: rule names the project turned off, with its reasons.
            backend: the project's build backend, to choose the fix.
        """
        return Finding(
            rule=self.name,
            severity=self.severity,
            message=evidence.message,
            why=self.why,
            fix=evidence.fix or self.fixes.get(backend or "", self.fix),
            where=Where(artifact=evidence.artifact or artifact, file=evidence.file, line=evidence.line),
            seen=evidence.seen,
            expected=evidence.expected,
            mirrors=self.mirrors,
            ignored=ignored.get(self.name),
        )


def judge(
    rules: Iterable[Rule],
    facts: object,
    *,
    ignored: Mapping[str, str],
    artifact: str | None = None,
    backend: str | None = None,
) -> Addition:
    """Run every rule over one record of facts and return findings, skipped and broken rules.

    A rule that crashes is our own bug: it is named in `broken_rules`, and the others still run.
    """
    findings: list[Finding] = []
    skipped: list[SkippedRule] = []
    broken: list[SkippedRule] = []
    for rule in rules:
        try:
            found = _evidence(rule, facts)
        except Skipped as reason:
            skipped.append(SkippedRule(rule=rule.name, reason=str(reason)))
        except Exception:  # noqa: BLE001 - whatever a rule raises is a bug of that rule alone
            broken.append(SkippedRule(rule=rule.name, reason=traceback.format_exc(limit=-3)))
        else:
            findings += [rule.finding(e, artifact=artifact, ignored=ignored, backend=backend) for e in found]
    return Addition(findings=tuple(findings), skipped_rules=tuple(skipped), broken_rules=tuple(broken))


def _evidence(rule: Rule, facts: object) -> list[Evidence]:
    found = list(islice(rule.check(facts), EVIDENCE_LISTED + 1))
    if len(found) > EVIDENCE_LISTED:
        found[-1] = Evidence(message=f"There are more of these; the first {EVIDENCE_LISTED} are listed.")
    return found


def combined(judged: Iterable[Addition]) -> Addition:
    """Return what several judgements found, as one."""
    parts = tuple(judged)
    return Addition(
        findings=tuple(finding for part in parts for finding in part.findings),
        skipped_rules=tuple(skipped for part in parts for skipped in part.skipped_rules),
        broken_rules=tuple(broken for part in parts for broken in part.broken_rules),
    )
