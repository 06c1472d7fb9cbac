"""The door to interpreters and throw-away environments; uv makes them and installs into them."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway import processes
from slipway.errors import InputError, ToolError
from slipway.index import settings

KEPT_FOR_UV = (
    "UV_CACHE_DIR",
    "UV_OFFLINE",
    "UV_PYTHON_INSTALL_DIR",
    "UV_HTTP_TIMEOUT",
    "UV_CONCURRENT_DOWNLOADS",
)
"""Variables that say where uv keeps things and how it reaches the network; its other settings are not ours."""

_PROBE = "import json,platform,sys;print(json.dumps([sys.executable,platform.python_version(),sys.implementation.name]))"


class InstallFailed(Exception):  # noqa: N818 - named for what happened
    """uv could not install; `output` is what it said."""

    def __init__(self, output: str) -> None:
        super().__init__("installation failed")
        self.output = output


@dataclass(frozen=True)
class Interpreter:
    """A Python on this machine.

    Attributes:
        path: its executable.
        version: its full version, such as `3.12.1`.
        implementation: `cpython`, `pypy`, …
    """

    path: Path
    version: str
    implementation: str


@dataclass(frozen=True)
class Environment:
    """A virtual environment made by `create`."""

    path: Path
    interpreter: Interpreter

    @property
    def scripts(self) -> Path:
        """The folder of its console scripts."""
        return self.path / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> Path:
        """Its own interpreter."""
        return self.scripts / ("python.exe" if sys.platform == "win32" else "python")

    def environ(self) -> dict[str, str]:
        """The variables that make it the active environment of a child."""
        return {
            "VIRTUAL_ENV": str(self.path),
            "PATH": os.pathsep.join((str(self.scripts), os.environ.get("PATH", os.defpath))),
        }

    def install(
        self,
        requirements: Sequence[str],
        *,
        timeout: float,
        sink: Callable[[str], None] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """Install requirements, with what they depend on, from the index configured on this machine.

        Args:
            requirements: PEP 508 requirements or paths of distributions.
            timeout: seconds it may take.
            sink: called with every line that uv prints.
            options: further options of `uv pip install`.

        Raises:
            InstallFailed: uv said no; its words are in it.
            processes.TimedOut: the time is up.
        """
        if not requirements:
            return
        argv: list[str | Path] = ["pip", "install", "--python", self.python, *options, "--", *requirements]
        done = _uv(argv, cwd=self.path, timeout=timeout, sink=sink)
        if done.returncode:
            raise InstallFailed(done.output + done.errors)

    def conflicts(self, *, timeout: float) -> tuple[str, ...]:
        """Return what `uv pip check` complains about, a line each."""
        done = _uv(["pip", "check", "--python", self.python], cwd=self.path, timeout=timeout)
        lines = (done.output + done.errors).splitlines()
        return tuple(line for line in lines if line.startswith("The package")) if done.returncode else ()

    def uninstall(self, name: str, *, timeout: float) -> processes.Completed:
        """Uninstall one distribution by name."""
        return _uv(["pip", "uninstall", "--python", self.python, "--", name], cwd=self.path, timeout=timeout)


def create(path: Path, interpreter: Interpreter, *, timeout: float = 120) -> Environment:
    """Make an empty virtual environment.

    Raises:
        ToolError: uv cannot make it.
    """
    done = _uv(["venv", "--python", interpreter.path, "--", path], cwd=path.parent, timeout=timeout)
    if done.returncode:
        raise ToolError(
            f"No environment can be made with Python {interpreter.version}.",
            cause="The interpreter is damaged, or the disk is full.",
            remedy=f"Try `{interpreter.path} -m venv`, or name another interpreter with --python.",
            log=done.tail(),
        )
    return Environment(path, interpreter)


_finding_uv = threading.Lock()


@functools.cache
def _uv_executable() -> Path:
    from uv import find_uv_bin

    return Path(find_uv_bin())


def uv_executable() -> Path:
    """Return the path of the uv that belongs to Slipway."""
    # Legs ask for it from several threads, and the search reads `sysconfig`, which fills itself on first use.
    with _finding_uv:
        return _uv_executable()


def _uv(
    argv: Sequence[str | Path], *, cwd: Path, timeout: float, sink: Callable[[str], None] | None = None
) -> processes.Completed:
    kept = {name: os.environ[name] for name in KEPT_FOR_UV if name in os.environ}
    ours = {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    environ = processes.scrubbed_environment(kept | ours | settings.read(os.environ).uv_environ())
    return processes.run([uv_executable(), *argv], cwd=cwd, timeout=timeout, environ=environ, sink=sink)


def own_interpreter() -> Interpreter:
    """Return the interpreter that Slipway's private environment was made from."""
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    version = ".".join(map(str, sys.version_info[:3]))
    return Interpreter(Path(base), version, sys.implementation.name)


