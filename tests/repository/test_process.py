"""`slipway announce` as a process of its own: killed for real, and what it tells the steps after it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import command_line
import msgspec
import only_on
import pytest
from repository import scene
from repository.scene import BODY, Scene
from slipway.index import clock
from slipway.index.clock import Clock
from slipway.publication import Receipt
from slipway.repository.stand_in import Fault
from slipway.repository.stand_in_repository import Call
from workflows import act, step


@pytest.fixture(autouse=True)
def real_clock(monkeypatch: pytest.MonkeyPatch, fake_clock: Any) -> None:
    del fake_clock
    monkeypatch.setattr(clock, "CLOCK", Clock())


def environ(github: Scene) -> dict[str, str | None]:
    """Return what a runner gives to the job."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": scene.EVENT.ref,
        "GITHUB_REPOSITORY": "acme/demo",
        "GITHUB_API_URL": github.github.address,
        "GITHUB_OUTPUT": str(github.folder / "outputs"),
        "SLIPWAY_GITHUB_TOKEN": github.github.token,
        "SLIPWAY_MANIFEST_DIGEST": github.digest,
    }


POINTS = [
    ("POST", "releases"),
    ("POST", "releases/1/assets"),
    ("PATCH", "releases/1"),
]


@only_on.posix("it needs SIGKILL")
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", POINTS, ids=" ".join)
def test_a_killed_process_is_finished_by_the_next(
    point: tuple[str, str],
    late: bool,  # noqa: FBT001
    github: Scene,
) -> None:
    github.download()
    children: list[subprocess.Popen[bytes]] = []

    def fault(call: Call) -> Fault | None:
        if (call.method, call.path) != point:
            return None
        os.kill(children[0].pid, signal.SIGKILL)
        return Fault(is_late=late)

    github.fault = fault
    with command_line.started("announce", github.folder, environ=environ(github)) as child:
        children.append(child)
        assert child.wait(60) == -signal.SIGKILL
    github.fault = None
    github.download()
    ended = command_line.forked("announce", github.folder, environ=environ(github))
    assert ended.exit_code == 0, ended
    assert github.the_release()["body"] == BODY


@only_on.posix("the signals are those of POSIX")
def test_a_cancelled_job_says_how_it_goes_on(github: Scene) -> None:
    github.download()
    children: list[subprocess.Popen[bytes]] = []

    def fault(call: Call) -> None:
        if call.path == "releases/latest":
            children[0].send_signal(signal.SIGINT)

    github.fault = fault
    with command_line.started(
        "announce", github.folder, environ=environ(github) | {"GITHUB_RUN_ID": "7"}
    ) as child:
        children.append(child)
        stdout, _ = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "started again, it finds the draft and goes on with it" in " ".join(stdout.decode().split())
    assert "gh run rerun 7 --failed" in stdout.decode()
    github.fault = None
    github.download()
    assert command_line.forked("announce", github.folder, environ=environ(github)).exit_code == 0
    github.the_release()


def test_the_steps_after_it_get_the_page_and_the_notes(github: Scene) -> None:
    github.download()
    ended = command_line.forked("announce", github.folder, environ=environ(github))
    assert ended.exit_code == 0, ended
    release = github.the_release()
    outputs = (github.folder / "outputs").read_text()
    assert release["html_url"] in outputs
    notes = github.folder / ".slipway" / "release-notes.md"
    assert notes.as_posix() in outputs
    assert notes.read_text() == BODY
    assert github.github.token not in ended.stdout + ended.stderr + outputs


def test_a_manifest_of_another_digest_is_not_announced(github: Scene) -> None:
    github.download()
    given = environ(github) | {"SLIPWAY_MANIFEST_DIGEST": "0" * 64}
    ended = command_line.forked("announce", github.folder, environ=given)
    assert ended.exit_code == 2
    assert "is not the manifest that was checked" in ended.stdout + ended.stderr
    assert github.github.calls == []


def test_it_starts_no_program(github: Scene, tmp_path: Path) -> None:
    """In a job it needs nothing on PATH."""
    github.download()
    given = environ(github) | {"PATH": str(tmp_path / "nothing")}
    ended = command_line.forked("announce", github.folder, environ=given)
    assert ended.exit_code == 0, ended


@pytest.mark.parametrize(
    ("remote", "code"),
    [("git@github.com:acme/demo.git", 0), ("https://git.example.com/acme/demo.git", 2)],
)
def test_on_ones_own_machine_the_remote_says_which_repository(remote: str, code: int, github: Scene) -> None:
    receipts = tuple(
        Receipt(filename=one.filename, sha256=one.sha256, index="pypi", outcome="uploaded")
        for one in github.manifest.artifacts
    )
    github.manifest = msgspec.structs.replace(github.manifest, job="", receipts=receipts)
    github.download()
    act.repository(github.folder, remote=remote)
    given = {"GITHUB_API_URL": github.github.address, "GH_TOKEN": github.github.token}
    ended = command_line.forked("announce", github.folder, environ=given)
    assert ended.exit_code == code, ended
    assert len(github.github.published()) == (0 if code else 1)
    if code:
        assert "its remote called origin is not on GitHub" in " ".join(ended.stdout.split())
        named = command_line.forked(
            "announce", github.folder, environ=given | {"GITHUB_REPOSITORY": "acme/demo"}
        )
        assert named.exit_code == 0, named


def test_the_action_hands_the_token_to_the_commands_that_write_to_github() -> None:
    text = step.STEP["env"]["SLIPWAY_GITHUB_TOKEN"]
    assert re.findall(r"inputs\.command == '([\w-]+)' && ", text) == ["announce", "keep-issue"]
    assert text.endswith(" || '' }}")
    assert [name for name, value in step.STEP["env"].items() if "github.token" in value] == [
        "SLIPWAY_GITHUB_TOKEN"
    ]
