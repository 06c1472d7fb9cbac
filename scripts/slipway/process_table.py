"""The processes of this machine, as far as the system shows them."""

import contextlib
import os
import sys
from pathlib import Path


def started_at(number: int) -> str:
    """Return when a process started, in a form that only compares; empty where there is no such process.

    On macOS and Windows, every process that runs gives the same answer.
    """
    if sys.platform == "win32":
        import ctypes

        query_limited_information = 0x1000
        handle = ctypes.windll.kernel32.OpenProcess(query_limited_information, False, number)
        return "running" if handle and ctypes.windll.kernel32.CloseHandle(handle) else ""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "another user's"
    return str(_status(number)[2]) if sys.platform == "linux" else "running"


def children() -> list[tuple[int, int, int]]:
    """Return number, session and start time (in clock ticks since boot) of this process's children (proc(5))."""
    try:
        # A list may lack one child if another ended while it was read; two do not lack the same one.
        lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children") for _ in range(2)]
        numbers = {number for listed in lists for number in listed.split()}
    except OSError:
        numbers = {path.name for path in Path("/proc").glob("[0-9]*")}
    found = []
    for number in map(int, numbers):
        with contextlib.suppress(OSError):
            parent, session, started = _status(number)
            if parent == os.getpid():
                found.append((number, session, started))
    return found


def _status(number: int) -> tuple[int, int, int]:
    """Return parent, session and start time of a process; see proc(5)."""
    fields = Path("/proc", str(number), "stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[1]), int(fields[3]), int(fields[19])
