"""The verdict in one sentence, and the words every report shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from slipway.errors import ExitCode
from slipway.manifest import Manifest
from slipway.records import Leg, Severity
from slipway.report.grouping import grouped

Mood = Literal["good", "blocked", "failed"]


@dataclass(frozen=True)
class Verdict:
    """What a person reads first.

    Attributes:
        headline: one sentence.
        next_step: what to do now, if there is something.
    """

    mood: Mood
    headline: str
    next_step: str | None = None


def of(story: Manifest) -> Verdict:
    """Return the verdict on a run."""
    subject = " ".join(part for part in (story.name, story.version) if part) or "The project"
    if story.failure is not None:
        return Verdict("failed", story.failure.happened, story.failure.remedy)
    if story.broken_rules:
        names = ", ".join(sorted({rule.rule for rule in story.broken_rules}))
        return Verdict("failed", f"Slipway itself has a bug, in the rule {names}.", "Please report it.")
    if count := len(grouped(story.blocking)):
        return Verdict(
            "blocked", f"{subject} is not ready: {counted(count, 'finding')} must be mended first."
        )
    return Verdict("good", f"{subject} {_achieved(story)}.")


def _achieved(story: Manifest) -> str:
    if story.command == "init":
        return "has a workflow that fits and lets nobody else in"
    if story.command == "rehearse":
        return "passed its rehearsal: an index took it, serves exactly these files, and they install and work"
    done = {stage.name for stage in story.stages if stage.outcome == "done"}
    if "verify" in done:
        return "is released: the index serves exactly these files, and they install and work"
    if "publish" in done:
        return "is published"
    if story.command == "publish":
        return "could go out: nothing that can be seen beforehand speaks against it"
    if "smoke" in done:
        return "is ready: it builds, the index will take it, it installs and works"
    if "inspect" in done:
        return "is fit for the index"
    if "build" in done:
        return "is built"
    return "has a plan" if done == {"plan"} else "is in order, as far as that can be told before building"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 finding`, `2 findings`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tally(story: Manifest) -> str:
    """Return how many findings there are of each severity, for people."""
    found = [group.finding for group in grouped(story.findings)]
    parts = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(f.severity == severity and f.ignored is None for f in found))
    ]
    if ignored := sum(finding.ignored is not None for finding in found):
        parts.append(f"{ignored} ignored")
    return ", ".join(parts)


def how(leg: Leg) -> list[str]:
    """Return in what manner a leg installed, where it was not the plain one."""
    told = ["pip"] if leg.installer == "pip" else []
    told += [f"extra {leg.extra}"] if leg.extra else []
    return [*told, *(["lowest dependencies"] if leg.resolution != "highest" else [])]


def untried(story: Manifest) -> list[str]:
    """Return what was not tried and why, a sentence for each reason."""
    legs: dict[str, list[str]] = {}
    for one in story.untried:
        legs.setdefault(one.reason, []).append(one.leg)
    return [f"not tried: {', '.join(names)} ({reason})" for reason, names in legs.items()]


def size(number: int) -> str:
    """Return a size in bytes for people: `812 B`, `14.2 kB`, `3.1 MB`."""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":  # noqa: PLR2004 - SI units
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def exit_name(story: Manifest) -> str:
    """Return the outcome as one word for machines: clean, findings, input, tool or bug."""
    return ExitCode(story.exit_code).name.lower()
