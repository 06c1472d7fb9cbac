"""All artifacts of one release beside each other, and what the plan expected of them."""

from __future__ import annotations

from dataclasses import dataclass

from slipway.facts.sdist import SdistFacts
from slipway.facts.wheel import WheelFacts
from slipway.manifest import Plan


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """A set of artifacts that are released together.

    Attributes:
        plan: what was expected; None for artifacts that were built by somebody else.
    """

    artifacts: tuple[SdistFacts | WheelFacts, ...]
    plan: Plan | None = None
