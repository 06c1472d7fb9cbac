"""The report as Markdown: report.md, and the job summary on a runner.

The verdict comes first, then what is to be done, then what there is; what is long is folded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from slipway.artifacts.handover import PLANNER
from slipway.manifest import Failure, Manifest
from slipway.records import Artifact, Finding, Leg, Recovery, Severity
from slipway.report import timeline, verdict
from slipway.report.grouping import Group, grouped
from slipway.report.text import block, code, sentence, text

MARK = {"good": "✅", "blocked": "❌", "failed": "💥"}
SIGN = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💡"}
PLACES_SHOWN = 4
URL = ":/?#@!$&'*+,;=%~"
"""What stays as it is in the address of a link; everything else that could end it is escaped."""
ROWS_SHOWN = 6
LINE = 100
"""Characters of a value that still stands in a line of text."""
SERVED = {
    "same": "✅ as built",
    "late": "⏳ not shown yet",
    "missing": "❌ missing",
    "wrong": "❌ other bytes",
}


def render(story: Manifest) -> str:
    """Return the report on a run."""
    parts = (
        _head(story),
        _failure(story.failure),
        _findings(story),
        _artifacts(story),
        _smoke(story.legs),
        _untried(story),
        _index(story),
        _time(story),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def summary(story: Manifest) -> str:
    """Return what a job shows in the summary of its run.

    A job of a matrix that found nothing shows nothing: the gate tells all of it, once.
    """
    planned = {PLANNER, *(leg.name for leg in story.plan.legs)} if story.plan else set()
    if story.command in {"publish", "verify"}:
        from_index = [leg for leg in story.legs if leg.origin == "index"]
        parts = (_head(story), _failure(story.failure), _findings(story), _index(story), _smoke(from_index))
        return "\n".join(line for part in parts for line in part) + "\n"
    if story.leg not in planned:
        return render(story)
    if int(story.exit_code) == 0:
        return ""
    blocking = [f"- {sentence(group.finding.message)}" for group in grouped(story.blocking)]
    told = ["", "The report of the gate tells what to do.", ""]
    return "\n".join([*_head(story, leg=story.leg), *_failure(story.failure), *blocking, *told]) + "\n"


def _head(story: Manifest, leg: str = "") -> Iterator[str]:
    judged = verdict.of(story)
    yield f"## {MARK[judged.mood]} {f'{text(leg)}: ' if leg else ''}{sentence(judged.headline)}"
    yield ""
    tally = verdict.tally(story)
    goal = sentence(story.plan.destination.reason) if story.plan is not None else ""
    if tally or goal:
        yield " · ".join(part for part in (f"**{tally}**" if tally else "", goal) if part)
        yield ""


def _failure(failure: Failure | None) -> Iterator[str]:
    if failure is None:
        return
    yield f"- **Likely cause:** {sentence(failure.cause)}"
    # Where the release stands is told below, from the record of it.
    remedy = failure.remedy if failure.recovery is None else failure.remedy.partition("\n")[0]
    yield from _indented("- **What to do:** ", remedy)
    if failure.read:
        yield f"- **Read:** {failure.read}"
    yield ""
    if failure.recovery is not None:
        yield from _recovery(failure.recovery)
    if failure.log:
        yield from _folded("The last lines of the log", block("\n".join(failure.log)), is_open=True)


def _recovery(recovery: Recovery) -> Iterator[str]:
    rows = (
        ("public, as built", recovery.public),
        ("not there yet", recovery.waiting),
        ("there with other bytes", recovery.burnt),
    )
    if any(names for _, names in rows):
        yield from ["| on the index | files |", "|---|---|"]
        yield from (f"| {word} | {', '.join(map(code, names))} |" for word, names in rows if names)
        yield ""
    if recovery.days_left is not None:
        yield f"- The index takes further files of this release for **{recovery.days_left} more days**."
    if recovery.command:
        yield f"- **Go on with:** {code(recovery.command)}"
    if recovery.yank_page:
        yield f"- If it must be withdrawn, yank it: {recovery.yank_page}"
        if recovery.yank_reason:
            yield f"  with the reason {code(recovery.yank_reason)}"
    yield ""


def _findings(story: Manifest) -> Iterator[str]:
    groups = grouped(story.findings)
    for severity in Severity:
        found = [g for g in groups if g.finding.severity == severity and g.finding.ignored is None]
        if not found:
            continue
        title = f"{SIGN[severity]} {verdict.counted(len(found), severity.value)}"
        lines = [line for group in found for line in _finding(group)]
        if severity is Severity.ERROR:
            yield from [f"### {title}", "", *lines]
        else:
            yield from _folded(f"<b>{title}</b>", lines, is_open=severity is Severity.WARNING)
    if ignored := [group.finding for group in groups if group.finding.ignored is not None]:
        lines = [
            f"- {code(f.rule)}: {sentence(f.message)} Reason: {sentence(f.ignored or '')}" for f in ignored
        ]
        yield from _folded(f"{len(ignored)} ignored by the project", lines)


def _finding(group: Group) -> Iterator[str]:
    finding = group.finding
    yield f"**{sentence(finding.message)}**"
    yield ""
    if finding.seen and ("\n" in finding.seen or len(finding.seen) > LINE):
        yield from block(finding.seen)
        yield ""
    elif finding.seen:
        yield f"- **Seen:** {code(finding.seen)}"
    if finding.expected:
        yield from _value("- **Expected:** ", finding.expected)
    yield from _indented("- **Fix:** ", finding.fix)
    yield from _indented("- **Why:** ", finding.why)
    shown = ", ".join(code(place) for place in group.places[:PLACES_SHOWN])
    more = f" and {len(group.places) - PLACES_SHOWN} more" if len(group.places) > PLACES_SHOWN else ""
    yield f"- **Rule:** {code(finding.rule)}{f', in {shown}{more}' if shown else ''}"
    yield ""


def _value(lead: str, value: str) -> Iterator[str]:
    if "\n" in value:
        yield from [lead, "", *(f"  {line}" for line in block(value))]
    else:
        yield lead + code(value)


def _indented(lead: str, lines: str) -> Iterator[str]:
    """Yield a list item; of several lines, those after the first become a block of code below it."""
    first, *others = lines.splitlines() or [""]
    yield lead + sentence(first)
    if others:
        yield ""
        yield from (f"  {line}" for line in block("\n".join(others)))


def place(finding: Finding) -> str | None:
    """Return `file:line` of a finding, or None."""
    where = finding.where
    return f"{where.file}:{where.line}" if where.file and where.line else where.file


def _artifacts(story: Manifest) -> Iterator[str]:
    if not story.artifacts:
        return
    yield from ["### 📦 Artifacts", "", "| file | size | files in it | SHA-256 |", "|---|--:|--:|---|"]
    for artifact in story.artifacts:
        size, members = verdict.size(artifact.size), artifact.members or ""
        yield f"| {code(artifact.filename)} | {size} | {members} | {code(artifact.sha256)} |"
    yield ""
    for artifact in story.artifacts:
        yield from _contents(artifact)


def _contents(artifact: Artifact) -> Iterator[str]:
    if artifact.contents:
        more = artifact.members - len(artifact.contents)
        listed = [*artifact.contents, *([f"… and {more} more"] if more > 0 else [])]
        yield from _folded(
            f"Contents of <code>{html.escape(artifact.filename)}</code>", block("\n".join(listed))
        )


def _smoke(legs: Iterable[Leg]) -> Iterator[str]:
    """Yield one mark for each platform and Python, what failed, and every leg folded."""
    legs = list(legs)
    if not legs:
        return
    failed = [leg for leg in legs if not leg.passed]
    told = f"{len(failed)} of {len(legs)} failed" if failed else f"all {len(legs)} passed"
    yield from [f"### {'❌' if failed else '🔥'} Smoke tests: {told}", ""]
    if len({_cell(leg) for leg in legs}) > 1:
        yield from _grid(legs)
    header = ["| | where | Python | how | artifact | seconds |", "|---|---|---|---|---|--:|"]
    if failed and len(legs) > ROWS_SHOWN:
        yield from [*header, *map(_leg, failed), ""]
    rows = [*header, *map(_leg, sorted(legs, key=lambda leg: leg.passed))]
    if len(legs) > ROWS_SHOWN:
        yield from _folded(f"All {len(legs)} of them", rows)
    else:
        yield from [*rows, ""]


def _untried(story: Manifest) -> Iterator[str]:
    if sentences := verdict.untried(story):
        yield from [*(f"- {text(sentence)}" for sentence in sentences), ""]


def _cell(leg: Leg) -> tuple[str, str]:
    where, _, version = leg.leg.removeprefix("smoke-").rpartition("-")
    return (
        (where, version)
        if where
        else ("from the file" if leg.origin == "file" else "from the index", leg.python)
    )


def _grid(legs: Iterable[Leg]) -> Iterator[str]:
    cells: dict[tuple[str, str], list[bool]] = {}
    for leg in legs:
        cells.setdefault(_cell(leg), []).append(leg.passed)
    columns = sorted({version for _, version in cells}, key=_numbers)
    yield f"| | {' | '.join(map(text, columns))} |"
    yield f"|---|{':-:|' * len(columns)}"
    for where in dict.fromkeys(where for where, _ in cells):
        marks = [cells.get((where, version)) for version in columns]
        listed = ("" if mark is None else "✅" if all(mark) else "❌" for mark in marks)
        yield f"| {text(where)} | {' | '.join(listed)} |"
    yield ""


def _numbers(version: str) -> tuple[list[int], str]:
    return [int(part) for part in re.findall(r"\d+", version)], version


def _leg(leg: Leg) -> str:
    how = [leg.installer]
    how += [f"extra {leg.extra}"] if leg.extra else []
    how += ["lowest dependencies"] if leg.resolution != "highest" else []
    sign = "✅" if leg.passed else "❌"
    return (
        f"| {sign} | {text(_cell(leg)[0])} | {text(leg.python)} | {text(', '.join(how))} | {code(leg.artifact)} "
        f"| {leg.seconds:.1f} |"
    )


def _index(story: Manifest) -> Iterator[str]:
    if story.served:
        yield from ["### 🌍 On the index", "", "| file | served | SHA-256 |", "|---|---|---|"]
        for record in story.served:
            name = (
                f"[{text(record.filename)}](<{quote(record.url, safe=URL)}>)"
                if record.url
                else code(record.filename)
            )
            yield f"| {name} | {SERVED[record.verdict]} | {code(record.sha256 or '')} |"
        yield ""
    elif story.receipts:
        yield from ["### 📬 Receipts", "", "| file | index | |", "|---|---|---|"]
        for receipt in story.receipts:
            word = "taken" if receipt.outcome == "uploaded" else "was there already, with the same bytes"
            yield f"| {code(receipt.filename)} | {text(receipt.index)} | ✅ {word} |"
        yield ""


def _time(story: Manifest) -> Iterator[str]:
    chart = list(timeline.chart(story))
    if chart:
        yield from ["### ⏱️ Where the time went", "", *chart, ""]
    lines = ["| stage | outcome | seconds |", "|---|---|--:|"]
    for stage in story.stages:
        name = " · ".join(part for part in (stage.leg, stage.name) if part)
        reason = f": {sentence(stage.reason)}" if stage.reason else ""
        lines.append(f"| {text(name)} | {stage.outcome}{reason} | {stage.seconds:.1f} |")
    yield from _folded("Stages", lines)


def _folded(title: str, lines: Iterable[str], *, is_open: bool = False) -> Iterator[str]:
    yield f"<details{' open' if is_open else ''}><summary>{title}</summary>"
    yield ""
    yield from lines
    yield from ["", "</details>", ""]
