"""The report in a terminal: the verdict first, then findings with why and fix, then the details."""

import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slipway import findings
from slipway.manifest import Failure, Manifest
from slipway.records import Finding, Plan, Severity
from slipway.report import checklist, recovery, verdict
from slipway.runner.base import printable

PIPE_WIDTH = 100
"""Columns of a line where the width of the output is not known."""

STYLES = {
    "good": "bold green",
    "blocked": "bold red",
    "failed": "bold red",
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "bold cyan",
}

SIGNS = {"good": "✓", "blocked": "✗", "failed": "✗"}


@dataclass(frozen=True)
class Line:
    """One line of the report, wrapped to the width of the output."""

    text: str
    style: str = ""


def show(manifest: Manifest) -> None:
    """Print the report to stdout: with colours in a terminal, plain elsewhere."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.text import Text

        console = Console(highlight=False)
        for line in lines(manifest, width=console.width):
            console.print(Text(printable(line.text), style=line.style), soft_wrap=True)
    else:
        for line in lines(manifest, width=PIPE_WIDTH):
            print(printable(line.text))


def show_plan(manifest: Manifest) -> None:
    """Print the plan to stdout."""
    if manifest.plan is not None:
        for key, value in _rows(manifest.plan):
            print(f"{key:>12}  {value}")


def _rows(plan: Plan) -> Iterator[tuple[str, str]]:
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
    for file in plan.expected:
        yield "expected", file.pattern + ("" if file.required else " (made by another machine of the matrix)")
    where = plan.destination.index if plan.destination.publish else "nowhere"
    yield "publish", f"{where}: {plan.destination.reason}"


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
    yield from _findings(manifest, width)
    yield from _broken(manifest)
    yield from _details(manifest)
    yield from _checklist(manifest, width)
    if manifest.failure is not None:
        yield from _failure(manifest.failure, width, is_folded=bool(manifest.explaining))
        if not manifest.explaining:
            return
    judged = verdict.of(manifest)
    summary = verdict.tally(manifest)
    yield from _wrapped(f"{SIGNS[judged.mood]} {judged.headline}", width, style=STYLES[judged.mood])
    for more in judged.more:
        yield from _wrapped(more, width, lead="  ")
    if manifest.announced is not None and manifest.command != "rehearse":
        yield Line(f"  {printable(manifest.announced.url)}")
    if summary:
        yield Line(f"  {summary}", "dim")
    if manifest.plan is not None:
        yield from _wrapped(manifest.plan.destination.reason, width, lead="  ", style="dim")


def _wrapped(text: str, width: int, *, lead: str = "", style: str = "") -> Iterator[Line]:
    indent = " " * len(lead)
    for number, paragraph in enumerate(printable(text).splitlines() or [""]):
        first = lead if number == 0 else indent
        # An option or an address that is broken at a dash cannot be copied.
        pieces = textwrap.wrap(
            paragraph, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
        )
        for piece in pieces or [""]:
            yield Line(piece, style)


def _findings(manifest: Manifest, width: int) -> Iterator[Line]:
    for finding in findings.ordered(manifest.findings):
        if finding.ignored is None:
            yield from _finding(finding, width)
        else:
            line = f"ignored {finding.rule}: {finding.message} ({finding.ignored})"
            yield from _wrapped(line, width, style="dim")


def _finding(finding: Finding, width: int) -> Iterator[Line]:
    style = STYLES[finding.severity]
    yield from _wrapped(f"{finding.severity.value}: {finding.message}", width, style=style)
    lead = f"  {finding.rule}  "
    for number, place in enumerate(findings.places(finding) or ("",)):
        yield Line(f"{lead if number == 0 else ' ' * len(lead)}{printable(place)}".rstrip(), "dim")
    for line in (finding.seen or "").splitlines():
        yield Line(f"    {printable(line)}")
    if finding.expected:
        yield from _wrapped(finding.expected, width, lead="  expected: ")
    yield from _wrapped(finding.why, width, lead="  why: ")
    yield from _wrapped(finding.fix, width, lead="  fix: ")
    yield Line("")


def _failure(failure: Failure, width: int, *, is_folded: bool) -> Iterator[Line]:
    for line in () if is_folded else failure.log:
        yield Line(f"  │ {printable(line)}", "dim")
    yield from _wrapped(f"{SIGNS['failed']} {failure.happened}", width, style=STYLES["failed"])
    yield from _wrapped(failure.cause, width, lead="  likely cause: ")
    yield from _wrapped(recovery.what_to_do(failure), width, lead="  what to do: ")
    if failure.read:
        yield Line(f"  read: {failure.read}")


def _broken(manifest: Manifest) -> Iterator[Line]:
    for rule in manifest.broken_rules:
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
        yield from _wrapped(", ".join(names), width, lead=f"  {state}: ", style="dim")
    if listed:
        yield Line("")


def _details(manifest: Manifest) -> Iterator[Line]:
    for artifact in manifest.artifacts:
        # Only an inspection counts them.
        members = f", {verdict.counted(artifact.members, 'file')}" if artifact.members else ""
        yield Line(f"  {artifact.filename}  {verdict.size(artifact.size)}{members}")
        yield Line(f"    sha256 {artifact.sha256}", "dim")
    for result in manifest.smoke_results:
        sign = "✓" if result.passed else "✗"
        if result.passed and not result.imported:
            sign = "·"
        imported = ", ".join(result.imported[:4]) + (" …" if len(result.imported) > 4 else "")  # noqa: PLR2004 - a glance
        detail = f"imports {imported}" if result.imported else "nothing was imported"
        source = "" if result.origin == "file" else " from the index"
        how = "".join(f", {word}" for word in verdict.how(result) if word != "uv")
        yield Line(
            f"  {sign} {result.artifact}{source} on Python {result.python}{how}: {detail} ({result.seconds:.1f} s)"
        )
        for sentence in verdict.worked(result):
            yield Line(f"      {printable(sentence)}", "dim")
    for sentence in verdict.untried(manifest):
        yield Line(f"  · {sentence}", "dim")
    if manifest.stages:
        times = " · ".join(
            f"{stage.name} {stage.seconds:.1f} s"
            if stage.outcome == "done"
            else f"{stage.name} {stage.outcome}"
            for stage in manifest.stages
        )
        yield Line(f"  {times}", "dim")
    if manifest.artifacts or manifest.smoke_results or manifest.stages:
        yield Line("")
