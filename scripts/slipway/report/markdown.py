"""The report as Markdown: report.md, and the job summary on a runner.

The verdict comes first, then what is to be done, then what there is; what is long is folded.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from slipway import documentation, findings
from slipway.manifest import Failure, Manifest
from slipway.publication import Page
from slipway.records import Finding, Severity, SmokeResult
from slipway.report import checklist, comparison, origins, recovery, timeline, verdict
from slipway.report.text import block, code, sentence, text

MARK = {"good": "✅", "blocked": "❌", "failed": "💥"}
SIGN = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💡"}
PLACES_SHOWN = 4
DIGITS = 12
"""Digits of a digest that are shown; the whole digests are folded."""
URL = ":/?#@!$&'*+,;=%~"
"""Characters kept in the address of a link; everything else that could end it is escaped."""
ROWS_SHOWN = 6
LINE = 100
"""Characters of a value that is shown inside a line of text; a longer one gets a block of its own."""
CHECKED = {"done": "✅ done", "warned": "⚠️ warned", "failed": "❌ failed", "not done": "⚪ not done"}
"""A word beside each sign: a sign alone says nothing to who does not see it."""
SERVED = {
    "same": "✅ as built",
    "late": "⏳ not shown yet",
    "missing": "❌ missing",
    "wrong": "❌ other bytes",
}


def render(manifest: Manifest) -> str:
    """Return the report on a run."""
    parts = (
        _lead(manifest),
        _comparison(manifest),
        _artifacts(manifest),
        # A manifest of another run is not rendered as HTML.
        _page(None if manifest.command in {"compare", "publish", "verify", "announce"} else manifest.page),
        _smoke(manifest.smoke_results),
        [*(f"- {text(reason)}" for reason in verdict.untried(manifest)), ""],
        _index(manifest),
        _release(manifest),
        _time(manifest),
        _checklist(manifest),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def summary(manifest: Manifest) -> str:
    """Return what a job shows in the summary of its run.

    A job of a matrix that found nothing shows nothing: the gate shows the results of all jobs, once.
    """
    if manifest.command == "announce":
        return "\n".join([*_lead(manifest), *_release(manifest)]) + "\n"
    if manifest.command in {"publish", "verify"}:
        from_index = [result for result in manifest.smoke_results if result.origin == "index"]
        parts = (_lead(manifest), _index(manifest), _smoke(from_index), _checklist(manifest))
        return "\n".join(line for part in parts for line in part) + "\n"
    if manifest.command == "compare":
        return "\n".join([*_lead(manifest), *_comparison(manifest)]) + "\n"
    if not manifest.is_part:
        return render(manifest)
    if int(manifest.exit_code) == 0:
        return ""
    blocking = [f"- {sentence(finding.message)}" for finding in findings.ordered(manifest.blocking)]
    hint = ["", "The report of the gate says what to do.", ""]
    return (
        "\n".join([*_head(manifest, job=manifest.job), *_failure(manifest.failure), *blocking, *hint]) + "\n"
    )


def _lead(manifest: Manifest) -> Iterator[str]:
    """Yield the verdict and its causes; what the run was for comes before them only where nothing is wrong."""
    is_good = verdict.of(manifest).mood == "good"
    failure = list(_failure(manifest.failure, is_open=not manifest.explaining))
    yield from _head(manifest)
    yield from _purpose(manifest) if is_good else ()
    # A finding that explains the failure comes first, and the log is folded.
    yield from () if manifest.explaining else failure
    yield from _findings(manifest)
    yield from failure if manifest.explaining else ()
    yield from () if is_good else _purpose(manifest)


def _release(manifest: Manifest) -> Iterator[str]:
    release = manifest.announced
    if release is not None:
        yield from [f"[{text(release.tag)} on GitHub]({quote(release.url, safe=URL)})", ""]


def _head(manifest: Manifest, job: str = "") -> Iterator[str]:
    judged = verdict.of(manifest)
    yield f"## {MARK[judged.mood]} {f'{text(job)}: ' if job else ''}{sentence(judged.headline)}"
    yield ""
    if judged.more:
        yield sentence(" ".join(judged.more))
        yield ""


def _purpose(manifest: Manifest) -> Iterator[str]:
    tally = verdict.tally(manifest)
    goal = sentence(manifest.plan.destination.reason) if manifest.plan is not None else ""
    if tally or goal:
        yield " · ".join(part for part in (f"**{tally}**" if tally else "", goal) if part)
        yield ""


def _failure(failure: Failure | None, *, is_open: bool = True) -> Iterator[str]:
    if failure is None:
        return
    if not is_open:
        yield from [f"**{sentence(failure.happened)}**", ""]
    yield f"- **Likely cause:** {sentence(failure.cause)}"
    yield from _indented("- **What to do:** ", failure.remedy)
    if failure.read:
        yield f"- **Read:** {failure.read}"
    if failure.recovery is not None:
        yield from (f"- {sentence(line)}" for line in recovery.sentences(failure.recovery))
    yield ""
    if failure.log:
        yield from _folded("The last lines of the log", block("\n".join(failure.log)), is_open=is_open)


def _findings(manifest: Manifest) -> Iterator[str]:
    groups = findings.grouped(manifest.findings)
    for severity in Severity:
        found = [group for group in groups if group[0].severity == severity and group[0].ignored is None]
        if not found:
            continue
        title = f"{SIGN[severity]} {verdict.counted(sum(map(len, found)), severity.value)}"
        lines = [line for group in found for line in _group(group)]
        if severity is Severity.ERROR:
            yield from [f"### {title}", "", *lines]
        else:
            yield from _folded(f"<b>{title}</b>", lines, is_open=severity is Severity.WARNING)
    if ignored := [one for group in groups for one in group if one.ignored is not None]:
        lines = [f"- {_rule(f)}: {sentence(f.message)} Reason: {sentence(f.ignored or '')}" for f in ignored]
        yield from _folded(f"{len(ignored)} ignored by the project", lines)


def _group(group: Sequence[Finding]) -> Iterator[str]:
    """Yield the findings of one rule: each with what was seen and where, then once what to do and why."""
    for finding in group:
        yield f"**{sentence(finding.message)}**"
        yield ""
        yield from _seen(finding)
        if len(group) > 1:
            where = _places(finding)
            yield from [*([f"- **Where:** {where}"] if where else []), ""]
    where = _places(group[0]) if len(group) == 1 else ""
    yield from _indented("- **Fix:** ", group[0].fix)
    yield from _indented("- **Why:** ", group[0].why)
    yield f"- **Rule:** {_rule(group[0])}{f', in {where}' if where else ''}"
    yield ""


def _rule(finding: Finding) -> str:
    """Return the name of a finding's rule, with a link to its page where its address is known."""
    address = documentation.address(finding)
    return f"[{code(finding.rule)}]({address})" if address else code(finding.rule)


