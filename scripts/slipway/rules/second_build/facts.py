"""What two builds of the same commit made."""

from msgspec import Struct

from slipway.comparison import BuiltTwice


class TwiceFacts(Struct, frozen=True, kw_only=True):
    """Two builds of the same commit.

    Attributes:
        artifacts: what the first one made, each beside what the second one made.
        others: names of sdists and wheels that the second one alone made.
    """

    artifacts: tuple[BuiltTwice, ...]
    others: tuple[str, ...] = ()
