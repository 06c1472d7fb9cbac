"""What happened to a build for which the upper bounds of the build requirements were taken away."""

from msgspec import Struct


class NewestFacts(Struct, frozen=True, kw_only=True):
    """A build with the newest build requirements there are.

    Attributes:
        bounded: the requirements in [build-system] that keep newer releases away, as they are written.
        problem: why it failed, as a sentence; None where it worked.
        log: the last lines that were printed.
    """

    bounded: tuple[str, ...]
    problem: str | None = None
    log: tuple[str, ...] = ()
