"""What the main thread does while it waits for a child."""

import threading
from collections.abc import Callable

_put_off: list[Callable[[], object]] = []


def put_off(work: Callable[[], object]) -> None:
    """Put work off until the main thread waits for a child, which goes on beside it."""
    _put_off.append(work)


def begins() -> None:
    """Do the work that was put off; in another thread than the main one, do nothing."""
    if threading.current_thread() is threading.main_thread():
        while _put_off:
            _put_off.pop()()
