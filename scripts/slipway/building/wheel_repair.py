"""Repair a wheel with auditwheel so that it works on other Linux machines."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from slipway import processes, system
from slipway.environments import compiled_tools

SECONDS = 300.0

_PLAIN = re.compile(r"-linux_\w+\.whl\Z")


def repaired(
    wheel: Path, folder: Path, log: Callable[[str], None], variables: Mapping[str, str] | None = None
) -> Path:
    """Return the wheel that auditwheel makes of a plain Linux wheel; any other, or one it refuses, as it is.

    The libraries that not every Linux has are copied into it, and its tag then names the oldest system it fits
    (PEP 600). Why auditwheel refuses one is in the log; the rules on platform tags judge the result.

    Args:
        wheel: as the backend made it.
        folder: where the repaired one is written.
        log: called with every line that auditwheel prints.
        variables: further variables for it, such as the SOURCE_DATE_EPOCH of the build.
    """
    if not system.RUNS_AUDITWHEEL or not _PLAIN.search(wheel.name):
        return wheel
    command = ["repair", "--plat=auto", f"--wheel-dir={folder}", str(wheel)]
    argv = [*compiled_tools.command("auditwheel"), *command]
    log(f"repairing {wheel.name} with auditwheel")
    try:
        done = processes.run(
            argv,
            cwd=wheel.parent,
            timeout=SECONDS,
            environ={**compiled_tools.environ(), **(variables or {})},
            sink=log,
        )
    except processes.TimedOut:
        log(f"auditwheel did not end within {SECONDS:.0f} s")
        return wheel
    made = sorted(folder.glob("*.whl"))
    return made[0] if done.returncode == 0 and len(made) == 1 else wheel
