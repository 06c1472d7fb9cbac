# ruff: noqa: INP001 - `python3 scripts` makes a program of this folder, not a package
"""Making a private environment: once, with hashes, complete or not at all.

One file lock covers all of it. The children that install inherit the lock, so that a run that is killed
does not let another one in before they have ended; the stamp is written last, and an environment without a stamp is removed.

uv is downloaded, or pip, which comes with Python, installs it; uv then installs the rest in a second or two. Neither
reads the user's settings, but for the index that packages come from. Standard library only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import cached_environments as cached
import setup_failures
import setup_progress
import uv_download
from slipway import processes, system
from slipway.errors import SlipwayError, ToolError
from slipway.index import settings

UNUSED_FOR = 30 * 24 * 3600
"""Seconds after which an environment that nobody used is removed."""

STEP_LIMIT = 900
"""Seconds that one step may take; a slow connection needs minutes for the 40 MB."""

WAIT_LIMIT = 3 * STEP_LIMIT
"""Seconds to wait for another run that makes an environment."""


def make(folder: Path, lock: Path, description: str, *, thorough: bool = False) -> None:
    """Make the environment of a lock file; if another run is making it, wait for that one instead.

    Ends the process with an explanation if it cannot be made.

    Args:
        folder: where it will be.
        lock: requirements with hashes.
        description: what the stamp says once it is complete.
        thorough: whether one that was changed since it was made is made again, and not from a cache.
    """
    try:
        with _os_errors_explained(folder), _locked(folder.parent / "lock") as held:
            python = system.python_of(folder)
            if not cached.is_ready(folder, description, python, thorough=thorough):
                if cached.is_ready(folder, description, python):
                    _say(
                        "Files of Slipway's private environment were changed since it was made; it is made again."
                    )
                _make(folder, lock, description, held, is_cached=not thorough)
                _remove_unused(folder.parent)
    except SlipwayError as error:
        _end(error)


@contextlib.contextmanager
def _os_errors_explained(folder: Path) -> Iterator[None]:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ToolError(
            f"Slipway's private environment cannot be made: {error.filename or folder}: {error.strerror or error}.",
            cause="The cache folder cannot be written, or its disk is full.",
            remedy="Set SLIPWAY_CACHE to a folder that this user may write to and that has 250 MB of room.",
        ) from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Lock a file and yield its descriptor; the lock ends with the last process that has inherited it."""
    with path.open("a+b") as stream:
        waited_until = time.monotonic() + WAIT_LIMIT
        is_announced = False
        while not system.is_locked(stream.fileno()):
            if not is_announced:
                _say("Another run is setting up a private environment of Slipway; waiting for it ...")
            is_announced = True
            if time.monotonic() > waited_until:
                raise ToolError(
                    f"Another run has been setting up a private environment of Slipway for {WAIT_LIMIT // 60} minutes.",
                    cause="It hangs.",
                    remedy=f"End the process that has {path} open, or set SLIPWAY_CACHE to another folder.",
                )
            time.sleep(0.1)
        yield stream.fileno()


