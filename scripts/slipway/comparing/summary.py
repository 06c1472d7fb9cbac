"""What the manifest keeps of a comparison with another release."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from slipway.comparing.other_release import Other
from slipway.comparison import ComparedFile, Comparison
from slipway.rules.difference.facts import DifferenceFacts, Pair, commands
from slipway.rules.difference.requirements import changes, required
from slipway.rules.wording import shortened

LISTED = 100
"""Paths of a list; nobody reads more, and a release may have sixty wheels."""


def of(facts: DifferenceFacts, other: Other, *, unread: Sequence[str]) -> Comparison:
    """Return the record of a comparison.

    Args:
        facts: what differs.
        other: what it was compared with.
        unread: files that time was not left for.
    """
    new = [commands(pair.now) - commands(pair.before) for pair in facts.wheels]
    return Comparison(
        version=other.version,
        place=other.place,
        files=tuple(_file(pair) for pair in facts.pairs),
        requirements=_cut(changes(required(facts.now), required(facts.before))),
        commands=_cut(sorted(frozenset[str]().union(*new))),
        untried=(*other.untried, *_untried(facts, unread)),
    )


def _file(pair: Pair) -> ComparedFile:
    return ComparedFile(
        filename=pair.now.filename,
        other=pair.before.filename,
        size=pair.now.size,
        other_size=pair.before.size,
        added=_cut(pair.added),
        gone=_cut(pair.gone),
        changed=_cut(pair.changed),
        counts=(len(pair.added), len(pair.gone), len(pair.changed)),
    )


def _cut(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(shortened(value) for value in islice(values, LISTED))


def _untried(facts: DifferenceFacts, unread: Sequence[str]) -> Iterator[str]:
    compared = {pair.now.filename for pair in facts.pairs}
    for one in facts.now:
        if one.filename not in compared:
            yield f"{one.filename}: the release before has no {one.kind} to compare it with"
    for one in (*facts.now, *facts.before):
        if not one.complete:
            yield f"{one.filename} could not be read to its end"
    if unread:
        yield f"{len(unread)} files were not looked into, as the time for it was up"
    if facts.interface is not None and facts.interface.problem:
        yield f"public names: {facts.interface.problem}"
