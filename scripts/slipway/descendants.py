"""A child together with everything that it starts, which ends as a whole.

On Linux and macOS it is a process group of its own; what leaves the group stays. On Windows it is a job object, which
no process leaves, and which also ends when this process does, in whatever way.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

END_SECONDS = 5.0
"""Seconds to wait until Windows has ended what is in a job object; until then it holds files and folders."""

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    START: Mapping[str, Any] = {"creationflags": 0x4 | 0x200}
    """How `subprocess` starts a child that a `Group` takes: CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP."""

    _EXTENDED_LIMITS, _ACCOUNTING, _KILL_ON_CLOSE = 9, 1, 0x2000

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, from winnt.h."""

        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("counters", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t * 4),
        )

    class _Accounting(ctypes.Structure):
        """JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, from winnt.h."""

        _fields_ = (
            ("times", ctypes.c_int64 * 4),
            ("faults", wintypes.DWORD),
            ("total", wintypes.DWORD),
            ("active", wintypes.DWORD),
            ("terminated", wintypes.DWORD),
        )

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
    _kernel.SetInformationJobObject.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
    )
    _kernel.QueryInformationJobObject.argtypes = (
        *(wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p),
    )
    _kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _resume = ctypes.WinDLL("ntdll").NtResumeProcess
    _resume.argtypes = (wintypes.HANDLE,)

    class Group:
        """A child that was started with `START`, and its descendants.

        https://learn.microsoft.com/windows/win32/procthread/job-objects; it can be in one of several, as on a runner.
        """

        def __init__(self, number: int, handle: int | None) -> None:  # noqa: ARG002 - POSIX has the number only
            self._lock = threading.RLock()
            self._job: int | None = _kernel.CreateJobObjectW(None, None)
            limits = _Limits(flags=_KILL_ON_CLOSE)
            _kernel.SetInformationJobObject(
                self._job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            _kernel.AssignProcessToJobObject(self._job, handle)
            # It did not run until now, so that nothing it starts is outside.
            _resume(handle)

        def kill(self) -> None:
            """Begin to end all of it."""
            with self._lock:
                if self._job is not None:
                    _kernel.TerminateJobObject(self._job, 1)

        def close(self) -> None:
            """End all of it, wait until it has ended, and give the job object back."""
            self.kill()
            deadline = time.monotonic() + END_SECONDS
            while self._active() and time.monotonic() < deadline:
                time.sleep(0.005)
            with self._lock:
                if self._job is not None:
                    _kernel.CloseHandle(self._job)
                self._job = None

        def _active(self) -> int:
            found = _Accounting()
            with self._lock:
                if self._job is not None:
                    _kernel.QueryInformationJobObject(
                        self._job, _ACCOUNTING, ctypes.byref(found), ctypes.sizeof(found), None
                    )
            return int(found.active)

else:
    START: Mapping[str, Any] = {"start_new_session": True}
    """How `subprocess` starts a child that a `Group` takes."""

    class Group:
        """A child that was started with `START`, and those of its descendants that stay in its process group."""

        def __init__(self, number: int, handle: int | None) -> None:  # noqa: ARG002 - Windows has the handle only
            self._number = number

        def kill(self) -> None:
            """End all of it."""
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._number, signal.SIGKILL)

        def close(self) -> None:
            """Do nothing: a process group ends with its last process."""
