"""Where a release stands, for a terminal: what was seen, place by place, then the one next step."""

import sys
import textwrap
from collections import Counter
from collections.abc import Iterator

from slipway.report import recovery
from slipway.runner.base import printable
from slipway.standing import Sight, Standing

WIDTH = 100

SIGNS = {
    "there": "✓",
    "late": "…",
    "draft": "✗",
    "yanked": "✗",
    "missing": "✗",
    "other": "✗",
    "unknown": "?",
    "not asked": "·",
}
STATES = {"other": "not the same"}
"""What a state is called, where its name does not say enough."""

LISTED = 8
"""Files in one place that are listed by name."""

NOTHING = "nothing to do"


def show(standing: Standing) -> None:
    """Print where a release stands to stdout."""
    for line in lines(standing):
        print(printable(line), file=sys.stdout)


def lines(standing: Standing) -> Iterator[str]:
    """Yield it line by line; the next step stands behind `Next: `, alone on its line."""
    step = standing.step
    yield f"{standing.project} {standing.version}, {standing.version_from}"
    yield ""
    yield from _table(standing.seen)
    yield ""
    if standing.days_left is not None:
        where = next((one.where for one in standing.seen if one.state == "missing"), "the index")
        yield from _wrapped(recovery.closing(standing.days_left, where))
    if step.failed:
        yield from _wrapped(f"The last run ended with this: {step.failed}")
    yield f"Next: {step.command or step.url or NOTHING}"
    yield from _wrapped(step.because, "  ")
    if standing.yank_page and standing.yank_reason:
        yield from _wrapped(
            f"To take {standing.version} back, yank it with this reason: {standing.yank_reason}"
        )
        yield f"  {standing.yank_page}"


def _table(seen: tuple[Sight, ...]) -> Iterator[str]:
    """Yield a row for each sight: what, where, and how it stands."""
    rows = _gathered(seen)
    what = max((len(one.what) for one in rows), default=0)
    where = max((len(one.where) for one in rows), default=0)
    for one in rows:
        state = STATES.get(one.state, one.state)
        detail = f": {one.detail}" if one.detail else ""
        yield f"  {SIGNS[one.state]} {one.what:{what}}  {one.where:{where}}  {state}{detail}"


def _gathered(seen: tuple[Sight, ...]) -> list[Sight]:
    """Return the sights with those of one place and one state made one where they are many, such as dozens of wheels."""
    alike = Counter((one.where, one.state) for one in seen)
    many = {key: number for key, number in alike.items() if number > LISTED}
    rows = [
        Sight(what=f"{many[key]} files", where=one.where, state=one.state) if key in many else one
        for one in seen
        for key in [(one.where, one.state)]
    ]
    return list(dict.fromkeys(rows))


def _wrapped(text: str, lead: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=lead, break_on_hyphens=False)
