"""The report in a terminal: the verdict last, above it findings with why and fix, and the details."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from slipway import documentation, findings
from slipway.manifest import Failure, Manifest
from slipway.records import ExpectedFile, Finding, Plan, Severity, SkippedRule, SmokeResult, StageResult
from slipway.report import checklist, comparison, origins, recovery, screen, timeline, verdict
from slipway.report.screen import Line, wrapped
from slipway.runner.base import printable

STYLES = {
    "good": "bold green",
    "blocked": "bold red",
    "failed": "bold red",
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "bold cyan",
}

SIGNS = {"good": "✓", "blocked": "✗", "failed": "✗"}


KEY = 12
"""Columns of the words that the lines of a plan begin with."""


def show(manifest: Manifest) -> None:
    """Print the report to stdout: with colours in a terminal, plain elsewhere."""
    screen.show(lambda width: lines(manifest, width=width))


def show_plan(manifest: Manifest) -> None:
    """Print the plan to stdout."""
    plan = manifest.plan
    if plan is not None:
        screen.show(
            lambda width: (
                line for key, value in rows(plan) for line in wrapped(value, width, lead=f"{key:>{KEY}}  ")
            )
        )


def show_page(title: str, sentence: str, parts: Iterable[tuple[str, str, str]]) -> None:
    """Print what there is to say about a rule to stdout.

    Args:
        title: its name.
        sentence: what it finds.
        parts: of each, what it is about, a text, and lines to show as they stand.
    """
    shown = tuple(parts)
    screen.show(lambda width: page(title, sentence, shown, width=width))


def page(title: str, sentence: str, parts: Iterable[tuple[str, str, str]], *, width: int) -> Iterator[Line]:
    """Yield what there is to say about a rule, line by line; see `show_page`."""
    yield Line(title, "bold")
    yield from wrapped(sentence, width)
    for lead, text, snippet in parts:
        yield Line("")
        yield from wrapped(text, width, lead=f"{lead}: ", hanging=2) if text else (Line(f"{lead}:"),)
        if snippet:
            yield from (Line(f"    {line}".rstrip()) for line in ("", *snippet.splitlines()))


def rows(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what was decided, as pairs of a word and a sentence."""
    version = plan.version or "decided by the build"
    yield "project", f"{plan.name or 'named by the build'} {version}"
    if plan.staging is not None:
        yield "version", verdict.staging(plan.staging)
    yield "built by", f"{plan.backend} ({plan.kind}, {plan.layout} layout)"
    supported = ", ".join(plan.pythons) or "none that is still maintained"
    yield "Python", f"{plan.requires_python or 'any version'}; still maintained of these: {supported}"
    if plan.git is not None and plan.git.commit is not None:
        marks = [f"tag {plan.tag}" if plan.tag else "no release tag"]
        marks += ["uncommitted changes"] if plan.git.dirty else []
        marks += ["shallow clone"] if plan.git.shallow else []
        yield "commit", f"{plan.git.commit[:12]} ({', '.join(marks)})"
    yield from _expected(plan.expected)
    where = plan.destination.index if plan.destination.publish else "nowhere"
    yield "publish", f"{where}: {plan.destination.reason}"


