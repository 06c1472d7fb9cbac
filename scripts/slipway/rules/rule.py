"""A rule, the family it belongs to, and how a family is judged on one record of facts."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Generic, NotRequired, TypedDict, TypeVar, Unpack

from msgspec import Struct, field

from slipway.manifest import Addition
from slipway.records import Finding, Severity, SkippedRule, Where

Facts_contra = TypeVar("Facts_contra", contravariant=True)

Check = Callable[[Facts_contra], Iterable["Evidence"]]
"""Yields evidence; does not print, exit, read the environment or open files."""
Declare = Callable[[Check[Facts_contra]], Check[Facts_contra]]
"""Makes a rule of a check."""

EVIDENCE_LISTED = 50
"""Findings of one rule on one record; nobody reads more, and a hostile file can hold ten thousand."""


class Evidence(Struct, frozen=True):
    """One place where a rule holds true.

    Attributes:
        message: what is wrong here, one sentence that names the value.
        file: path inside the project or the artifact.
        line: line in `file`, from 1.
        artifact: filename of the sdist or wheel, where the facts span more than one.
        seen: the value seen.
        expected: the value expected.
        fix: what to do here, where that is more exact than the rule's own fix.
        subject: what it has in common with a finding of another rule of the same cause, where that is not `seen`.
    """

    message: str
    file: str | None = None
    line: int | None = None
    artifact: str | None = None
    seen: str | None = None
    expected: str | None = None
    fix: str | None = None
    subject: str | None = None


class Skipped(Exception):  # noqa: N818 - not an error: an outcome
    """Raised by a rule that cannot be judged here, or not to its end; the text says why. What it yielded before counts."""


class Rule(Struct, Generic[Facts_contra], frozen=True, kw_only=True):
    """One rule of the catalogue.

    Attributes:
        name: kebab-case, names the bad state.
        title: the bad state as a short sentence without a full stop.
        severity: error where the index refuses it or it breaks on installation.
        why: one to three sentences on what happens to whom.
        fix: what to do, imperative.
        example: the smallest input that triggers it, as a line or a short snippet.
        mirrors: ids of the index's rules it stands for.
        fixes: the fix per build backend, or per place where the metadata is declared, where it differs.
        read: a page of a specification or guide.
        cause: shared by rules that find one cause in several places; such findings become one.
        family: name of the family.
        ignorable: whether a project can turn it off.
        check: yields evidence where the rule holds true.
    """

    family: str
    ignorable: bool
    check: Check[Facts_contra]
    name: str
    title: str
    severity: Severity
    why: str
    fix: str
    example: str
    mirrors: tuple[str, ...] = ()
    fixes: Mapping[str, str] = field(default_factory=dict)
    read: str | None = None
    cause: str | None = None

    def finding(
        self,
        evidence: Evidence,
        *,
        artifact: str | None,
        ignored: Mapping[str, str],
        backend: str | None = None,
        declared_in: str | None = None,
    ) -> Finding:
        """Return the finding for a piece of evidence.

        Args:
            evidence: what the rule yielded.
            artifact: filename of the artifact the facts describe, if they describe one.
            ignored: rule names the project turned off, with its reasons.
            backend: the project's build backend, to choose the fix.
            declared_in: where its metadata is declared, which counts before the backend.
        """
        fix = self.fixes.get(declared_in or "") or self.fixes.get(backend or "") or self.fix
        # The same value, or a file of the same name, in the source, the sdist and the wheel.
        subject = evidence.subject or evidence.seen or (evidence.file or "").rpartition("/")[2]
        return Finding(
            rule=self.name,
            family=self.family,
            severity=self.severity,
            message=evidence.message,
            why=self.why,
            fix=evidence.fix or fix,
            where=Where(artifact=evidence.artifact or artifact, file=evidence.file, line=evidence.line),
            seen=evidence.seen,
            expected=evidence.expected,
            mirrors=self.mirrors,
            ignored=ignored.get(self.name) if self.ignorable else None,
            cause=f"{self.cause}: {subject}" if self.cause and subject else "",
        )


class Texts(TypedDict):
    """What is declared of a rule beside its name and its severity; see `Rule`."""

    title: str
    why: str
    fix: str
    example: str
    mirrors: NotRequired[tuple[str, ...]]
    fixes: NotRequired[Mapping[str, str]]
    read: NotRequired[str | None]
    cause: NotRequired[str | None]


class Family(Generic[Facts_contra]):
    """The rules that are judged on one kind of facts.

    Args:
        name: one word.
        title: what is judged, as a heading.
        ignorable: whether a project can turn its rules off; what one job believes of another is not up to a project.
    """

    def __init__(self, name: str, title: str, *, ignorable: bool = True) -> None:
        self.name = name
        self.title = title
        self.ignorable = ignorable
        self._rules: dict[str, Rule[Facts_contra]] = {}

    def __iter__(self) -> Iterator[Rule[Facts_contra]]:
        return iter(self._rules.values())

    def by_name(self) -> tuple[Rule[Facts_contra], ...]:
        """Return the rules, sorted by name."""
        return tuple(sorted(self._rules.values(), key=lambda rule: rule.name))

    def rule(self, name: str, severity: Severity, **texts: Unpack[Texts]) -> Declare[Facts_contra]:
        """Make a rule of the function below; see `Rule` for the arguments."""

        def add(check: Check[Facts_contra]) -> Check[Facts_contra]:
            self._rules[name] = Rule(
                name=name,
                severity=severity,
                family=self.name,
                ignorable=self.ignorable,
                check=check,
                **texts,
            )
            return check

        return add

    def error(self, name: str, **texts: Unpack[Texts]) -> Declare[Facts_contra]:
        """Make a rule of the function below: the index refuses what it finds, or it breaks on installation."""
        return self.rule(name, Severity.ERROR, **texts)

    def warning(self, name: str, **texts: Unpack[Texts]) -> Declare[Facts_contra]:
        """Make a rule of the function below: what it finds will hurt someone."""
        return self.rule(name, Severity.WARNING, **texts)

    def note(self, name: str, **texts: Unpack[Texts]) -> Declare[Facts_contra]:
        """Make a rule of the function below: what it finds is worth knowing."""
        return self.rule(name, Severity.NOTE, **texts)


def judge(
    rules: Iterable[Rule[Facts_contra]],
    facts: Facts_contra,
    *,
    ignored: Mapping[str, str],
    artifact: str | None = None,
    backend: str | None = None,
    declared_in: str | None = None,
) -> Addition:
    """Run rules over one record of facts and return findings, skipped and broken rules.

    A rule that crashes is our own bug: it is named in `broken_rules`, and the others still run.

    Args:
        rules: a family, or some rules of one.
        facts: the record they are judged on.
        ignored: rule names the project turned off, with its reasons.
        artifact: filename of the artifact the facts describe, if they describe one.
        backend: the project's build backend, to choose the fix.
        declared_in: where its metadata is declared, to choose the fix.
    """
    findings: list[Finding] = []
    skipped: list[SkippedRule] = []
    broken: list[SkippedRule] = []
    for rule in rules:
        found: list[Evidence] = []
        try:
            found.extend(islice(rule.check(facts), EVIDENCE_LISTED + 1))
        except Skipped as reason:
            skipped.append(SkippedRule(rule=rule.name, reason=str(reason)))
        except Exception:  # noqa: BLE001 - whatever a rule raises is a bug of that rule alone
            broken.append(SkippedRule(rule=rule.name, reason=traceback.format_exc(limit=-3)))
            continue
        if len(found) > EVIDENCE_LISTED:
            found[-1] = Evidence(f"There are more of these; the first {EVIDENCE_LISTED} are listed.")
        findings += [
            rule.finding(e, artifact=artifact, ignored=ignored, backend=backend, declared_in=declared_in)
            for e in found
        ]
    return Addition(findings=tuple(findings), skipped_rules=tuple(skipped), broken_rules=tuple(broken))


def combined(judged: Iterable[Addition]) -> Addition:
    """Return what several judgements found, as one."""
    parts = tuple(judged)
    return Addition(
        findings=tuple(finding for part in parts for finding in part.findings),
        skipped_rules=tuple(skipped for part in parts for skipped in part.skipped_rules),
        broken_rules=tuple(broken for part in parts for broken in part.broken_rules),
    )
