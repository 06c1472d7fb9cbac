"""The real command line in a child process, for tests."""

import atexit
import contextlib
import functools
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import left_running

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"

START = Path(__file__).with_name("start.py")

TIMEOUT = 120
"""Seconds."""

WITHHELD = (
    "GITHUB_",
    "SLIPWAY_",
    "RUNNER_",
    "ACTIONS_",
    "TWINE_",
    "SOURCE_DATE_EPOCH",
    "FORCE_COLOR",
    "NO_COLOR",
)


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, what it wrote, and the one JSON document where `--json` was given."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads(self.stdout)

    def __str__(self) -> str:
        return f"exit code {self.exit_code}\n{self._told()}\n--- stderr\n{self.stderr}"

    def _told(self) -> str:
        try:
            manifest = self.manifest
        except ValueError:
            return f"--- stdout\n{self.stdout}"
        found = [f"{one['severity']} {one['rule']}: {one['message']}" for one in manifest["findings"]]
        return "\n".join([json.dumps(manifest["failure"], indent=1), *found])


def argv(*arguments: str | Path, program: Path = START) -> list[str]:
    return [sys.executable, "-I", str(program), str(SCRIPTS), *map(str, arguments)]


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """This process's environment without what would tell Slipway where it runs; None removes a variable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(WITHHELD)}
    changed = {**kept, **(changes or {})}
    return {name: value for name, value in changed.items() if value is not None}


def slipway(
    *arguments: str | Path,
    cwd: Path | None = None,
    environ: Mapping[str, str | None] | None = None,
    before: Sequence[str] = (),
    program: Path = START,
) -> Ended:
    """Run a command to its end; no run of these small projects takes more than two minutes."""
    done = subprocess.run(
        [*before, *argv(*arguments, program=program)],
        cwd=cwd,
        env=environment(environ),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    stdout, stderr = (printed.decode().replace("\r\n", "\n") for printed in (done.stdout, done.stderr))
    return Ended(done.returncode, stdout, stderr)


def forked(
    *arguments: str | Path,
    cwd: Path | None = None,
    environ: Mapping[str, str | None] | None = None,
    program: Path = START,
) -> Ended:
    """Run a command as `slipway` does, in a fork of a process that has loaded all of it: most of a start is loading.

    Where there is no fork, it is the same. Not for code that is hostile to the processes above it.

    Args:
        arguments: the command and its options.
        cwd: the folder it runs in.
        environ: what is changed of the environment; None removes a variable.
        program: the script that starts the command line.
    """
    if not hasattr(os, "fork"):
        return slipway(*arguments, cwd=cwd, environ=environ, program=program)
    with tempfile.TemporaryDirectory(prefix="forked-") as name:
        streams = [Path(name, stream) for stream in ("stdout", "stderr")]
        request = {
            "argv": [*map(str, (program, SCRIPTS, *arguments))],
            "environ": environment(environ),
            "cwd": str(cwd or Path.cwd()),
            **{path.name: str(path) for path in streams},
        }
        code = _server().ask(request)
        return Ended(code, *(path.read_bytes().decode() for path in streams))


class _Server:
    """The process that forks; one run at a time."""

    def __init__(self) -> None:
        argv = [sys.executable, "-I", str(Path(__file__).with_name("forking.py")), str(SCRIPTS)]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment(),
            # In the session of the tests: what runs in their process may take another session's for a stray.
            process_group=0,
            text=True,
            encoding="utf-8",
        )
        self._turn = threading.Lock()
        atexit.register(self.end)

    def ask(self, request: Mapping[str, Any]) -> int:
        assert self.process.stdin
        assert self.process.stdout
        with self._turn:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], TIMEOUT)[0]:
                self.end()
                _server.cache_clear()
                raise subprocess.TimeoutExpired(request["argv"], TIMEOUT)
            return int(self.process.stdout.readline())

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(BrokenPipeError):
            self.process.communicate()


@functools.cache
def _server() -> _Server:
    return _Server()


@contextlib.contextmanager
def started(
    *arguments: str | Path, environ: Mapping[str, str | None] | None = None, program: Path = START
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command in a session of its own; whatever is left of it when the block is left is killed."""
    child = subprocess.Popen(
        argv(*arguments, program=program),
        env=environment(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Windows has none, and nothing is done for it there
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    try:
        yield child
    finally:
        left_running.kill(child.pid)
        child.communicate()


def fingerprint(folder: Path) -> str:
    """A digest of everything in a folder: paths, kinds, modes, times and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(f"{path.relative_to(folder)} {status.st_mode} {status.st_mtime_ns}\n".encode())
        if path.is_symlink():
            digest.update(os.fsencode(path.readlink()))
        elif path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()
