"""Where the time went, as a Gantt chart in mermaid's words, which GitHub draws."""

import re
from collections.abc import Iterator

from msgspec import Struct

from slipway.manifest import Manifest

WORTH_DRAWING = 0.05
"""Seconds; a shorter stage is not seen beside the others."""


class Bar(Struct, frozen=True):
    """One bar: a stage of a section, with its start after the first one and its length, in milliseconds."""

    section: str
    label: str
    start: int
    length: int
    failed: bool


def bars(manifest: Manifest) -> Iterator[Bar]:
    """Yield a bar for every stage that took time, by the clock of its machine, the jobs in the order they started in."""
    drawn = [
        (stage.started, stage)
        for stage in manifest.stages
        if stage.started is not None and stage.outcome != "skipped" and stage.seconds >= WORTH_DRAWING
    ]
    begin: dict[str, float] = {}
    for started, stage in drawn:
        begin[stage.job] = min(started, begin.get(stage.job, started))
    for started, stage in sorted(drawn, key=lambda one: (begin[one[1].job], one[1].job, one[0])):
        yield Bar(
            section=stage.job or manifest.job or "here",
            label=f"{stage.name} {stage.seconds:.1f} s",
            start=round((started - min(begin.values())) * 1000),
            length=round(stage.seconds * 1000),
            failed=stage.outcome == "failed",
        )


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
