"""The clock, and retries with growing pauses; tests replace the clock so that hours pass at once."""

import random
import time

from slipway import system

FIRST_PAUSE = 1.0
"""Seconds before the second attempt; each pause is twice as long as the one before."""

LONGEST_PAUSE = 60.0


class Clock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        system.sleep(seconds)


CLOCK = Clock()
"""The clock of this process."""


class Patience:
    """How long to retry, and the growing pauses in between.

    Args:
        seconds: after which no new attempt begins.
        first: seconds of the first pause.
        longest: seconds of the longest pause.
        growth: how much longer each pause is than the one before.
    """

    def __init__(
        self,
        seconds: float,
        *,
        first: float = FIRST_PAUSE,
        longest: float = LONGEST_PAUSE,
        growth: float = 2.0,
    ) -> None:
        self._deadline = CLOCK.monotonic() + seconds
        self._pause = first
        self._longest = longest
        self._growth = growth

    @property
    def left(self) -> float:
        """Seconds that are left, not below zero."""
        return max(0.0, self._deadline - CLOCK.monotonic())

    def pause(self, *, at_least: float | None = None) -> bool:
        """Wait before the next attempt and return True, or return False where no time is left for one.

        Args:
            at_least: seconds the other side asked to wait (Retry-After).
        """
        # A random part keeps the jobs of a matrix from asking at the same moment.
        own = self._pause * random.uniform(1.0, 1.2)  # noqa: S311 - nothing secret
        seconds = max(own, at_least or 0.0)
        if seconds > self.left:
            return False
        self._pause = min(self._pause * self._growth, self._longest)
        CLOCK.sleep(seconds)
        return True
