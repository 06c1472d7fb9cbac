"""A clock that stands still until somebody sleeps; a minute passes at once then."""

START = 1_800_000_000.0


class FakeClock:
    def __init__(self) -> None:
        self.slept: list[float] = []
        self._passed = 0.0

    def monotonic(self) -> float:
        return self._passed

    def now(self) -> float:
        return START + self._passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds

    def pass_seconds(self, seconds: float) -> None:
        self._passed += seconds

    def pass_days(self, days: float) -> None:
        self._passed += days * 86_400