def _expected(files: Iterable[ExpectedFile]) -> Iterator[tuple[str, str]]:
    """Yield what a release contains: one of a kind by its name, wheels of one platform in one line."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for file in files:
        platform = (
            file.pattern.rpartition("-")[2].removesuffix(".whl") if file.kind == "wheel" else file.pattern
        )
        groups.setdefault((platform, file.required), []).append(file.pattern)
    for (platform, is_required), patterns in groups.items():
        listed = patterns[0] if len(patterns) == 1 else f"{platform}: {' '.join(map(_python_of, patterns))}"
        yield "expected" if is_required else "other jobs", listed


def _python_of(pattern: str) -> str:
    """Return the Python of a wheel from its tags, as `3.13t`; what is no CPython stays the tag that it is."""
    _, python, abi, _ = pattern.rsplit("-", 3)
    return re.sub(r"^cp(\d)(\d+)", r"\1.\2", abi if abi.startswith(python) else python)


def show_projects(manifests: Mapping[str, Manifest | None]) -> None:
    """Print a line for each of several projects: folder and verdict, or why it was not checked.

    Args:
        manifests: a manifest by folder; None for a project that did not change.
    """
    print()
    width = max(map(len, manifests), default=0)
    for folder, manifest in manifests.items():
        if manifest is None:
            print(f"- {folder:{width}}  unchanged since its last release: not checked")
        else:
            judged = verdict.of(manifest)
            print(f"{SIGNS[judged.mood]} {folder:{width}}  {judged.headline}")


def lines(manifest: Manifest, *, width: int) -> Iterator[Line]:
    """Yield the report, line by line, at most `width` columns wide where a word allows it."""
    yield Line("")
    yield from found(manifest.findings, width)
    yield from broken(manifest.broken_rules)
    yield from _details(manifest, width)
    yield from _checklist(manifest, width)
    if manifest.failure is not None:
        yield from failed(manifest.failure, width, is_folded=bool(manifest.explaining))
        if not manifest.explaining:
            return
    judged = verdict.of(manifest)
    summary = verdict.tally(manifest)
    yield from wrapped(f"{SIGNS[judged.mood]} {judged.headline}", width, style=STYLES[judged.mood])
    for more in judged.more:
        yield from wrapped(more, width, lead="  ")
    if manifest.announced is not None and manifest.command != "rehearse":
        yield Line(f"  {printable(manifest.announced.url)}")
    if summary:
        yield Line(f"  {summary}", "dim")
    if manifest.plan is not None:
        yield from wrapped(manifest.plan.destination.reason, width, lead="  ", style="dim")


def found(listed: Iterable[Finding], width: int) -> Iterator[Line]:
    """Yield findings, the gravest first, each rule's with why it matters and what to do."""
    for group in findings.grouped(listed):
        if group[0].ignored is None:
            yield from _group(group, width)
        else:
            for one in group:
                line = f"ignored {one.rule}: {one.message} ({one.ignored})"
                yield from wrapped(line, width, hanging=2, style="dim")


def _group(group: Sequence[Finding], width: int) -> Iterator[Line]:
    """Yield the findings of one rule: each with its place, then once why it matters and what to do."""
    for finding in group:
        yield from _seen(finding, width)
    yield from wrapped(group[0].why, width, lead="  why: ")
    yield from wrapped(group[0].fix, width, lead="  fix: ")
    yield Line("")


def _seen(finding: Finding, width: int) -> Iterator[Line]:
    style = STYLES[finding.severity]
    yield from wrapped(f"{finding.severity.value}: {finding.message}", width, hanging=2, style=style)
    first, *others = findings.places(finding) or ("",)
    for line in wrapped(first, width, lead=f"  {finding.rule}  ", hanging=4, style="dim"):
        yield replace(line, words=finding.rule, address=partial(documentation.address, finding))
    for place in others:
        yield from wrapped(place, width, lead="  also in ", hanging=4, style="dim")
    for row in (finding.seen or "").splitlines():
        yield Line(f"    {printable(row)}")
    if finding.expected:
        yield from wrapped(finding.expected, width, lead="  expected: ")


def failed(failure: Failure, width: int, *, is_folded: bool = False) -> Iterator[Line]:
    """Yield the error that ended a run.

    Args:
        failure: the error.
        width: columns.
        is_folded: whether the findings say what the last lines of the tool would say.
    """
    for line in () if is_folded else failure.log:
        yield Line(f"  │ {printable(line)}", "dim")
    yield from wrapped(f"{SIGNS['failed']} {failure.happened}", width, style=STYLES["failed"])
    yield from wrapped(failure.cause, width, lead="  likely cause: ")
    yield from wrapped(recovery.what_to_do(failure), width, lead="  what to do: ")
    if failure.read:
        yield Line(f"  read: {failure.read}")


