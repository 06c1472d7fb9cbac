"""The private environment of a command: which one it is, whether it stands, and handing over to it.

An environment belongs to a lock file, a Python and a platform. It is made once, by `private_environment`, in a cache
folder of its own; nothing is ever installed into the user's environment. Standard library only, and little of it: this
runs at every start.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from slipway import variables

SCRIPTS = Path(__file__).resolve().parent
REQUIREMENTS = SCRIPTS / "requirements"

LOCKS = {"publish": REQUIREMENTS / "publish.txt"}
"""Commands with an environment of their own: the one that publishes holds only what publishing needs."""

EVERYTHING = REQUIREMENTS / "slipway.txt"
INSTALLER = REQUIREMENTS / "uv.txt"

READY = "slipway-ready"
"""The file that is written last, into an environment that is complete, and touched when it is used."""

LAYOUT = 1
"""Raised when environments are made in another way than before, so that the old ones are left alone."""

PYTHON_OPTIONS = ("-I", "-X", "utf8")

TOOL = 3
"""Exit code for a tool, the network or the machine that failed; `slipway.errors.ExitCode.TOOL`."""

BUG = 4
"""Exit code for our own bug; `slipway.errors.ExitCode.BUG`."""


def run(arguments: Sequence[str]) -> NoReturn:
    """Run a command of Slipway in its private environment, and end with its exit code."""
    if not inside():
        command = arguments[0] if arguments else ""
        variables.drop_credentials(os.environ, command)
        lock = LOCKS.get(command, EVERYTHING)
        hand_over(lock, [str(SCRIPTS), *arguments])
    try:
        from slipway.cli import main
    except ModuleNotFoundError as missing:
        _give_up(missing)
    main()


def inside(lock: Path | None = None) -> bool:
    """Tell whether this process runs in a private environment: in that of a lock file, if one is given."""
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
        sys.stderr.write("Stopped. What was half made is not used; the next run makes it anew.\n")
        sys.exit(TOOL)
    except Exception:  # noqa: BLE001 - whatever comes this far is our own bug and is shown as one
        import traceback

        traceback.print_exc()
        sys.stderr.write("\nThis is a bug of Slipway. Please report it with the lines above.\n")
        sys.exit(BUG)
    # A launcher on macOS leaves this behind, and a Python that finds it takes itself for another one.
    os.environ.pop("__PYVENV_LAUNCHER__", None)
    argv = [str(python_of(folder)), *PYTHON_OPTIONS, *arguments]
    if sys.platform == "win32":
        sys.exit(_wait_for(argv))
    os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted


def environment(lock: Path) -> Path:
    """Return the folder of the environment that holds exactly what a lock file lists; make it if need be.

    Ends the process with a clear sentence and exit code 3 (2 where a setting is wrong) if it cannot be made.
    """
    description = describe(lock)
    try:
        folder = cache_folder() / "environments" / name_of(lock, description)
    except RuntimeError:
        sys.exit("This user has no home folder. Set SLIPWAY_CACHE to a folder that Slipway may fill.")
    if not is_ready(folder, description):
        import private_environment

        private_environment.make(folder, lock, description)
    with suppress(OSError):
        os.utime(folder / READY)
    return folder


def is_ready(folder: Path, description: str) -> bool:
    """Tell whether an environment was finished, and as described."""
    try:
        return (folder / READY).read_text(encoding="utf-8") == description
    except (OSError, UnicodeDecodeError):
        return False


def python_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def cache_folder() -> Path:
    """Return the folder that Slipway keeps things in between runs: SLIPWAY_CACHE, else the platform's place.

    Raises:
        RuntimeError: there is no home folder.
    """
    if own := os.environ.get("SLIPWAY_CACHE"):
        return Path(own).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local", "slipway")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "slipway"
    # A relative XDG_CACHE_HOME is to be ignored: https://specifications.freedesktop.org/basedir-spec/
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return Path(xdg if xdg.startswith("/") else Path.home() / ".cache", "slipway")


def describe(lock: Path) -> str:
    """Return what an environment is made from, as the text that its stamp holds."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    machine = getattr(sys.implementation, "_multiarch", "") or _machine()
    parts = (
        f"slipway environment, layout {LAYOUT}",
        f"lock {lock.name}",
        *(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in (lock, INSTALLER)),
        f"python {sys.implementation.cache_tag} {sys.version_info[0]}.{sys.version_info[1]}",
        f"platform {sys.platform} {machine}",
        f"interpreter {os.path.realpath(base)}",
    )
    return "\n".join(parts) + "\n"


def name_of(lock: Path, description: str) -> str:
    """Return the name of the folder of an environment."""
    digest = hashlib.sha256(description.encode(errors="surrogateescape")).hexdigest()[:12]
    return f"{lock.stem}-{sys.implementation.cache_tag}-{digest}"


def _machine() -> str:
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


def _wait_for(argv: Sequence[str]) -> int:
    # Windows has no exec that the calling shell waits for. Ctrl-C reaches the child as well, and it is the
    # child that ends in an orderly way; this process only waits for it.
    import subprocess

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
        "  what to do: run the command again; the environment is made anew.\n"
    )
    sys.exit(TOOL)