def _make(folder: Path, lock: Path, description: str, held: int, *, is_cached: bool) -> None:
    started = time.monotonic()
    _say(f"Setting up Slipway's private environment ({lock.stem}) in {folder}.")
    _say("This is done once. It takes 10 seconds to a minute, by the connection and the disk.")
    uv = _installer(folder.parent, held)
    index = settings.read(os.environ)
    ours = {
        "UV_CACHE_DIR": str(folder.parent.parent / "uv"),
        "UV_NO_CONFIG": "1",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        # Every file is known by its hash, so it does not matter which index serves it.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    options = ("--require-hashes", "--no-deps", "--no-build", "--requirements", lock)
    if not is_cached:
        # Its hashes are those of archives; nothing compares what was unpacked from them.
        ours["UV_NO_CACHE"] = "1"
    with _complete_or_removed(folder, description):
        _create(folder, held)
        python = system.python_of(folder)
        if is_cached:
            # What publishes has no use for it.
            shutil.copy2(uv, python.with_name(uv.name))
        argv: list[str | Path] = [uv, "pip", "install", "--python", python, *options]
        with setup_progress.shown(f"Installing {_counted(lock)} packages from {_spoken(index)}"):
            _step(f"filled from {_spoken(index)}", argv, held, index.uv_environ() | ours)
    _say(f"Ready after {time.monotonic() - started:.0f} seconds.")


def _installer(environments: Path, held: int) -> Path:
    """Return the path of uv, in a folder of its own."""
    description = cached.describe(cached.INSTALLER)
    folder = environments / cached.name_of(cached.INSTALLER, description)
    program = system.scripts_of(folder) / system.program("uv")
    if not cached.is_ready(folder, description, program, thorough=True):
        with _complete_or_removed(folder, description):
            index = settings.read(os.environ)
            with setup_progress.shown(f"Getting uv from {_spoken(index)}"):
                is_there = uv_download.fetch(cached.INSTALLER, index, program, pip=_pip_wheel())
            if not is_there:
                _install_uv(folder, held)
    (folder / cached.READY).touch()
    return program


def _install_uv(folder: Path, held: int) -> None:
    ensurepip = importlib.util.find_spec("ensurepip")
    # A package that was removed may leave an empty folder, which Python takes for a namespace.
    if ensurepip is None or ensurepip.origin is None:
        raise ToolError(
            "This Python cannot make environments: it has no module `ensurepip`.",
            cause="Debian and Ubuntu put that into a package of its own.",
            remedy="Install it with `sudo apt install python3-venv` (for a Python beside the system's own, "
            "`python3.13-venv` and so on), or use a Python from python.org, pyenv or uv.",
        )
    _create(folder, held)
    python = system.python_of(folder)
    wheel = _pip_wheel()
    if wheel is None:
        _step("given pip", [python, "-I", "-m", "ensurepip"], held, {})
    pip: list[str | Path] = [python, "-I", wheel / "pip"] if wheel else [python, "-I", "-m", "pip"]
    options = (
        *(
            "--disable-pip-version-check",
            "--no-input",
            "--progress-bar=off",
            "--no-cache-dir",
            "--no-compile",
        ),
        *("--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement", cached.INSTALLER),
    )
    index = settings.read(os.environ)
    variables = index.pip_environ() | {"PIP_CONFIG_FILE": os.devnull}
    with setup_progress.shown(f"Installing uv with pip from {_spoken(index)}"):
        _step(f"given uv from {_spoken(index)}", [*pip, "install", *options], held, variables)


def _counted(lock: Path) -> int:
    """Return how many packages a lock file lists: each begins a line, what belongs to it is indented."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return sum(1 for line in lines if line and not line.startswith((" ", "#", "-")))


def _spoken(index: settings.IndexSettings) -> str:
    return "the configured folders" if index.no_index else settings.redacted(index.default or "PyPI")


def _pip_wheel() -> Path | None:
    """Return the wheel of pip that came with Python, if it can be found.

    pip runs from its wheel; to install it first, as `ensurepip` does, takes two seconds more. Where the wheels are:
    https://docs.python.org/3/library/ensurepip.html, and Debian's package python3-pip-whl.
    """
    places = (
        sysconfig.get_config_var("WHEEL_PKG_DIR"),
        Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled"),
        "/usr/share/python-wheels",
    )
    wheels = (wheel for place in places if place for wheel in Path(place).glob("pip-*-py3-none-any.whl"))
    return next(wheels, None)


def _create(folder: Path, held: int) -> None:
    _step("created", [sys.executable, "-I", "-m", "venv", "--without-pip", folder], held, {})


@contextlib.contextmanager
def _complete_or_removed(folder: Path, description: str) -> Iterator[None]:
    """Let the body fill an empty folder, then write the stamp; remove the folder if the body fails."""
    _remove(folder)
    try:
        yield
        complete = cached.stamp_for(folder, description)
        stamp = folder / f"{cached.READY}.partial"
        with stamp.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(complete)
            stream.flush()
            os.fsync(stream.fileno())
        system.retried(lambda: stamp.replace(folder / cached.READY))
    except BaseException:
        with contextlib.suppress(OSError):
            _remove(folder)
        raise


def _step(done: str, argv: Sequence[str | Path], held: int, variables: Mapping[str, str]) -> None:
    try:
        ended = subprocess.run(
            [str(part) for part in argv],
            env=processes.scrubbed_environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=STEP_LIMIT,
            check=False,
            pass_fds=system.inherited(held),
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(
            f"Slipway's private environment could not be {done} within {STEP_LIMIT // 60} minutes.",
            cause="The connection to the package index is very slow, or something blocks it.",
            remedy="Run it again, or configure an index that is nearer.",
        ) from error
    if ended.returncode:
        raise setup_failures.explained(done, settings.redacted(ended.stdout))


def _remove_unused(environments: Path) -> None:
    """Remove the environments that nobody used for long, and with them the cache of uv."""
    old = [folder for folder in environments.iterdir() if folder.is_dir() and _age(folder) > UNUSED_FOR]
    for folder in (*old, *([environments.parent / "uv"] if old else [])):
        with contextlib.suppress(OSError):
            _remove(folder)


def _age(folder: Path) -> float:
    stamp = folder / cached.READY
    return time.time() - (stamp if stamp.exists() else folder).stat().st_mtime


def _remove(folder: Path) -> None:
    # Without its stamp it is not used any more, even if the removal is interrupted.
    (folder / cached.READY).unlink(missing_ok=True)
    if folder.exists():
        system.retried(lambda: shutil.rmtree(folder))


def _end(error: SlipwayError) -> NoReturn:
    log = "".join(f"  | {line}\n" for line in error.log)
    _say(f"{log}{error.happened}\n  likely cause: {error.cause}\n  what to do: {error.remedy}")
    sys.exit(int(error.exit_code))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
