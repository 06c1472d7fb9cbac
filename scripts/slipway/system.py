"""What differs between Linux, macOS and Windows, in one place: names and folders of programs, files, waits and signals.

Beside it, few modules ask which system this is: `descendants` and `process_table` for processes, `index/setting_files`
for where pip and uv keep their settings, and `uv_download` for its wheel. Standard library only: the bootstrap uses it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

TYPE_CHECKING = False
"""As in `typing`, which takes a tenth of the time of the bootstrap to import."""
if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import NoReturn, TypeVar

    Result = TypeVar("Result")

EXEC_REPLACES = sys.platform != "win32"
"""Whether a program can take the place of this process, so that who waits for this one waits for that one."""

READ_ONLY_FILES_STAY = sys.platform == "win32"
"""Whether a file has to be made writable before it can be removed; elsewhere the folder's mode decides."""

BACKSLASH_IN_PATHS = sys.platform == "win32"
"""Whether a backslash in a command separates folders."""

TRUSTS_A_STORE = sys.platform in {"win32", "darwin"}
"""Whether the certificates that the system trusts are in a store of its own and in no file."""

RUNS_AUDITWHEEL = sys.platform == "linux"
"""Whether auditwheel runs here: it reads the libraries of the system that it judges wheels for."""

FORKS = sys.platform == "linux"
"""Whether a process can go on as two; on macOS its libraries may not (https://github.com/python/cpython/issues/77906)."""

SCREEN_BY_VARIABLE = sys.platform not in {"win32", "darwin"}
"""Whether a program finds the user's screen by a variable, without which it opens no window."""

SLICE = 0.1
"""Seconds of one wait where a wait does not end when Ctrl-C is pressed."""

WAITS_IN_SLICES = sys.platform == "win32"
"""Whether the handler of a signal runs only after a wait has ended; so Python waits for locks, processes and sockets."""

PAUSES = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28)
"""Seconds between attempts at a file that another program holds."""

_HELD = frozenset({5, 32, 33, 145})
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION and ERROR_DIR_NOT_EMPTY: what Windows says of a file
that a virus scanner or an indexer has open (https://learn.microsoft.com/windows/win32/debug/system-error-codes)."""


def program(name: str) -> str:
    """Return the file name of a program: `uv`, or `uv.exe`."""
    return f"{name}.exe" if sys.platform == "win32" else name


def script_names(name: str) -> tuple[str, ...]:
    """Return the file names that a script of an environment may have."""
    return (f"{name}.exe", f"{name}.bat", name) if sys.platform == "win32" else (name,)


def scripts_of(environment: Path) -> Path:
    """Return the folder of an environment's programs (https://docs.python.org/3/library/venv.html)."""
    return environment / ("Scripts" if sys.platform == "win32" else "bin")


def python_of(environment: Path) -> Path:
    """Return the interpreter of an environment."""
    return scripts_of(environment) / program("python")


def cache_folder() -> Path:
    """Return the folder for what Slipway keeps between runs.

    Raises:
        RuntimeError: there is no home folder.
    """
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local", "slipway")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "slipway"
    # A relative XDG_CACHE_HOME is to be ignored: https://specifications.freedesktop.org/basedir-spec/
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return Path(xdg if xdg.startswith("/") else Path.home() / ".cache", "slipway")


def home_variables(home: Path) -> dict[str, str]:
    """Return the variables that make a folder the home of a child."""
    variables = {"HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    if sys.platform == "win32":
        variables |= {
            "APPDATA": str(home / "AppData" / "Roaming"),
            "LOCALAPPDATA": str(home / "AppData" / "Local"),
            "HOMEDRIVE": home.drive,
            "HOMEPATH": str(home).removeprefix(home.drive),
        }
    return variables


def description() -> str:
    """Return system and architecture, as one line that tells apart what cannot run the same programs."""
    # On macOS the first is the same for both architectures, and a universal Python may run as either.
    architecture = f"{getattr(sys.implementation, '_multiarch', '')} {_machine()}".strip()
    return f"{sys.platform} {architecture}"


def platform_name() -> str:
    """Return system and architecture as Python itself names them, such as `linux-x86_64` or `win-amd64`."""
    import sysconfig  # takes too long for every start

    return sysconfig.get_platform()


def _machine() -> str:
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


def typed(word: str) -> str:
    """Return a word of a command line as it is typed where this runs; on Windows single quotation marks mean nothing."""
    if not BACKSLASH_IN_PATHS:
        return shlex.quote(word)
    return f'"{word}"' if not word or " " in word else word


def has_terminal() -> bool:
    """Return whether this process has a terminal, from which Ctrl-C reaches all of its group."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError), open("/dev/tty", "rb", buffering=0):  # noqa: PTH123 - no file of ours
            return True
    return sys.platform == "win32" and sys.stdin.isatty()


def is_locked(descriptor: int) -> bool:
    """Lock an open file for this process, and on POSIX for those that inherit it; return whether it is locked now."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def inherited(descriptor: int) -> tuple[int, ...]:
    """Return an open file as `subprocess` takes it for a child to inherit; none where it inherits handles only."""
    return () if sys.platform == "win32" else (descriptor,)


def retried(action: Callable[[], Result]) -> Result:
    """Do something to a file, and try again for two seconds where another program holds it; return what it returns.

    Raises:
        OSError: it still fails, or fails for another reason.
    """
    for pause in PAUSES:
        try:
            return action()
        except OSError as error:
            if getattr(error, "winerror", None) not in _HELD:
                raise
        time.sleep(pause)
    return action()


def result(future: Future[Result]) -> Result:
    """Return what a future holds, waiting so that Ctrl-C is noticed at once."""
    if WAITS_IN_SLICES:
        from concurrent.futures import wait

        while not future.done():
            wait([future], SLICE)
    return future.result()


def interruptible(call: Callable[[], Result]) -> Result:
    """Call something that waits for the network, so that Ctrl-C is noticed at once, and return what it returns.

    Where a wait is deaf to signals, another thread does the waiting; it ends with the process.
    """
    if not WAITS_IN_SLICES or threading.current_thread() is not threading.main_thread():
        return call()
    from concurrent.futures import Future

    future: Future[Result] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return result(future)


def sleep(seconds: float) -> None:
    """Wait, so that a signal is noticed at once: on Windows `time.sleep` hears Ctrl-C alone, and not SIGBREAK."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SLICE) if WAITS_IN_SLICES else left)


def end(code: int) -> NoReturn:
    """End this process with an exit code.

    Python would free each object first, which takes a tenth of a short run; the system takes all of them at once.
    """
    if any(
        thread is not threading.current_thread() and not thread.daemon for thread in threading.enumerate()
    ):
        sys.exit(code)  # which waits for them
    atexit._run_exitfuncs()  # noqa: SLF001 - nothing else runs what was registered
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # which says that nobody reads them
    os._exit(code)
