"""The private environment: made once per lock file, with hashes, and then handed over to.

Standard library only. Nothing is installed into the user's environment, and neither pip's nor uv's settings of the
user apply, but for the index that packages come from.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NoReturn

SCRIPTS = Path(__file__).resolve().parent
REQUIREMENTS = SCRIPTS / "requirements"

LOCKS = {"publish": "publish.txt"}
"""Commands that run in an environment of their own: the one that publishes holds only what publishing needs."""

EVERYTHING = "slipway.txt"
INSTALLER = REQUIREMENTS / "uv.txt"

READY = "ready"
"""Written last: an environment without it was never finished."""

UNUSED_FOR = 60 * 24 * 3600
"""Seconds after which an environment that nobody used is removed."""

TOOL = 3
"""Exit code for a tool, the network or the machine that failed; `slipway.errors.ExitCode.TOOL`."""

_OTHERS_SETTINGS = ("PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "SLIPWAY_", "TWINE_")
_KEPT = ("UV_CACHE_DIR", "UV_OFFLINE", "UV_HTTP_TIMEOUT", "PIP_CACHE_DIR", "PIP_DEFAULT_TIMEOUT", "PIP_PROXY")


class Failed(Exception):  # noqa: N818 - named for what happened
    """The environment cannot be made; the text says what happened, why, and what to do."""


def run(arguments: Sequence[str]) -> NoReturn:
    """Run a command of Slipway in its private environment, and end with its exit code."""
    if _is_private():
        from slipway.cli import main

        main()
    lock = REQUIREMENTS / LOCKS.get(_command(arguments), EVERYTHING)
    hand_over(lock, ["-I", str(SCRIPTS), *arguments])


def hand_over(lock: Path, arguments: Sequence[str]) -> NoReturn:
    """Make the environment of a lock file if it is not there, and replace this process by its Python.

    Args:
        lock: requirements with hashes.
        arguments: the arguments for that Python.
    """
    try:
        python = environment(lock)
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(TOOL)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped while Slipway's environment was being made. The next run makes it anew.\n")
        sys.exit(TOOL)
    if sys.platform == "win32":
        # There, exec starts a second process and returns to the shell before it is done.
        sys.exit(subprocess.run([python, *arguments], check=False).returncode)
    os.execv(python, [str(python), *arguments])  # noqa: S606 - no shell is wanted


def environment(lock: Path) -> Path:
    """Return the Python of the environment that holds exactly what a lock file lists; make it if need be.

    Raises:
        Failed: it cannot be made.
    """
    folder = cache_folder() / "environments" / _key(lock)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / READY
    if not stamp.exists():
        with _told(folder), _alone(folder.with_suffix(".lock")):
            if not stamp.exists():
                _make(folder, python, lock)
                _remove_unused(folder.parent)
    elif time.time() - stamp.stat().st_mtime > UNUSED_FOR / 10:
        with contextlib.suppress(OSError):
            stamp.touch()
    return python


def cache_folder() -> Path:
    """Return Slipway's own cache folder: SLIPWAY_CACHE, else the platform's place for caches."""
    if own := os.environ.get("SLIPWAY_CACHE"):
        return Path(own).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local", "slipway", "cache")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "slipway"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "slipway")


def _command(arguments: Sequence[str]) -> str:
    return next((argument for argument in arguments if not argument.startswith("-")), "")


def _is_private() -> bool:
    return sys.prefix != sys.base_prefix and Path(sys.prefix, READY).exists()


def _key(lock: Path) -> str:
    told = hashlib.sha256(lock.read_bytes())
    for part in (INSTALLER.read_bytes(), sys.version.encode(), os.path.realpath(sys.base_prefix).encode()):
        told.update(hashlib.sha256(part).digest())
    version = f"{sys.implementation.name}{sys.version_info[0]}{sys.version_info[1]}"
    return f"{lock.stem}-{version}-{told.hexdigest()[:16]}"


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise Failed(
            f"Slipway's environment cannot be made: {error.strerror or error}.\n"
            f"  likely cause: {error.filename or folder} cannot be written, or the disk is full.\n"
            "  what to do: free some space, or set SLIPWAY_CACHE to a folder that can be written."
        ) from error


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold an operating system's lock, which goes with the process that holds it, however that ends."""
    with lock.open("a+b") as stream:
        _take(stream)
        yield


def _take(stream: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                stream.seek(0)
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                time.sleep(0.2)
            else:
                return
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say("Another run is setting up Slipway's environment; waiting for it.")
        fcntl.flock(stream, fcntl.LOCK_EX)


def _make(folder: Path, python: Path, lock: Path) -> None:
    started = time.monotonic()
    _say(f"Setting up Slipway's own environment in {folder} (once, about 20 seconds) …")
    if folder.exists():
        shutil.rmtree(folder)
    _run("make an environment", [sys.executable, "-I", "-m", "venv", folder])
    environ = _environment()
    pip: list[str | Path] = [
        python,
        "-I",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--quiet",
    ]
    _run(
        "install the installer",
        [*pip, "--require-hashes", "--only-binary", ":all:", "-r", INSTALLER],
        environ,
    )
    uv = python.with_name("uv.exe" if sys.platform == "win32" else "uv")
    install: list[str | Path] = [uv, "pip", "install", "--python", python, *_options()]
    _run("install its parts", [*install, "--only-binary", ":all:", "--require-hashes", "-r", lock], environ)
    (folder / READY).touch()
    _say(f"Ready after {time.monotonic() - started:.0f} seconds.")


def _environment() -> dict[str, str]:
    from slipway.index import settings

    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or not name.upper().startswith(_OTHERS_SETTINGS)
    }
    ours = {
        "PIP_CONFIG_FILE": os.devnull,
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }
    index = settings.read(os.environ)
    return kept | index.uv_environ() | index.pip_environ() | ours


def _options() -> tuple[str, ...]:
    from slipway.index import settings

    return settings.read(os.environ).uv_options()


def _run(purpose: str, argv: Sequence[str | Path], environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in argv],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        tail = "\n".join(f"  | {line}" for line in done.stdout.strip().splitlines()[-12:])
        cause, remedy = _explained(done.stdout)
        raise Failed(
            f"{tail}\nSlipway could not {purpose} of its own.\n"
            f"  likely cause: {cause}\n  what to do: {remedy}"
        )


KNOWN = (
    (
        ("ensurepip is not available", "No module named ensurepip", "No module named venv"),
        "this Python came without its `venv` module, as on Debian and Ubuntu.",
        "install it (`apt install python3-venv`), or use a Python from python.org, pyenv or uv.",
    ),
    (
        ("No space left on device",),
        "the disk is full.",
        "free some space, or set SLIPWAY_CACHE to a folder with room.",
    ),
    (
        ("HASHES", "Hash mismatch", "hash mismatch"),
        "the index serves other bytes than those Slipway was locked with.",
        "ask whoever runs the configured index; if it is PyPI itself, please report it.",
    ),
)
"""What a failed step prints, the cause, and the remedy."""


def _explained(printed: str) -> tuple[str, str]:
    for signs, cause, remedy in KNOWN:
        if any(sign in printed for sign in signs):
            return cause, remedy
    return (
        "the index cannot be reached, or does not have what is needed.",
        "check the connection, the proxy and the configured index (PIP_INDEX_URL, pip.conf), then run again.",
    )


def _remove_unused(environments: Path) -> None:
    for stamp in environments.glob(f"*/{READY}"):
        with contextlib.suppress(OSError):
            if time.time() - stamp.stat().st_mtime > UNUSED_FOR:
                stamp.unlink()
                shutil.rmtree(stamp.parent)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
