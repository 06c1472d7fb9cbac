"""The one door through which child processes are started.

No shell, a scrubbed environment, a time limit, and nothing left running: a child gets a group of its own (see
`descendants`), which is ended as a whole when the child ends, when its time is up and when the run is interrupted. On
Linux, a process that left the group (a daemon) ends too: this process adopts it and kills it. On macOS such a process is
not found; on Windows none can leave.
"""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from slipway import descendants, process_table, system, variables, waiting
from slipway.system import result

__all__ = [
    "Completed",
    "TimedOut",
    "end",
    "end_all",
    "ender",
    "is_crash",
    "protect",
    "result",
    "run",
    "scrubbed_environment",
    "split",
    "stop",
    "stopping",
]

KEPT_LINES = 20_000
"""Lines of a child's output kept in memory; a build that prints more keeps its last ones."""

LINE_LIMIT = 64 * 1024
"""Characters of one line; what is longer is passed on in pieces."""

FIRST_NTSTATUS_ERROR = 0xC0000000

STRAY_SECONDS = 10.0
"""Seconds to go on killing processes that start others faster than they end."""

_live: dict[subprocess.Popen[bytes], descendants.Group | None] = {}
"""The children that run, each with its group; None for one that stays in that of this process."""

_stopping = threading.Event()
_main_is_starting = threading.Event()
_starting = threading.Lock()


class Completed(NamedTuple):
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


def is_crash(code: int) -> bool:
    """Return whether an exit code says that the system ended the program: a signal, or on Windows an exception.

    The codes of Windows are those of NTSTATUS with the severity "error" ([MS-ERREF], 2.3).
    """
    return code < 0 or code >= FIRST_NTSTATUS_ERROR


def ender(code: int) -> str:
    """Return what ended a program that crashed: `SIGSEGV`, or on Windows `the system, code 0xC0000005`."""
    if code >= 0:
        return f"the system, code 0x{code:X}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


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
    """Return what children may see of this process's environment: what `variables` lists, and no credentials.

    Args:
        extra: variables to add, whatever their names.
    """
    kept = variables.for_children(os.environ)
    kept |= {"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    return kept | dict(extra or {})


def split(command: str) -> list[str]:
    """Return the words of a command as a shell would take them; nothing is expanded, on Windows no backslash escapes.

    Raises:
        ValueError: a quotation mark is not closed.
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if system.BACKSLASH_IN_PATHS:
        lexer.escape = ""
    return list(lexer)


def protect(command: str) -> None:
    """Keep the credentials of this process from its children; call it before the first one starts.

    What a process was started with stays readable in /proc until another program takes its place. So where there is a
    credential that the command does not need, this process starts once more without it. On Linux, other processes of
    the user then cannot read its memory or its environment either, unless they have the right to trace any process.
    """
    if variables.drop_credentials(os.environ, command) and system.EXEC_REPLACES:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell is wanted
    process_table.hide()


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    timeout: float,
    environ: Mapping[str, str] | None = None,
    sink: Callable[[str], None] | None = None,
    on_terminal: bool = False,
) -> Completed:
    """Run a program to its end and return how it ended.

    Args:
        argv: the program and its arguments; there is no shell.
        cwd: the folder it runs in.
        timeout: seconds it may take.
        environ: its whole environment; `scrubbed_environment()` by default.
        sink: called with every line as it comes, stdout and stderr together.
        on_terminal: where there is a terminal, leave it in this process's session and group, so that it can ask for a
            passphrase there. What it leaves running in a session of its own, such as an agent for keys, goes on.

    Raises:
        TimedOut: the time is up; the child and everything it started are gone.
        OSError: the program cannot be started.
    """
    environment = scrubbed_environment() if environ is None else dict(environ)
    words, merged = [str(part) for part in argv], sink is not None
    child = start(words, cwd=cwd, environ=environment, merged=merged, on_terminal=on_terminal)
    stdout: deque[str] = deque(maxlen=KEPT_LINES)
    stderr: deque[str] = deque(maxlen=KEPT_LINES)
    readers = []
    try:
        readers.append(_reader(child.stdout, stdout, sink))
        if child.stderr is not None:
            readers.append(_reader(child.stderr, stderr, None))
        waiting.begins()
        in_time = _wait(child, timeout)
    finally:
        end(child)
    for reader in readers:
        # A grandchild that left the process group may hold the pipe open; its output is not waited for.
        reader.join(timeout=5)
    if not in_time:
        raise TimedOut(timeout, "".join(stdout) + "".join(stderr))
    return Completed(child.returncode, "".join(stdout), "".join(stderr))


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started."""
    _kill(child)
    child.wait()
    if (group := _live.pop(child, None)) is not None:
        group.close()
    _end_strays()


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
    if (group := _live.get(child)) is not None:
        group.kill()
    # Windows denies it where the child is ending already.
    with contextlib.suppress(PermissionError):
        child.kill()


def _end_strays() -> None:
    """Kill what ended children left behind outside of their process groups, until nothing of it is left.

    A process whose parent has ended becomes a child of this one (prctl(2), PR_SET_CHILD_SUBREAPER). One that is younger
    than a child that still runs may belong to that child, and is spared until it ends.
    """
    deadline = time.monotonic() + STRAY_SECONDS
    while time.monotonic() < deadline:
        with _starting:
            ours = process_table.children()
            live = {child.pid for child in _live}
            oldest = min((started for number, _, started in ours if number in live), default=None)
            strays = [
                number
                for number, session, started in ours
                if session not in {process_table.session(), *live} and (oldest is None or started < oldest)
            ]
        if not strays:
            return
        for number in strays:
            process_table.kill(number)
        time.sleep(0.001)


def _wait(child: subprocess.Popen[bytes], timeout: float) -> bool:
    """Wait for a child and return whether it ended by itself; when the time is up, it is ended.

    `Popen.wait` with a limit looks only every 50 ms, which adds up over the dozens of short children of a run.
    """
    if system.WAITS_IN_SLICES:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(system.SLICE)
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


def start(
    argv: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    merged: bool,
    on_terminal: bool = False,
    takes_input: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program and return it; the caller reads what it prints, and ends it with `end`.

    Args:
        argv: the program and its arguments; there is no shell.
        cwd: the folder it runs in.
        environ: its whole environment.
        merged: whether stderr goes where stdout goes.
        on_terminal: as for `run`.
        takes_input: whether its stdin is a pipe; otherwise it reads nothing.

    Raises:
        OSError: the program cannot be started.
    """
    in_main = threading.current_thread() is threading.main_thread()
    stays = on_terminal and system.has_terminal()
    if in_main:
        _main_is_starting.set()
    try:
        process_table.adopt(orphans=not on_terminal)
        with _starting:
            child = subprocess.Popen(
                argv,
                cwd=cwd,
                env=environ,
                stdin=subprocess.PIPE if takes_input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merged else subprocess.PIPE,
                **({} if stays else descendants.START),
            )
            _live[child] = None if stays else descendants.Group(child.pid, getattr(child, "_handle", None))
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
