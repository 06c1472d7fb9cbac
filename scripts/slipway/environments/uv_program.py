"""Starting uv, the program that makes environments and installs into them."""

import functools
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from slipway import processes, system
from slipway.index import settings

KEPT = (
    "UV_CACHE_DIR",
    "UV_OFFLINE",
    "UV_PYTHON_INSTALL_DIR",
    "UV_HTTP_TIMEOUT",
    "UV_HTTP_RETRIES",
    "UV_CONCURRENT_DOWNLOADS",
)
"""Variables that uv still gets: where it keeps things and how it reaches the network."""

_finding = threading.Lock()


@functools.cache
def executable() -> Path:
    """Return the path of the uv that belongs to Slipway: beside its Python, else where the package `uv` is."""
    beside = Path(sys.executable).with_name(system.program("uv"))
    if beside.is_file():
        return beside
    from uv import find_uv_bin

    # Smoke tests ask for it from several threads, and the search reads `sysconfig`, which fills itself on first use.
    with _finding:
        return Path(find_uv_bin())


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    timeout: float,
    sink: Callable[[str], None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> processes.Completed:
    """Run uv with the index that is configured on this machine and return how it ended.

    Args:
        argv: its arguments.
        cwd: the folder it runs in.
        timeout: seconds it may take.
        sink: called with every line it prints.
        environ: variables to set on top.

    Raises:
        processes.TimedOut: the time is up.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    ours = {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    index = settings.read(os.environ).uv_environ()
    full = processes.scrubbed_environment(kept | ours | index | dict(environ or {}))
    return processes.run([executable(), *argv], cwd=cwd, timeout=timeout, environ=full, sink=sink)
