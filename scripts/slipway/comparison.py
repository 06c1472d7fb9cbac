"""The records of what a release was compared with: the last one, and a second build of the same commit."""

from typing import Literal

from slipway.records import Record


class ComparedFile(Record, frozen=True):
    """An artifact beside the one that it is compared with.

    Attributes:
        other: filename of the other one.
        size: in bytes; `other_size` that of the other one.
        added: paths of files that are new, without what differs from build to build, such as the version; at most a
            hundred, as in `gone` and `changed`.
        counts: how many are new, gone and changed in all.
    """

    filename: str
    other: str
    size: int
    other_size: int
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)


class Comparison(Record, frozen=True):
    """How a release differs from another one.

    Attributes:
        version: of the other one.
        place: where that is, as in a sentence: `on PyPI`.
        requirements: how they differ, a line each, beginning with `+`, `-` or `~`.
        commands: names of commands that are new.
        untried: what was not compared, and why, a clause for each.
    """

    version: str
    place: str
    files: tuple[ComparedFile, ...] = ()
    requirements: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()


class BuiltTwice(Record, frozen=True):
    """An artifact beside the one that a second build made of the same commit.

    Attributes:
        verdict: `same-content` where every member has the same bytes and only what is around them differs.
        differs: what differs: fields such as `modification times`, or paths of members.
        causes: what is known to make such a difference, and its cure, a sentence for each.
    """

    filename: str
    verdict: Literal["identical", "same-content", "different", "missing"]
    differs: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
