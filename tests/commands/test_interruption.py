"""Ctrl-C and a cancelled job, at every stage: exit code 130, nothing left running, nothing left lying about."""

import contextlib
import json
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import loopback_answers
import pytest
import tiny_project
from command_line import fingerprint, slipway, started

PATIENCE = 60
"""Seconds after which a test gives up waiting for what must happen."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)

HANG = """
import pathlib, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({ready!r}).touch()
time.sleep(600)
"""
"""Starts a process of its own, says that it got this far, and never ends."""


@dataclass(frozen=True)
class Place:
    """Where a test runs.

    Attributes:
        mark: a value in the environment of every process of the run, by which they are found.
        scratch: the folder for temporary files.
        ready: a file that is made when the run has come to where it is to be stopped.
    """

    folder: Path
    mark: str

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def ready(self) -> Path:
        return self.folder / "ready"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def environ(self) -> dict[str, str | None]:
        return {"GALLERY_MARK": self.mark, "TMPDIR": str(self.scratch), "SLIPWAY_TOKEN": "not-a-real-token"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "scratch").mkdir()
    return Place(tmp_path, uuid.uuid4().hex)


@dataclass(frozen=True)
class Process:
    number: int
    command: str


def running(mark: str) -> list[Process]:
    """All processes that have the mark in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (process / "environ").read_bytes():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(Process(int(process.name), command))
    return found


def eventually(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        time.sleep(0.01)


def stopped(child: subprocess.Popen[bytes], number: signal.Signals) -> tuple[int, str]:
    child.send_signal(number)
    _, stderr = child.communicate(timeout=PATIENCE)
    return child.returncode, stderr.decode()


def assert_clean(place: Place, ended: tuple[int, str], project: Path, before: str) -> None:
    exit_code, stderr = ended
    assert exit_code == 130, stderr
    assert stderr.splitlines()[-1].startswith("Stopped."), stderr
    assert "Traceback" not in stderr
    eventually(lambda: not running(place.mark), f"the end of {running(place.mark)}")
    assert list(place.scratch.iterdir()) == []
    assert fingerprint(project) == before, "the project was changed"


def slow_git(place: Place) -> dict[str, str]:
    """A PATH on which git never ends."""
    folder = place.folder / "bin"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\ntouch '{place.ready}'\nsleep 600 & sleep 600\n")
    (folder / "git").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("number", SIGNALS)
def test_while_planning(number: signal.Signals, place: Place) -> None:
    project = tiny_project.make(place.folder / "project")
    (project / ".git").mkdir()
    before = fingerprint(project)
    environ = place.environ() | slow_git(place)
    with started("check", "--work", place.work, project, environ=environ) as child:
        eventually(place.ready.exists, "git to be asked")
        assert_clean(place, stopped(child, number), project, before)


@pytest.mark.parametrize("number", SIGNALS)
def test_while_building(number: signal.Signals, place: Place) -> None:
    project = tiny_project.make(place.folder / "project", in_build=HANG.format(ready=str(place.ready)))
    before = fingerprint(project)
    with started("check", "--work", place.work, project, environ=place.environ()) as child:
        eventually(place.ready.exists, "the build to hang")
        assert_clean(place, stopped(child, number), project, before)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["check", "rehearse"])
def test_while_smoke_testing(command: str, number: signal.Signals, place: Place) -> None:
    """In a rehearsal the index is already running then; it is a thread of the process that ends."""
    project = tiny_project.make(place.folder / "project", in_import=HANG.format(ready=str(place.ready)))
    before = fingerprint(project)
    with started(command, "--work", place.work, project, environ=place.environ()) as child:
        eventually(place.ready.exists, "the import to hang")
        assert_clean(place, stopped(child, number), project, before)
    done = json.loads((place.work / "manifest.json").read_bytes())
    assert [stage["name"] for stage in done["stages"]] == [
        "plan",
        "validate",
        "build",
        "inspect",
        "index",
        "compare",
    ]


@pytest.fixture
def built(place: Place) -> Path:
    """A project whose artifacts and manifest are ready to be published."""
    project = tiny_project.make(place.folder / "project")
    assert slipway("build", "--work", place.work, project).exit_code == 0
    return project


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["publish", "verify"])
def test_while_the_index_does_not_answer(
    command: str, number: signal.Signals, place: Place, built: Path
) -> None:
    before = fingerprint(place.work)
    arguments = ("--work", place.work, built)
    with (
        loopback_answers.serve(silent=True) as index,
        started(command, "--index", index.address, *arguments, environ=place.environ()) as child,
    ):
        assert index.asked.wait(PATIENCE)
        assert_clean(place, stopped(child, number), place.work, before)


@pytest.mark.parametrize("number", SIGNALS)
def test_while_waiting_for_the_index_to_list_the_release(
    number: signal.Signals, place: Place, built: Path
) -> None:
    before = fingerprint(place.work)
    with (
        loopback_answers.serve(status=404) as index,
        started(
            "verify", "--index", index.address, "--work", place.work, built, environ=place.environ()
        ) as child,
    ):
        assert index.asked.wait(PATIENCE)
        assert_clean(place, stopped(child, number), place.work, before)


def test_a_second_ctrl_c_does_not_stop_the_cleaning_up(place: Place) -> None:
    project = tiny_project.make(place.folder / "project", in_build=HANG.format(ready=str(place.ready)))
    before = fingerprint(project)
    with started("check", "--work", place.work, project, environ=place.environ()) as child:
        eventually(place.ready.exists, "the build to hang")
        child.send_signal(signal.SIGINT)
        assert_clean(place, stopped(child, signal.SIGINT), project, before)


def test_a_run_goes_on_after_one_that_was_killed(place: Place) -> None:
    project = tiny_project.make(
        place.folder / "project",
        in_build=f"""
        import time
        if not os.path.exists({str(place.ready)!r}):
            Path({str(place.ready)!r}).touch()
            time.sleep(600)
        """,
    )
    with started("check", "--work", place.work, project, environ=place.environ()) as child:
        eventually(place.ready.exists, "the build to hang")
        child.kill()
        child.wait()
    for process in running(place.mark):
        os.kill(process.number, signal.SIGKILL)
    again = slipway("check", "--work", place.work, project)
    assert again.exit_code == 0, str(again)