def choose_interpreter(requires_python: str | None, wanted: str | None) -> Interpreter:
    """Return the interpreter to build and test with.

    Args:
        requires_python: the versions the project supports, as a PEP 440 specifier set.
        wanted: what the user asked for, a version or a path.

    Raises:
        InputError: what was asked for is not here, or nothing here is supported by the project.
    """
    if wanted is not None:
        return _find(wanted, remedy="Name one that is installed, by version or by path.")
    own = own_interpreter()
    if requires_python is None or _supports(requires_python, own.version):
        return own
    return _find(
        requires_python, remedy="Install a Python that the project supports, or name one with --python."
    )


def _supports(requires_python: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires_python).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def _find(wanted: str, *, remedy: str) -> Interpreter:
    done = _uv(["python", "find", "--no-project", "--", wanted], cwd=Path(tempfile.gettempdir()), timeout=60)
    if done.returncode == 0 and (found := _probe(Path(done.output.strip()))):
        return found
    for candidate in _installed_by_pyenv():
        if _supports(
            wanted if any(c in wanted for c in "<>=!~") else f"=={wanted}.*", candidate.parent.parent.name
        ):
            if found := _probe(candidate):
                return found
    raise InputError(
        f"No Python that satisfies `{wanted}` was found on this machine.",
        cause="It is not installed, or not where uv, PATH and pyenv look for it.",
        remedy=remedy,
        read="`uv python list` shows what is there.",
    )


def _installed_by_pyenv() -> list[Path]:
    # A pyenv shim answers only for the selected versions, so the versions themselves are looked up.
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return sorted((root / "versions").glob("*/bin/python"), reverse=True)


def _probe(executable: Path) -> Interpreter | None:
    try:
        done = processes.run([executable, "-I", "-c", _PROBE], cwd=Path(tempfile.gettempdir()), timeout=30)
        path, version, implementation = json.loads(done.output)
    except (OSError, ValueError, processes.TimedOut):
        return None
    return Interpreter(Path(path), version, implementation)


SCRATCH_PREFIX = "slipway-"
SCRATCH_AGE = 24 * 3600
"""Seconds after which a scratch folder belongs to a run that was killed."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a private folder outside the checkout; it is removed at the end, whatever happens.

    Raises:
        ToolError: no folder can be made.
    """
    try:
        path = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX)).resolve()
    except OSError as error:
        raise ToolError(
            f"No temporary folder can be made: {error.strerror}.",
            cause="The disk for temporary files is full or read-only.",
            remedy="Free some space, or point TMPDIR to a folder with room.",
        ) from error
    _sweep(path.parent)
    try:
        yield path
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Remove a folder of ours, also where a build left read-only files in it."""

    def unlock(function: Callable[..., Any], name: str, _: object) -> None:
        for locked in (Path(name).parent, Path(name)):
            if locked.exists() and not locked.is_symlink():
                locked.chmod(0o700)
        function(name)

    try:
        shutil.rmtree(path, onerror=unlock)
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{SCRATCH_PREFIX}*"):
        try:
            if left.is_dir() and time.time() - left.stat().st_mtime > SCRATCH_AGE:
                remove(left)
        except OSError:
            continue
