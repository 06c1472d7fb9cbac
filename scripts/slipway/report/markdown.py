"""The report as Markdown: report.md, and the job summary on a runner."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.manifest import Artifact, Failure, Finding, Manifest, Severity
from slipway.report import verdict

MARK = {"good": "✅", "blocked": "❌", "failed": "💥"}
SIGN = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💡"}


def render(story: Manifest) -> str:
    """Return the report on a run."""
    return "\n".join([*_head(story), *_failure(story.failure), *_findings(story), *_rest(story)]) + "\n"


def text(value: str) -> str:
    """Return somebody else's text so that Markdown and HTML show it as it is, on one line."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign in "\\`*_[]|#":
        escaped = escaped.replace(sign, f"\\{sign}")
    return " ".join(escaped.split())


def code(value: str) -> str:
    """Return a value as inline code that cannot end early."""
    fence = "`" * (_longest_run(value, "`") + 1)
    pad = " " if "`" in value else ""
    return f"{fence}{pad}{' '.join(value.split())}{pad}{fence}".replace("|", "\\|")


def block(lines: str) -> list[str]:
    """Return somebody else's lines as a code block that cannot end early."""
    fence = "`" * max(3, _longest_run(lines, "`") + 1)
    return [f"{fence}text", *lines.splitlines(), fence]


def _longest_run(value: str, sign: str) -> int:
    longest = current = 0
    for character in value:
        current = current + 1 if character == sign else 0
        longest = max(longest, current)
    return longest


def _head(story: Manifest) -> Iterator[str]:
    judged = verdict.of(story)
    yield f"## {MARK[judged.mood]} {text(judged.headline)}"
    yield ""
    if summary := verdict.tally(story):
        yield f"{summary}."
        yield ""
    if story.plan is not None:
        yield f"**Publishing:** {text(story.plan.destination.reason)}"
        yield ""


def _failure(failure: Failure | None) -> Iterator[str]:
    if failure is None:
        return
    yield f"**Likely cause:** {text(failure.cause)}  "
    yield f"**What to do:** {text(failure.remedy)}"
    if failure.read:
        yield f"  \n**Read:** {failure.read}"
    yield ""
    if failure.log:
        yield from ["<details open><summary>The last lines</summary>", ""]
        yield from block("\n".join(failure.log))
        yield from ["", "</details>", ""]


def _findings(story: Manifest) -> Iterator[str]:
    for severity in Severity:
        found = [f for f in story.findings if f.severity == severity and f.ignored is None]
        if found:
            yield f"### {SIGN[severity]} {verdict.counted(len(found), severity.value)}"
            yield ""
            for finding in found:
                yield from _finding(finding)
    if ignored := [finding for finding in story.findings if finding.ignored is not None]:
        yield "### Ignored by the project"
        yield ""
        yield from (f"- {code(f.rule)}: {text(f.message)} Reason: {text(f.ignored or '')}" for f in ignored)
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    where = ", ".join(part for part in (finding.where.artifact, place(finding)) if part)
    yield f"**{code(finding.rule)}** {text(finding.message)}" + (f" ({code(where)})" if where else "")
    yield ""
    if finding.seen:
        yield from block(finding.seen)
        yield ""
    if finding.expected:
        yield f"- expected: {code(finding.expected)}"
    yield f"- why: {finding.why}"
    yield from _indented("- fix: ", finding.fix)
    yield ""


def _indented(lead: str, lines: str) -> Iterator[str]:
    first, *others = lines.splitlines()
    yield lead + first
    yield from (f"  {line}" for line in others)


def place(finding: Finding) -> str | None:
    """Return `file:line` of a finding, or None."""
    where = finding.where
    return f"{where.file}:{where.line}" if where.file and where.line else where.file


def _rest(story: Manifest) -> Iterator[str]:
    if story.artifacts:
        yield from ["### Artifacts", "", "| file | size | files | SHA-256 |", "|---|--:|--:|---|"]
        for artifact in story.artifacts:
            size = verdict.size(artifact.size)
            yield f"| {code(artifact.filename)} | {size} | {artifact.members} | {code(artifact.sha256)} |"
        yield ""
        for artifact in story.artifacts:
            yield from _contents(artifact)
    if story.legs:
        yield from [
            "### Smoke tests",
            "",
            "| artifact | from | Python | | seconds |",
            "|---|---|---|---|--:|",
        ]
        for leg in story.legs:
            sign = "✅" if leg.passed else "❌"
            yield f"| {code(leg.artifact)} | {leg.origin} | {leg.python} | {sign} | {leg.seconds:.1f} |"
        yield ""
    if story.served:
        yield from ["### On the index", "", "| file | |", "|---|---|"]
        yield from (f"| {code(record.filename)} | {record.verdict} |" for record in story.served)
        yield ""
    yield from ["### Stages", "", "| stage | outcome | seconds |", "|---|---|--:|"]
    for stage in story.stages:
        reason = f": {text(stage.reason)}" if stage.reason else ""
        yield f"| {stage.name} | {stage.outcome}{reason} | {stage.seconds:.1f} |"
    yield ""


def _contents(artifact: Artifact) -> Iterator[str]:
    if not artifact.contents:
        return
    yield f"<details><summary>Contents of {text(artifact.filename)}</summary>"
    yield ""
    more = artifact.members - len(artifact.contents)
    yield from block("\n".join([*artifact.contents, *([f"… and {more} more"] if more > 0 else [])]))
    yield from ["", "</details>", ""]
