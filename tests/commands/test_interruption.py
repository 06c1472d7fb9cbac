"""Ctrl-C and a cancelled job, at every stage: exit code 130, nothing left running, nothing left lying about."""

import json
import os
import signal
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

import loopback_answers
import only_on
import pytest
import tiny_project
from command_line import START, fingerprint, slipway, started
from left_running import PATIENCE, eventually, with_mark

SIGNALS = ("SIGINT", "SIGBREAK") if only_on.WINDOWS else ("SIGINT", "SIGTERM")
"""Ctrl-C, and what a runner sends next to a job that is cancelled."""

PROGRAM = START.with_name("start_stoppable.py") if only_on.WINDOWS else START

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
        mark: part of the name of the folder for temporary files, which every process of the run has in its
            environment; so they are found.
        scratch: the folder for temporary files.
        ready: a file that is made when the run has come to where it is to be stopped.
    """

    folder: Path
    mark: str

    @property
    def scratch(self) -> Path:
        return self.folder / f"scratch-{self.mark}"

    @property
    def ready(self) -> Path:
        return self.folder / "ready"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def environ(self) -> dict[str, str | None]:
        return {
            "TMPDIR": str(self.scratch),
            "SLIPWAY_TOKEN": "not-a-real-token",
            "STOP_FILE": str(self.folder / "stop"),
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, uuid.uuid4().hex)
    made.scratch.mkdir()
    return made


def send(place: Place, child: subprocess.Popen[bytes], name: str) -> None:
    if not only_on.WINDOWS:
        child.send_signal(signal.Signals[name])
        return
    (place.folder / "raise").write_text(name, "utf-8")
    (place.folder / "raise").rename(place.folder / "stop")
    eventually(
        lambda: not (place.folder / "stop").exists() or child.poll() is not None, "the signal to be raised"
    )


def stopped(place: Place, child: subprocess.Popen[bytes], name: str) -> tuple[int, str]:
    send(place, child, name)
    _, stderr = child.communicate(timeout=PATIENCE)
    return child.returncode, stderr.decode()


def assert_clean(place: Place, ended: tuple[int, str], project: Path, before: str) -> None:
    exit_code, stderr = ended
    assert exit_code == 130, stderr
    assert stderr.splitlines()[-1].startswith("Stopped."), stderr
    assert "Traceback" not in stderr
    eventually(lambda: not with_mark(place.mark), f"the end of {with_mark(place.mark)}")
    assert list(place.scratch.iterdir()) == []
    assert fingerprint(project) == before, "the project was changed"


def slow_git(place: Place) -> dict[str, str]:
    """A PATH on which git never ends."""
    folder = place.folder / "bin"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\ntouch '{place.ready}'\nsleep 600 & sleep 600\n")
    (folder / "git").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@only_on.posix("its git is no script of a shell")
@pytest.mark.parametrize("name", SIGNALS)
def test_while_planning(name: str, place: Place) -> None:
    project = tiny_project.make(place.folder / "project")
    (project / ".git").mkdir()
    before = fingerprint(project)
    environ = place.environ() | slow_git(place)
    with started("check", "--work", place.work, project, environ=environ, program=PROGRAM) as child:
        eventually(place.ready.exists, "git to be asked")
        assert_clean(place, stopped(place, child, name), project, before)


@pytest.mark.parametrize("name", SIGNALS)
def test_while_building(name: str, place: Place) -> None:
    project = tiny_project.make(place.folder / "project", in_build=HANG.format(ready=str(place.ready)))
    before = fingerprint(project)
    with started("check", "--work", place.work, project, environ=place.environ(), program=PROGRAM) as child:
        eventually(place.ready.exists, "the build to hang")
        assert_clean(place, stopped(place, child, name), project, before)


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("command", ["check", "rehearse"])
def test_while_smoke_testing(command: str, name: str, place: Place) -> None:
    """In a rehearsal the index is already running then; it is a thread of the process that ends."""
    project = tiny_project.make(place.folder / "project", in_import=HANG.format(ready=str(place.ready)))
    before = fingerprint(project)
    with started(command, "--work", place.work, project, environ=place.environ(), program=PROGRAM) as child:
        eventually(place.ready.exists, "the import to hang")
        assert_clean(place, stopped(place, child, name), project, before)
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


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("command", ["publish", "verify"])
def test_while_the_index_does_not_answer(command: str, name: str, place: Place, built: Path) -> None:
    before = fingerprint(place.work)
    arguments = ("--work", place.work, built)
    with (
        loopback_answers.serve(silent=True) as index,
        started(
            command, "--index", index.address, *arguments, environ=place.environ(), program=PROGRAM
        ) as child,
    ):
        assert index.asked.wait(PATIENCE)
        assert_clean(place, stopped(place, child, name), place.work, before)


@pytest.mark.parametrize("name", SIGNALS)
def test_while_waiting_for_the_index_to_list_the_release(name: str, place: Place, built: Path) -> None:
    before = fingerprint(place.work)
    with (
        loopback_answers.serve(status=404) as index,
        started(
            "verify",
            "--index",
            index.address,
            "--work",
            place.work,
            built,
            environ=place.environ(),
            program=PROGRAM,
        ) as child,
    ):
        assert index.asked.wait(PATIENCE)
        assert_clean(place, stopped(place, child, name), place.work, before)


def test_a_second_ctrl_c_does_not_stop_the_cleaning_up(place: Place) -> None:
    project = tiny_project.make(place.folder / "project", in_build=HANG.format(ready=str(place.ready)))
    before = fingerprint(project)
    with started("check", "--work", place.work, project, environ=place.environ(), program=PROGRAM) as child:
        eventually(place.ready.exists, "the build to hang")
        send(place, child, "SIGINT")
        assert_clean(place, stopped(place, child, "SIGINT"), project, before)


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
    with started("check", "--work", place.work, project, environ=place.environ(), program=PROGRAM) as child:
        eventually(place.ready.exists, "the build to hang")
        child.kill()
        child.wait()
    for process in with_mark(place.mark):
        process.kill()
    again = slipway("check", "--work", place.work, project)
    assert again.exit_code == 0, str(again)