def broken(rules: Iterable[SkippedRule]) -> Iterator[Line]:
    """Yield the rules that crashed, with where."""
    for rule in rules:
        yield Line(
            f"Slipway's rule {rule.rule} crashed. This is a bug of Slipway, not of your project.", "bold red"
        )
        for line in rule.reason.splitlines():
            yield Line(f"  │ {printable(line)}", "dim")
        yield Line("")


def _checklist(manifest: Manifest, width: int) -> Iterator[Line]:
    """Yield a line for each state; the report of a check is read too often for it, and has it in report.md."""
    listed: dict[str, list[str]] = {}
    for name, row in checklist.rows(manifest) if manifest.command != "check" else ():
        listed.setdefault(row.state, []).append(name if row.state == "done" else f"{name} ({row.detail})")
    for state, names in listed.items():
        yield from wrapped(", ".join(names), width, lead=f"  {state}: ", style="dim")
    if listed:
        yield Line("")


def _details(manifest: Manifest, width: int) -> Iterator[Line]:
    for artifact in manifest.artifacts:
        # Only an inspection counts them.
        members = f", {verdict.counted(artifact.members, 'file')}" if artifact.members else ""
        size = f"{verdict.size(artifact.size)}{members}"
        yield from wrapped(f"{artifact.filename}  {size}", width, lead="  ", hanging=4)
        yield Line(f"    sha256 {artifact.sha256}", "dim")
    yield from _comparison(manifest, width)
    for result in manifest.smoke_results:
        yield from wrapped(_tried(result), width, lead="  ", hanging=4)
        for sentence in verdict.worked(result):
            yield from wrapped(sentence, width, lead="      ", style="dim")
    for sentence in origins.sentences(manifest):
        yield from wrapped(sentence, width, lead="  ", hanging=4)
    if commands := origins.commands(manifest):
        yield from wrapped(origins.UNCHECKED, width, lead="  ")
        yield from (Line(f"      {printable(command)}") for command in commands)
    for sentence in verdict.untried(manifest):
        yield from wrapped(f"· {sentence}", width, lead="  ", hanging=4, style="dim")
    if manifest.stages:
        ran = (f"{stage.name} {_outcome(stage)}".rstrip() for stage in manifest.stages)
        yield from wrapped(" · ".join(ran), width, lead="  ", style="dim")
    if manifest.artifacts or manifest.smoke_results or manifest.stages:
        yield Line("")


def _comparison(manifest: Manifest, width: int) -> Iterator[Line]:
    if manifest.comparison is not None:
        yield from wrapped(comparison.line(manifest.comparison), width, lead="  ", hanging=4)
        differences = comparison.listed(manifest.comparison) if manifest.command == "compare" else []
        for row in differences[:ROWS]:
            yield Line(f"      {printable(row)}", "dim")
        if len(differences) > ROWS:
            yield Line(f"      … and {len(differences) - ROWS} more lines, all of them in --json", "dim")
    for sentence in comparison.agreement(manifest):
        yield from wrapped(sentence, width, lead="  ", hanging=4)


ROWS = 40
"""Lines on what differs that are printed."""


def _tried(result: SmokeResult) -> str:
    """Return what one smoke test saw."""
    sign = ("✓" if result.imported else "·") if result.passed else "✗ failed:"
    imported = ", ".join(result.imported[:IMPORTED]) + (" …" if len(result.imported) > IMPORTED else "")
    detail = f"imports {imported}" if result.imported else "nothing was imported"
    source = "" if result.origin == "file" else " from the index"
    how = "".join(f", {word}" for word in verdict.how(result) if word != "uv")
    return (
        f"{sign} {result.artifact}{source} on Python {result.python}{how}: {detail} ({result.seconds:.1f} s)"
    )


def _outcome(stage: StageResult) -> str:
    if stage.outcome != "done":
        return stage.outcome
    # A stage that was not measured, or that took next to no time, is named without one.
    return f"{stage.seconds:.1f} s" if stage.seconds >= timeline.WORTH_DRAWING else ""


IMPORTED = 4
"""Modules of a smoke test that are named."""