def _places(finding: Finding) -> str:
    where = findings.places(finding)
    more = f" and {len(where) - PLACES_SHOWN} more" if len(where) > PLACES_SHOWN else ""
    return ", ".join(code(place) for place in where[:PLACES_SHOWN]) + more


def _seen(finding: Finding) -> Iterator[str]:
    if finding.seen and ("\n" in finding.seen or len(finding.seen) > LINE):
        yield from block(finding.seen)
        yield ""
    elif finding.seen:
        yield f"- **Seen:** {code(finding.seen)}"
    if finding.expected and "\n" in finding.expected:
        yield from ["- **Expected:** ", "", *(f"  {line}" for line in block(finding.expected))]
    elif finding.expected:
        yield f"- **Expected:** {code(finding.expected)}"


def _indented(lead: str, lines: str) -> Iterator[str]:
    """Yield a list item; of several lines, those after the first become a block of code below it."""
    first, *others = lines.splitlines() or [""]
    yield lead + sentence(first)
    if others:
        yield ""
        yield from (f"  {line}" for line in block("\n".join(others)))


def _artifacts(manifest: Manifest) -> Iterator[str]:
    if not manifest.artifacts:
        return
    from html import escape  # with all of HTML's entities; a report without artifacts has no use for them

    yield from ["### 📦 Artifacts", ""]
    for artifact in manifest.artifacts:
        members = f", {verdict.counted(artifact.members, 'file')}" if artifact.members else ""
        size = verdict.size(artifact.size)
        yield f"- {code(artifact.filename)}: {size}{members}, SHA-256 {code(_short(artifact.sha256))}"
    yield ""
    digests = [f"{artifact.sha256}  {artifact.filename}" for artifact in manifest.artifacts]
    yield from _folded("SHA-256 in full", block("\n".join(digests)))
    for artifact in manifest.artifacts:
        if artifact.contents:
            more = artifact.members - len(artifact.contents)
            listed = "\n".join([*artifact.contents, *([f"… and {more} more"] if more > 0 else [])])
            yield from _folded(f"Contents of <code>{escape(artifact.filename)}</code>", block(listed))


def _comparison(manifest: Manifest) -> Iterator[str]:
    if manifest.comparison is not None:
        yield from [f"🔍 {sentence(comparison.line(manifest.comparison))}", ""]
        if differences := comparison.listed(manifest.comparison):
            yield from _folded("What differs", block("\n".join(differences)))
    if agreed := [*comparison.agreement(manifest)]:
        yield from [*(f"🔁 {text(one)}" for one in agreed), ""]


def _short(digest: str) -> str:
    return f"{digest[:DIGITS]}…" if digest else ""


def _page(page: Page | None) -> Iterator[str]:
    """Yield what the index will show; folded, and the description in one line so that no Markdown is seen in it."""
    if page is None:
        return
    listed = (
        f"- {text(label)}: {', '.join(text(value) for value in values)}" for label, values in page.fields
    )
    yield from _folded("Metadata, as the index will show it", listed)
    if page.description is not None:
        shown = page.description.strip().replace("\r", "").replace("\n", "&#10;")
        yield from _folded("Description, as the index will show it", [f"<div>{shown}</div>"])


