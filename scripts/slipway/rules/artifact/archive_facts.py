"""The facts that sdists and wheels have in common, and what must hold before a rule can judge them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from slipway.artifacts.archive import Fault
from slipway.rules.rule import Skipped

if TYPE_CHECKING:
    from slipway.artifacts.archive import Member, Problem
    from slipway.artifacts.metadata import MetadataFacts
    from slipway.artifacts.secret_scan import Sighting


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
