# ruff: noqa: INP001 - `python3 scripts` makes a program of this folder, not a package
"""What is shown while the private environment is made: each step with the seconds it takes. Standard library only."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

ON_TERMINAL = 1.0
"""Seconds after which the line of a terminal is written anew."""

ELSEWHERE = 10.0
"""Seconds after which a log gets a further line."""


@contextlib.contextmanager
def shown(step: str) -> Iterator[None]:
    """Show on stderr that a step is under way, and for how long, until the block is left.

    Args:
        step: what is done, as the beginning of a line.
    """
    is_terminal = sys.stderr.isatty()
    ended = threading.Event()
    if not is_terminal:
        _write(f"  {step} ...\n")
    # A run that is stopped need not wait for it.
    ticking = threading.Thread(target=_tick, args=(step, ended, is_terminal), daemon=True)
    ticking.start()
    try:
        yield
    finally:
        ended.set()
        ticking.join()


def _tick(step: str, ended: threading.Event, is_terminal: bool) -> None:  # noqa: FBT001 - of one caller
    started = time.monotonic()
    while True:
        seconds = time.monotonic() - started
        if is_terminal:
            _write(f"\r  {step} ... {seconds:.0f} s")
        elif seconds >= ELSEWHERE:
            _write(f"  {step} ... {seconds:.0f} s so far\n")
        if ended.wait(ON_TERMINAL if is_terminal else ELSEWHERE):
            break
    if is_terminal:
        _write("\r\033[K")


def _write(text: str) -> None:
    # A stream that was closed stops nothing.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
