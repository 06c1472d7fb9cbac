"""All artifacts of one release beside each other, and what the plan expected of them."""

from collections.abc import Mapping

from msgspec import Struct, field

from slipway.artifacts.linkage import Linkage
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.project.tracked import Tracked
from slipway.records import Plan


class ReleaseFacts(Struct, frozen=True, kw_only=True):
    """A set of artifacts that are released together.

    Attributes:
        plan: what was expected; None for artifacts that were built elsewhere.
        whole: whether everything that other machines made is there too.
        linkage: how compiled wheels are linked, by filename.
        tracked: how the sdist differs from what git tracks; None where there is no checkout to compare with.
    """

    artifacts: tuple[SdistFacts | WheelFacts, ...]
    plan: Plan | None = None
    whole: bool = False
    linkage: Mapping[str, Linkage] = field(default_factory=dict)
    tracked: Tracked | None = None

    @property
    def wheels(self) -> tuple[WheelFacts, ...]:
        """The wheels whose names can be read."""
        return tuple(a for a in self.artifacts if isinstance(a, WheelFacts) and a.parts is not None)

    @property
    def sdist(self) -> SdistFacts | None:
        """The sdist, if there is one."""
        return next((a for a in self.artifacts if isinstance(a, SdistFacts)), None)
