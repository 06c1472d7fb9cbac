"""What the rules on sdists and on wheels share: the facts both have, and how many paths are told as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from slipway.artifacts.archive import Fault
from slipway.rules.metadata.fields import quoted
from slipway.rules.rule import Evidence, Skipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.artifacts.archive import Member, Problem
    from slipway.artifacts.metadata import MetadataFacts
    from slipway.artifacts.secret_scan import Sighting

NAMED = 3
"""So many paths of a group are named; more would hide the sentence they stand in."""


class Artifact(Protocol):
    """The facts that sdists and wheels have in common."""

    @property
    def filename(self) -> str:
        """The name, without a folder."""

    @property
    def size(self) -> int:
        """The size in bytes."""

    @property
    def unpacked_size(self) -> int:
        """The sum of the members' sizes."""

    @property
    def members(self) -> tuple[Member, ...]:
        """Everything in the archive."""

    @property
    def paths(self) -> frozenset[str]:
        """The paths of all members."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the archive."""

    @property
    def complete(self) -> bool:
        """Whether all members were listed and read."""

    @property
    def metadata(self) -> MetadataFacts | None:
        """Its METADATA or PKG-INFO."""

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """Keys, tokens, passwords and encrypted code."""


def require_complete(facts: Artifact) -> None:
    """Let a rule on what is absent be judged only where everything present was read.

    Raises:
        Skipped: the archive could not be read to its end; another rule says why.
    """
    if not facts.complete:
        raise Skipped("the archive could not be read to its end")


def require_listed(facts: Artifact) -> None:
    """Let a rule be judged only where the members are known.

    Raises:
        Skipped: the file is no archive, or is cut short; another rule says why.
    """
    if any(problem.fault in (Fault.NOT_AN_ARCHIVE, Fault.DAMAGED) for problem in facts.problems) or not (
        facts.members
    ):
        raise Skipped("the members of the archive could not be listed")


def named(paths: Sequence[str]) -> str:
    """Return paths for use in a sentence: the first few in quotes, and how many there are beside them."""
    shown = ", ".join(map(quoted, paths[:NAMED]))
    return shown if len(paths) <= NAMED else f"{shown} and {len(paths) - NAMED} more"


def together(paths: Sequence[str], singular: str, plural: str) -> list[Evidence]:
    """Return one piece of evidence for all the paths, none if there are none.

    Args:
        paths: what was found.
        singular: the sentence for one of them; `{}` stands for it.
        plural: the sentence for several; `{}` stands for them.
    """
    if not paths:
        return []
    sentence = singular if len(paths) == 1 else plural
    return [Evidence(message=sentence.replace("{}", named(paths)), file=paths[0])]
