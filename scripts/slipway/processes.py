"""The one door through which child processes are started.

No shell, a scrubbed environment, a time limit, and nothing left running: a child gets a process group of its
own, which is ended as a whole when the child ends, when its time is up and when the run is interrupted.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

KEPT_LINES = 20_000
"""Lines of a child's output kept in memory; a build that prints more keeps its last ones."""

LINE_LIMIT = 64 * 1024
"""Characters of one line; what is longer is passed on in pieces."""

_WITHHELD_PREFIXES = (
    "PYTHON",
    "PIP_",
    "UV_",
    "SLIPWAY_",
    "TWINE_",
    "INPUT_",
    "ACTIONS_",
    "GITHUB_",
    "VIRTUAL_ENV",
)
"""Settings meant for another Python or another tool, and the runner's own credentials and command files."""

_WITHHELD_WORDS = re.compile(
    r"(^|_)(TOKEN|PASSWORD|PASSWD|SECRET|SECRETS|CREDENTIAL|CREDENTIALS|APIKEY|PRIVATE_KEY|ACCESS_KEY|API_KEY)(_|$)"
)

_NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""Windows has it; elsewhere a new session does the same."""

WAIT_ON_WINDOWS = 0.1
"""Seconds of one wait for a child where a wait cannot be interrupted by Ctrl-C."""

_live: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()
_main_is_starting = threading.Event()


@dataclass(frozen=True)
class Completed:
    """How a child ended.

    Attributes:
        returncode: its exit code; negative for a signal.
        output: what it wrote to stdout, and to stderr too where a sink was given.
        errors: what it wrote to stderr where no sink was given.
    """

    returncode: int
    output: str
    errors: str = ""

    def tail(self, lines: int = 15) -> tuple[str, ...]:
        """Return the last lines of everything it printed."""
        return tuple((self.output + self.errors).splitlines()[-lines:])


class TimedOut(Exception):  # noqa: N818 - named for what happened
    """A child did not end in time and was ended, with all it had started.

    Attributes:
        seconds: the limit.
        output: what it printed until then.
    """

    def __init__(self, seconds: float, output: str) -> None:
        super().__init__(f"no end after {seconds:g} s")
        self.seconds = seconds
        self.output = output


def scrubbed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without settings of other tools and without credentials.

    Args:
        extra: variables to add; they are added after scrubbing.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_WITHHELD_PREFIXES) and not _WITHHELD_WORDS.search(name.upper())
    }
    kept |= {"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    return kept | dict(extra or {})


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    timeout: float,
    environ: Mapping[str, str] | None = None,
    sink: Callable[[str], None] | None = None,
) -> Completed:
    """Run a program to its end and return how it ended.

    Args:
        argv: the program and its arguments; there is no shell.
        cwd: the folder it runs in.
        timeout: seconds it may take.
        environ: its whole environment; `scrubbed_environment()` by default.
        sink: called with every line as it comes, stdout and stderr together.

    Raises:
        TimedOut: the time is up; the child and everything it started are gone.
        OSError: the program cannot be started.
    """
    environment = scrubbed_environment() if environ is None else dict(environ)
    child = _start([str(part) for part in argv], cwd=cwd, environ=environment, merged=sink is not None)
    stdout: deque[str] = deque(maxlen=KEPT_LINES)
    stderr: deque[str] = deque(maxlen=KEPT_LINES)
    readers = []
    try:
        readers.append(_reader(child.stdout, stdout, sink))
        if child.stderr is not None:
            readers.append(_reader(child.stderr, stderr, None))
        in_time = _wait(child, timeout)
    finally:
        end(child)
    _join(readers)
    if not in_time:
        raise TimedOut(timeout, "".join(stdout) + "".join(stderr))
    return Completed(child.returncode, "".join(stdout), "".join(stderr))


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started in its process group."""
    _kill(child)
    child.wait()
    _live.discard(child)


def end_all() -> None:
    """End every child that is still running; for an interrupted run with work in other threads."""
    for child in list(_live):
        end(child)


def stopping() -> bool:
    """Tell whether the run is being stopped."""
    return _stopping.is_set()


def stop() -> None:
    """End every child and let no other start: the whole run is being stopped. Made for a signal handler.

    Raises:
        KeyboardInterrupt: always, but where the main thread is just starting a child: then it comes right after.
    """
    _stopping.set()
    for child in list(_live):
        _kill(child)
    if not _main_is_starting.is_set():
        raise KeyboardInterrupt


def _kill(child: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if child.poll() is None:
            system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            subprocess.run([system, "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)


def _wait(child: subprocess.Popen[bytes], timeout: float) -> bool:
    """Wait for a child and return whether it ended by itself; when the time is up, it is ended.

    `Popen.wait` with a limit looks only every 50 ms, which adds up over the dozens of short children of a run.
    """
    if sys.platform == "win32":
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(WAIT_ON_WINDOWS)
                return True
        return False
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _kill(child)

    alarm = threading.Timer(timeout, expire)
    alarm.daemon = True
    alarm.start()
    try:
        child.wait()
    finally:
        alarm.cancel()
    return not expired.is_set()


def _start(argv: list[str], *, cwd: Path, environ: dict[str, str], merged: bool) -> subprocess.Popen[bytes]:
    in_main = threading.current_thread() is threading.main_thread()
    if in_main:
        _main_is_starting.set()
    try:
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            start_new_session=sys.platform != "win32",
            creationflags=_NEW_GROUP,
        )
        _live.add(child)
    finally:
        if in_main:
            _main_is_starting.clear()
    if _stopping.is_set():
        end(child)
        raise KeyboardInterrupt
    return child


def _reader(
    stream: IO[bytes] | None, kept: deque[str], sink: Callable[[str], None] | None
) -> threading.Thread:
    def read() -> None:
        assert stream is not None  # noqa: S101 - Popen was asked for a pipe
        with stream:
            while raw := stream.readline(LINE_LIMIT):
                line = raw.decode("utf-8", "replace").replace("\r\n", "\n")
                kept.append(line)
                if sink is not None:
                    sink(line.rstrip("\n"))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _join(readers: list[threading.Thread]) -> None:
    # A grandchild that left the process group may hold the pipe open; its output is not waited for.
    for reader in readers:
        reader.join(timeout=5)
