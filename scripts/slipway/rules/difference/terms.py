"""Rules on the licence of a release beside that of the one before."""

import re
from collections.abc import Iterable, Iterator

from slipway.artifacts.outline import DIST_INFO, Outline
from slipway.rules.difference.facts import DifferenceFacts, every
from slipway.rules.families import difference
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.wording import listed, quoted

_LICENCE = re.compile(r"(?:^|/)(?:licen[cs]e|copying|unlicense)[^/]{0,60}$", re.IGNORECASE)
CLASSIFIER = "License ::"


@difference.warning(
    "licence-gone",
    title="The licence that the release before stated or carried is not in this one",
    why="Without a licence nobody may use the package; conda-forge and the scanners of companies refuse it.",
    fix="Put the file back, or name it in `license-files`; state the licence in the metadata.",
    example="no LICENSE in the wheel, where 1.2.0 had one",
)
def licence_gone(facts: DifferenceFacts) -> Iterator[Evidence]:
    for pair in facts.pairs:
        before, now = _licence_files(pair.before), _licence_files(pair.now)
        if before and not now and pair.now.complete:
            yield Evidence(
                f"{pair.now.filename} has no licence file, where {pair.before.filename} has one.",
                artifact=pair.now.filename,
                seen="no licence file",
                expected=listed(before),
            )
    stated, still = _stated(facts.before), _stated(facts.now)
    if stated and not still:
        yield Evidence(
            f"The metadata no longer states the licence {quoted(next(iter(stated)))}.",
            artifact=facts.main,
            seen="none",
            expected=listed(stated),
        )


@difference.note(
    "licence-changed",
    title="The release states another licence than the one before",
    why="Who uses the package under the old terms has to look again, and some may not upgrade.",
    fix="If it is meant, say it in the release notes; else correct the metadata.",
    example='license = "AGPL-3.0-only", that was "MIT"',
)
def licence_changed(facts: DifferenceFacts) -> Iterator[Evidence]:
    now, before = _expressions(facts.now), _expressions(facts.before)
    if not now or not before:
        raise Skipped("one of the two does not state its licence as an expression")
    if now != before:
        yield Evidence(
            f"The licence is {quoted(now[0])}, and was {quoted(before[0])}.",
            artifact=facts.main,
            seen=", ".join(now),
            expected=", ".join(before),
        )


def _licence_files(outline: Outline) -> list[str]:
    """Return the licence files of an artifact: in a wheel those of .dist-info, in an sdist those at the top."""
    inside = f"{DIST_INFO}/" if outline.kind == "wheel" else ""
    depth = 2 if inside else 0
    return [
        path
        for path in outline.files
        if path.startswith(inside) and path.count("/") <= max(depth, 1) and _LICENCE.search(path)
    ]


def _stated(outlines: Iterable[Outline]) -> list[str]:
    outlines = list(outlines)
    classifiers = [c for c in every(outlines, "classifier") if c.startswith(CLASSIFIER)]
    return [*every(outlines, "license-expression"), *every(outlines, "license"), *classifiers]


def _expressions(outlines: Iterable[Outline]) -> list[str]:
    return sorted(set(every(outlines, "license-expression")))
