"""Where the time went, as a Gantt chart in mermaid's words, which GitHub draws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from slipway.manifest import Manifest
from slipway.records import StageResult

JOBS = ("plan", "build", "wheels", "smoke")
"""The jobs of a workflow in the order in which they start; the jobs of a matrix side by side."""

WORTH_DRAWING = 0.05
"""Seconds; a shorter stage is not seen beside the others."""


@dataclass(frozen=True)
class Bar:
    """One bar: a stage of a section, with its start and length in milliseconds."""

    section: str
    label: str
    start: int
    length: int
    failed: bool


def bars(manifest: Manifest) -> Iterator[Bar]:
    """Yield a bar for every stage that took time, as if each job had started when those before it ended."""
    stages = [stage for stage in manifest.stages if stage.outcome != "skipped"]
    begin = 0
    for job in (*JOBS, ""):
        names = dict.fromkeys(stage.job for stage in stages if _job(stage) == job)
        end = begin
        for name in names:
            start = begin
            for stage in stages:
                if stage.job == name:
                    length = round(stage.seconds * 1000)
                    if stage.seconds >= WORTH_DRAWING:
                        section = name or (manifest.job if end else "") or "here"
                        yield Bar(section, _label(stage), start, length, failed=stage.outcome == "failed")
                    start += length
            end = max(end, start)
        begin = end


def _job(stage: StageResult) -> str:
    job = stage.job.partition("-")[0]
    return job if job in JOBS else ""


def _label(stage: StageResult) -> str:
    return f"{stage.name} {stage.seconds:.1f} s"


def chart(manifest: Manifest) -> Iterator[str]:
    """Yield the lines of a Gantt chart, or nothing where there is nothing to compare."""
    drawn = list(bars(manifest))
    if len(drawn) <= 1:
        return
    yield from ["```mermaid", "gantt", "    dateFormat x", "    axisFormat %M:%S"]
    section = None
    for bar in drawn:
        if bar.section != section and any(other.section != drawn[0].section for other in drawn):
            yield f"    section {_word(bar.section)}"
        section = bar.section
        mark = "crit, " if bar.failed else ""
        yield f"    {_word(bar.label)} :{mark}{bar.start}, {bar.start + max(bar.length, 1)}"
    yield "```"


def _word(value: str) -> str:
    # A colon or a semicolon ends a name in mermaid, and the name of a job comes from outside.
    return re.sub(r"[^\w .+-]", " ", value)[:60] or "here"
