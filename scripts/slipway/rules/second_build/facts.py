"""What two builds of the same commit made."""

from dataclasses import dataclass

from slipway.comparison import BuiltTwice


@dataclass(frozen=True, kw_only=True)
class TwiceFacts:
    """Two builds of the same commit.

    Attributes:
        artifacts: what the first one made, each beside what the second one made.
        others: names of sdists and wheels that the second one alone made.
    """

    artifacts: tuple[BuiltTwice, ...]
    others: tuple[str, ...] = ()
