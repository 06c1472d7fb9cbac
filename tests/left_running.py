"""Processes that still run, on every system: found by number, or by a mark in their environment."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

PATIENCE = 60
"""Seconds after which a test gives up waiting for what must happen."""


def eventually(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        time.sleep(0.01)


def is_running(number: int) -> bool:
    try:
        return bool(psutil.Process(number).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def ends(number: int) -> bool:
    """Whether a process that was killed is gone; the system takes a moment for it."""
    deadline = time.monotonic() + 10
    while is_running(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_running(number)


def with_mark(mark: str) -> list[psutil.Process]:
    """All processes with a mark in a value of their environment; those of others, whom nobody may read, left out."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(mark in value for value in process.environ().values()):
                found.append(process)
    return found


def in_folder(folder: Path) -> list[psutil.Process]:
    """All processes whose current folder is a folder or one below it; those that nobody may ask left out."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found


def kill(number: int) -> None:
    """Kill a process with its descendants and, where there are groups, with the group that it leads."""
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(number)
        for process in (*top.children(recursive=True), top):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(number, signal.SIGKILL)
