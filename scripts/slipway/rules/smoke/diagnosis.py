"""What is said about something that failed in a smoke test."""

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "broken", "optional", "host", "display", "system", "platform", "setting", "asks", "exits", "setuptools",
]  # fmt: skip
"""Who or what is missing: `broken` is the package's own fault, every other one is not, or not surely."""


class Diagnosis(Struct, frozen=True):
    """Why something failed.

    Attributes:
        cause: half a sentence, without a full stop; empty where nothing is known.
        fix: what to do, where the cause makes it clear.
        kind: who or what is missing.
    """

    cause: str = ""
    fix: str | None = None
    kind: Kind = "broken"

    @property
    def after_colon(self) -> str:
        """The cause with a colon before it, to end a sentence with; empty where nothing is known."""
        return f": {self.cause}" if self.cause else ""