def _smoke(results: Iterable[SmokeResult]) -> Iterator[str]:
    """Yield one mark for each platform and Python, what failed, and every result folded."""
    results = list(results)
    if not results:
        return
    failed = [result for result in results if not result.passed]
    outcome = f"{len(failed)} of {len(results)} failed" if failed else f"all {len(results)} passed"
    yield from [f"### {'❌' if failed else '🔥'} Smoke tests: {outcome}", ""]
    if len({_cell(result) for result in results}) > 1:
        yield from _grid(results)
    if failed and len(results) > ROWS_SHOWN:
        yield from [*map(_result, failed), ""]
    rows = [*map(_result, sorted(results, key=lambda result: result.passed))]
    if len(results) > ROWS_SHOWN:
        yield from _folded(f"All {len(results)} of them", rows)
    else:
        yield from [*rows, ""]
    worked = list(dict.fromkeys(line for result in results for line in verdict.worked(result)))
    yield from [*(f"- {text(line)}" for line in worked), *([""] if worked else [])]


def _cell(result: SmokeResult) -> tuple[str, str]:
    where, _, version = result.job.removeprefix("smoke-").rpartition("-")
    return (
        (where, version)
        if where
        else ("from the file" if result.origin == "file" else "from the index", result.python)
    )


def _grid(results: Iterable[SmokeResult]) -> Iterator[str]:
    cells: dict[tuple[str, str], list[bool]] = {}
    for result in results:
        cells.setdefault(_cell(result), []).append(result.passed)
    columns = sorted({version for _, version in cells}, key=_numbers)
    yield f"| | {' | '.join(map(text, columns))} |"
    yield f"|---|{':-:|' * len(columns)}"
    for where in dict.fromkeys(where for where, _ in cells):
        marks = [cells.get((where, version)) for version in columns]
        listed = ("" if mark is None else "✅ ok" if all(mark) else "❌ failed" for mark in marks)
        yield f"| {text(where)} | {' | '.join(listed)} |"
    yield ""


def _numbers(version: str) -> tuple[list[int], str]:
    return [int(part) for part in re.findall(r"\d+", version)], version


def _result(result: SmokeResult) -> str:
    how = text(", ".join(verdict.how(result)))
    sign = ("✅" if result.imported else "⚪ nothing imported:") if result.passed else "❌ failed:"
    where = f"{text(_cell(result)[0])}, Python {text(result.python)}, {how}"
    return f"- {sign} {code(result.artifact)} ({where}): {result.seconds:.1f} s"


def _index(manifest: Manifest) -> Iterator[str]:
    if manifest.served:
        yield from ["### 🌍 On the index", ""]
        for record in manifest.served:
            name = (
                f"[{text(record.filename)}](<{quote(record.url, safe=URL)}>)"
                if record.url
                else code(record.filename)
            )
            digest = f", SHA-256 {code(_short(record.sha256))}" if record.sha256 else ""
            yield f"- {SERVED[record.verdict]}: {name}{digest}"
        yield from ["", *origins.as_markdown(manifest)]
    elif manifest.receipts:
        yield from ["### 📬 Receipts", ""]
        for receipt in manifest.receipts:
            word = "taken" if receipt.outcome == "uploaded" else "was there already, with the same bytes"
            yield f"- ✅ {code(receipt.filename)}: {word} ({text(receipt.index)})"
        yield ""


def _time(manifest: Manifest) -> Iterator[str]:
    chart = list(timeline.chart(manifest))
    if chart:
        yield from ["### ⏱️ Where the time went", "", *chart, ""]
    lines = []
    for stage in manifest.stages:
        name = " · ".join(part for part in (stage.job, stage.name) if part)
        reason = f": {sentence(stage.reason)}" if stage.reason else ""
        # A stage that was not measured, or that took next to no time, is listed without one.
        seconds = f", {stage.seconds:.1f} s" if stage.seconds >= timeline.WORTH_DRAWING else ""
        lines.append(f"- {text(name)}{seconds}, {stage.outcome}{reason}")
    yield from _folded("Stages", lines)


def _checklist(manifest: Manifest) -> Iterator[str]:
    rows = list(checklist.rows(manifest))
    if rows:
        yield from ["### 📋 Checklist", "", "| | | |", "|---|---|---|"]
        for name, row in rows:
            detail = textwrap.shorten(row.detail, checklist.DETAIL, placeholder=" …")
            yield f"| {CHECKED[row.state]} | {name} | {text(detail)} |"
        yield ""


def _folded(title: str, lines: Iterable[str], *, is_open: bool = False) -> Iterator[str]:
    yield f"<details{' open' if is_open else ''}><summary>{title}</summary>"
    yield ""
    yield from lines
    yield from ["", "</details>", ""]
