"""Environments for programs that few runs need, each with a lock file of its own in scripts/requirements.

On a laptop they are part of Slipway's own environment. In a job of a workflow, which sets up only what every project
needs, such an environment is made when the first of its programs is started, and lasts as long as this process.
"""

import atexit
import contextlib
import functools
import importlib.util
import sys
import threading
from pathlib import Path

from slipway import processes
from slipway.environments import disposable, interpreters, uv_program
from slipway.errors import ToolError

SECONDS = 300.0

_making = threading.Lock()


def python(lock: Path, *, holds: str, what: str) -> Path:
    """Return the interpreter that has what a lock file names.

    Args:
        lock: the lock file.
        holds: a module of it; an interpreter that has this one has all.
        what: what is installed, as the beginning of a sentence, in the plural.

    Raises:
        ToolError: the environment cannot be made.
    """
    with _making:
        return _made(lock, holds, what)


@functools.cache
def _made(lock: Path, holds: str, what: str) -> Path:
    if importlib.util.find_spec(holds) is not None:
        return Path(sys.executable)
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    environment = disposable.create(kept.enter_context(disposable.scratch()) / "tools", interpreters.own())
    options = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--requirements", lock)
    try:
        done = uv_program.run(
            ["pip", "install", "--python", environment.python, *options],
            cwd=environment.path,
            timeout=SECONDS,
        )
    except processes.TimedOut as error:
        raise _not_installed(what, f"uv did not end within {SECONDS:.0f} s.") from error
    if done.returncode:
        raise _not_installed(
            what, "The index cannot be reached, or has no wheel for this system.", done.tail()
        )
    return environment.python


def _not_installed(what: str, cause: str, log: tuple[str, ...] = ()) -> ToolError:
    return ToolError(
        f"{what} cannot be installed.",
        cause=cause,
        remedy="Run it again; if that does not help, look at the index that pip or uv is configured with.",
        log=log,
    )
