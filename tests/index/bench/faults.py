"""Faults to order: what goes wrong, where, and how often."""

import threading
from dataclasses import dataclass, field

FOREVER = 10**9

PLACES = ("id-token", "audience", "mint", "simple", "project", "upload", "sdist-upload", "file", "integrity")
"""Requests that can go wrong; `sdist-upload` is the upload of the sdist alone."""

TRANSPORT = (
    "reset",
    "reset-midway",
    "reset-after",
    "500",
    "502-after",
    "503",
    "429",
    "hang",
    "slow",
    "garbage",
    "cut",
)
"""What can go wrong with any request; those that end in `-after` happen once the request has done its work."""


@dataclass
class Fault:
    place: str
    kind: str
    times: int = 1


@dataclass
class Faults:
    """The faults that are still to come; each request takes those of its place."""

    ordered: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, place: str, kind: str, times: int = 1) -> None:
        self.ordered.append(Fault(place, kind, times))

    def take(self, *places: str) -> str | None:
        """Return the kind of fault that the next request to one of these places meets."""
        with self._lock:
            for fault in self.ordered:
                if fault.place in places and fault.times > 0:
                    fault.times -= 1
                    return fault.kind
        return None

    def clear(self) -> None:
        self.ordered.clear()
