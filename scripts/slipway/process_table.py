"""The processes of this machine, as far as the system shows them, and what Linux can be asked about this one."""

import contextlib
import os
import signal
import sys
from pathlib import Path

_SET_DUMPABLE, _SET_CHILD_SUBREAPER = 4, 36
"""Options of prctl(2), from linux/prctl.h."""

_QUERY_LIMITED_INFORMATION, _STILL_ACTIVE = 0x1000, 259


def hide() -> None:
    """On Linux, keep other processes of the user from reading this one's memory and environment."""
    _control(_SET_DUMPABLE, 0)


def adopt(*, orphans: bool) -> None:
    """On Linux, let processes whose parent has ended become children of this one, or no longer."""
    _control(_SET_CHILD_SUBREAPER, orphans)


def _control(option: int, value: int) -> None:
    """Call prctl(2); do nothing where there is none."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def started_at(number: int) -> str:
    """Return when a process started, in a form that only compares; empty where there is no such process.

    On macOS, every process that runs gives the same answer.

    Raises:
        OverflowError: no process has such a number.
    """
    if sys.platform == "win32":
        return _started_on_windows(number)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "another user's"
    return str(_status(number)[2]) if sys.platform == "linux" else "running"


def _started_on_windows(number: int) -> str:
    """Return a process's creation time (https://learn.microsoft.com/windows/win32/api/processthreadsapi/)."""
    if sys.platform != "win32":
        return ""
    if not 0 < number < 1 << 32:
        raise OverflowError(number)
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.c_void_p)
    kernel.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.c_void_p] * 4)
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, wintypes.DWORD(number))
    if not handle:
        return ""
    code, times = wintypes.DWORD(), [ctypes.c_uint64() for _ in range(4)]
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
    kernel.CloseHandle(handle)
    return str(times[0].value) if code.value == _STILL_ACTIVE else ""


def children() -> list[tuple[int, int, int]]:
    """Return number, session and start time (in clock ticks since boot) of this process's children (proc(5)).

    On macOS and Windows, there are none in the answer.
    """
    if sys.platform != "linux":
        return []
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


def session() -> int:
    """Return the session of this process; 0 where there are none."""
    if sys.platform == "win32":
        return 0
    return os.getsid(0)


def kill(number: int) -> None:
    """Kill a child of this process that `children` found, and take note of its end."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError, ChildProcessError):
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, os.WNOHANG)


def _status(number: int) -> tuple[int, int, int]:
    """Return parent, session and start time of a process; see proc(5)."""
    fields = Path("/proc", str(number), "stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[1]), int(fields[3]), int(fields[19])
