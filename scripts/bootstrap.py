"""The start: choose the private environment of a command and hand over to it.

Standard library only, and little of it: this runs at every start.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cached_environments import (
    READY,
    REQUIREMENTS,
    SCRIPTS,
    cache_folder,
    describe,
    fresh_cache_folder,
    is_ready,
    name_of,
)
from slipway import system, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

LOCKS = dict.fromkeys(("publish", "announce", "keep-issue"), REQUIREMENTS / "publish.txt")
"""Commands with an environment of their own, as in the table in slipway/commands.py, which is too slow to import here.
Each holds a right to write, so the files of their environment are compared before each use."""

IN_JOBS = {
    **dict.fromkeys(("check", "plan", "validate", "build", "inspect"), REQUIREMENTS / "check.txt"),
    **dict.fromkeys(("smoke", "compare", "verify"), REQUIREMENTS / "verify.txt"),
}
"""What commands need on a runner, where each job is a new machine and there is no keyring."""

RELEASED = ("--released", "SLIPWAY_RELEASED")
"""With this option, or this variable, `verify` builds the project as well."""

EVERYTHING = REQUIREMENTS / "slipway.txt"

SET_UP = "SLIPWAY_SET_UP"
"""When this start began to make its environment, and the seconds it took, for the report."""

COLLECTED = 500_000
"""Objects after which the collector looks for those that only refer to each other."""

PYTHON_OPTIONS = ("-I", "-X", "utf8")

INPUT = 2
"""Exit code for a setting that is wrong; `slipway.errors.ExitCode.INPUT`."""

TOOL = 3
"""Exit code for a tool, the network or the machine that failed; `slipway.errors.ExitCode.TOOL`."""

BUG = 4
"""Exit code for our own bug; `slipway.errors.ExitCode.BUG`."""

INTERRUPTED = 130
"""Exit code for a run that the user stopped; `slipway.errors.ExitCode.INTERRUPTED`."""


def run(arguments: Sequence[str]) -> NoReturn:
    """Run a command of Slipway in its private environment, and end with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Where output is not a terminal, Windows would take an encoding that lacks most characters.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    if not inside():
        command = arguments[0] if arguments else ""
        variables.drop_credentials(os.environ, command)
        hand_over(lock_of(command, builds=_builds(arguments)), [str(SCRIPTS), *arguments])
    # Little of what a run makes refers to itself; to look for it as often as usual takes a twentieth of the time.
    gc.set_threshold(COLLECTED, 20, 20)
    try:
        from slipway.cli import main
    except ModuleNotFoundError as missing:
        _give_up(missing)
    main()


def lock_of(command: str, *, builds: bool = False) -> Path:
    """Return the lock file of the environment that a command runs in; on a runner it holds less.

    Args:
        command: its name.
        builds: whether `verify` is to build the project as well.
    """
    jobs = IN_JOBS if os.environ.get("GITHUB_ACTIONS") == "true" else {}
    wanted = "build" if command == "verify" and builds else command
    return (jobs | LOCKS).get(wanted, EVERYTHING)


def _builds(arguments: Sequence[str]) -> bool:
    option, variable = RELEASED
    return option in arguments or os.environ.get(variable, "").lower() in {"true", "1", "yes", "on"}


def inside(lock: Path | None = None) -> bool:
    """Return whether this process runs in a private environment: in that of a lock file, if one is given."""
    try:
        stamp = Path(sys.prefix, READY).read_text(encoding="utf-8")
    except OSError:
        return False
    return lock is None or f"\nlock {lock.name}\n" in stamp


def hand_over(lock: Path, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the Python of a lock file's environment, which is made first if need be.

    Args:
        lock: requirements with hashes.
        arguments: the arguments for that Python, which runs isolated.
    """
    try:
        folder = environment(lock)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The unfinished environment is not used; the next run makes a new one.\n")
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001 - whatever comes this far is our own bug and is shown as one
        import traceback

        traceback.print_exc()
        sys.stderr.write("\nThis is a bug of Slipway. Please report it with the lines above.\n")
        sys.exit(BUG)
    # A launcher on macOS leaves this behind, and a Python that finds it takes itself for another one.
    os.environ.pop("__PYVENV_LAUNCHER__", None)
    # Where all files are compared, none may be added.
    options = (*PYTHON_OPTIONS, "-B") if _is_publishing(lock) else PYTHON_OPTIONS
    argv = [str(system.python_of(folder)), *options, *arguments]
    if not system.EXEC_REPLACES:
        sys.exit(_wait_for(argv))
    os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted


def environment(lock: Path) -> Path:
    """Return the folder of the environment that holds exactly what a lock file lists; make it if need be.

    Ends the process with a clear sentence and exit code 3 (2 where a setting is wrong) if it cannot be made.
    """
    description = describe(lock)
    thorough = _is_publishing(lock)
    try:
        folder = (
            ((thorough and fresh_cache_folder()) or cache_folder())
            / "environments"
            / name_of(lock, description)
        )
    except RuntimeError:
        sys.stderr.write(
            "This user has no home folder. Set SLIPWAY_CACHE to a folder that Slipway may fill.\n"
        )
        sys.exit(INPUT)
    if not is_ready(folder, description, system.python_of(folder), thorough=thorough):
        import time

        import private_environment

        started = time.time()
        private_environment.make(folder, lock, description, thorough=thorough)
        os.environ[SET_UP] = f"{started:.3f} {time.time() - started:.3f}"
    with suppress(OSError):
        os.utime(folder / READY)
    return folder


def _is_publishing(lock: Path) -> bool:
    # What runs there may upload. Code that is built or tested could have changed files in the cache before.
    return lock in LOCKS.values()


def _wait_for(argv: Sequence[str]) -> int:
    # Windows has no exec that the calling shell waits for. Ctrl-C and Ctrl-Break, which a runner sends next, reach the
    # child as well, and it is the child that ends in an orderly way; this process only waits for it.
    import signal
    import subprocess

    if hasattr(signal, "SIGBREAK"):
        signal.signal(signal.SIGBREAK, lambda *_: None)
    with subprocess.Popen(argv) as child:
        while True:
            with suppress(KeyboardInterrupt):
                return child.wait()


def _give_up(missing: ModuleNotFoundError) -> NoReturn:
    if (missing.name or "slipway").partition(".")[0] == "slipway":
        raise missing
    with suppress(OSError):
        Path(sys.prefix, READY).unlink()
    sys.stderr.write(
        f"Slipway's private environment lacks the module {missing.name}.\n"
        f"  likely cause: something removed files from {sys.prefix}.\n"
        "  what to do: run the command again; the environment is made again.\n"
    )
    sys.exit(TOOL)
