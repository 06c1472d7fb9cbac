"""The verdict in one sentence, and the words every report shares."""

from dataclasses import dataclass
from typing import Literal

from slipway.manifest import Manifest
from slipway.records import Severity, SmokeResult
from slipway.report.grouping import grouped

Mood = Literal["good", "blocked", "failed"]


@dataclass(frozen=True)
class Verdict:
    """What a person reads first, with one sentence as the headline."""

    mood: Mood
    headline: str


def of(manifest: Manifest) -> Verdict:
    """Return the verdict on a run."""
    subject = " ".join(part for part in (manifest.name, manifest.version) if part) or "The project"
    if manifest.failure is not None:
        return Verdict("failed", manifest.failure.happened)
    if manifest.broken_rules:
        names = ", ".join(sorted({rule.rule for rule in manifest.broken_rules}))
        return Verdict("failed", f"Slipway itself has a bug, in the rule {names}.")
    if count := len(grouped(manifest.blocking)):
        return Verdict("blocked", f"{subject} is not ready: {counted(count, 'finding')} must be fixed first.")
    return Verdict("good", f"{subject} {_achieved(manifest)}.")


def _achieved(manifest: Manifest) -> str:
    if manifest.command == "init":
        return "has a workflow that fits and lets nobody else in"
    if manifest.command == "rehearse":
        return "passed its rehearsal: an index took it, serves exactly these files, and they install and work"
    done = {stage.name for stage in manifest.stages if stage.outcome == "done"}
    if "verify" in done:
        return "is released: the index serves exactly these files, and they install and work"
    if "publish" in done:
        return "is published"
    if manifest.command == "publish":
        return "could be published: nothing that can be checked beforehand stands in the way"
    if "smoke" in done:
        return "is ready: it builds, the index will take it, it installs and works"
    if "inspect" in done:
        return "is fit for the index"
    if "build" in done:
        return "is built"
    return "has a plan" if done == {"plan"} else "is in order, as far as can be known before building"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 finding`, `2 findings`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tally(manifest: Manifest) -> str:
    """Return how many findings there are of each severity, as text."""
    found = [group.finding for group in grouped(manifest.findings)]
    parts = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(f.severity == severity and f.ignored is None for f in found))
    ]
    if ignored := sum(finding.ignored is not None for finding in found):
        parts.append(f"{ignored} ignored")
    return ", ".join(parts)


def how(result: SmokeResult) -> list[str]:
    """Return with what a smoke test installed the artifact: the installer, then what differs from the default."""
    words = [result.installer, *([f"extra {result.extra}"] if result.extra else [])]
    return [*words, *(["lowest dependencies"] if result.resolution != "highest" else [])]


def untried(manifest: Manifest) -> list[str]:
    """Return what was not tried and why, a sentence for each reason."""
    results: dict[str, list[str]] = {}
    for one in manifest.untried:
        results.setdefault(one.reason, []).append(one.smoke_test)
    return [f"not tried: {', '.join(names)} ({reason})" for reason, names in results.items()]


def size(number: int) -> str:
    """Return a size in bytes as text: `812 B`, `14.2 kB`, `3.1 MB`."""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":  # noqa: PLR2004 - SI units
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
