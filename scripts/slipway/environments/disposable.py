"""The door to throw-away environments; uv makes them, and uv or pip installs into them."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from msgspec import Struct

from slipway import errors, process_table, processes, system
from slipway.environments import uv_program
from slipway.environments.interpreters import Interpreter
from slipway.environments.interpreters import choose as choose_interpreter
from slipway.errors import ToolError
from slipway.index import settings

__all__ = [
    "Environment",
    "InstallFailed",
    "Interpreter",
    "choose_interpreter",
    "create",
    "remove",
    "scratch",
]


class InstallFailed(Exception):  # noqa: N818 - named for what happened
    """An installer could not install; `output` is what it said."""

    def __init__(self, output: str) -> None:
        super().__init__("installation failed")
        self.output = output


class Environment(Struct, frozen=True):
    """A virtual environment made by `create`."""

    path: Path
    interpreter: Interpreter

    @property
    def scripts(self) -> Path:
        """The folder of its console scripts."""
        return system.scripts_of(self.path)

    @property
    def python(self) -> Path:
        """Its own interpreter."""
        return system.python_of(self.path)

    def script(self, name: str) -> Path | None:
        """Return the path of a script that was installed into it, None where there is none."""
        paths = (self.scripts / file for file in system.script_names(name))
        return next((path for path in paths if path.is_file()), None)

    def program(self, name: str) -> Path | None:
        """Return what a word of a command starts in it: its interpreter, whatever it is called, or a script."""
        # On Windows it has one name there, and another Python of that machine would have the others.
        if name in {"python", "python3", f"python{self.interpreter.feature_version}"}:
            return self.python
        return self.script(name)

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
        done = uv_program.run(argv, cwd=self.path, timeout=timeout, sink=sink)
        if done.returncode:
            raise InstallFailed(done.output + done.errors)

    def install_with_pip(
        self,
        pip: Environment,
        requirements: Sequence[str],
        *,
        timeout: float,
        sink: Callable[[str], None] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """Install as `install` does, but with the pip of another environment.

        Raises:
            InstallFailed: pip said no; its words are in it.
            processes.TimedOut: the time is up.
        """
        quiet = ["--disable-pip-version-check", "--no-input"]
        argv: list[str | Path] = [
            pip.python,
            "-I",
            "-m",
            "pip",
            "--python",
            self.python,
            *quiet,
            "install",
            *options,
        ]
        environ = processes.scrubbed_environment(
            {
                "PIP_CONFIG_FILE": os.devnull,
                **settings.read(os.environ).pip_environ(),
                "TMPDIR": str(self.path.parent),
            }
        )
        done = processes.run(
            [*argv, "--", *requirements], cwd=self.path, timeout=timeout, environ=environ, sink=sink
        )
        if done.returncode:
            raise InstallFailed(done.output + done.errors)

    def conflicts(self, *, timeout: float) -> tuple[str, ...]:
        """Return what `uv pip check` complains about, a line each."""
        argv: list[str | Path] = ["pip", "check", "--python", self.python]
        done = uv_program.run(argv, cwd=self.path, timeout=timeout)
        lines = (done.output + done.errors).splitlines()
        return tuple(line for line in lines if line.startswith("The package")) if done.returncode else ()

    def uninstall(self, name: str, *, timeout: float) -> processes.Completed:
        """Uninstall one distribution by name."""
        argv: list[str | Path] = ["pip", "uninstall", "--python", self.python, "--", name]
        return uv_program.run(argv, cwd=self.path, timeout=timeout)


NO_ROOM = re.compile(r"\(os error (?:28|112)\)")
"""How uv says that the disk is full: ENOSPC, and ERROR_DISK_FULL on Windows."""


def create(path: Path, interpreter: Interpreter, *, timeout: float = 120) -> Environment:
    """Make an empty virtual environment.

    Raises:
        ToolError: uv cannot make it.
    """
    argv: list[str | Path] = ["venv", "--python", interpreter.path, "--", path]
    done = uv_program.run(argv, cwd=path.parent, timeout=timeout)
    if done.returncode:
        if NO_ROOM.search(done.output + done.errors):
            full = errors.from_os_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)))
            assert full is not None  # noqa: S101 - it is one of those that are explained
            raise full
        raise ToolError(
            f"No environment can be made with Python {interpreter.label}.",
            cause="The interpreter is damaged, or the disk is full.",
            remedy=f"Try `{interpreter.path} -m venv`, or name another interpreter with --python.",
            log=done.tail(),
        )
    return Environment(path, interpreter)


SCRATCH_PREFIX = "slipway-scratch-"

MARKER = ".slipway-owner"
"""The file in a scratch folder that says which process made it: its number and the moment it started."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a private folder outside the checkout; it is removed at the end, whatever happens.

    Raises:
        ToolError: no folder can be made.
    """
    try:
        path = _made(Path(tempfile.gettempdir())).resolve()
        (path / MARKER).write_text(f"{os.getpid()} {process_table.started_at(os.getpid())}", encoding="ascii")
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


def _made(temporary: Path) -> Path:
    """Make the first folder of a row that nobody has, which only this user can enter, and return it.

    uv asks an interpreter about itself at each path once, so that an environment at the path of the last run's saves
    the start of a Python.
    """
    for number in count():
        path = temporary / f"{SCRATCH_PREFIX}{number}"
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
            return path
    raise AssertionError


def remove(path: Path) -> None:
    """Remove a folder of ours, also where a build left read-only files in it; nothing outside of it is touched."""

    def unlock(function: Callable[..., Any], name: str, _: object) -> None:
        for locked in (Path(name).parent, Path(name)):
            # Where the mode of a file does not matter, it may be a hard link to one outside.
            is_ours = locked.is_relative_to(path) and not locked.is_symlink()
            if is_ours and (locked.is_dir() or system.READ_ONLY_FILES_STAY):
                locked.chmod(0o700)
        function(name)

    try:
        system.retried(lambda: shutil.rmtree(path, onerror=unlock))
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove the scratch folders of this user's runs that were killed."""
    for left in folder.glob(f"{SCRATCH_PREFIX}*"):
        with suppress(OSError, ValueError, OverflowError):
            marker = left / MARKER
            is_own = _is_own(left, stat.S_ISDIR) and _is_own(marker, stat.S_ISREG)
            if is_own and _is_left(marker) and _is_claimed(marker):
                remove(left)


def _is_left(marker: Path) -> bool:
    number, _, started = marker.read_text(encoding="ascii").partition(" ")
    return process_table.started_at(int(number)) != started


def _is_claimed(marker: Path) -> bool:
    """Return whether this process is the one to remove a folder: another one may have done so, and a third made it again."""
    claimed = marker.with_name(f"{MARKER}-{os.getpid()}")
    marker.rename(claimed)
    if not _is_left(claimed):
        claimed.rename(marker)
        return False
    return True


def _is_own(path: Path, is_kind: Callable[[int], bool]) -> bool:
    status = path.lstat()
    return is_kind(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())
