"""The CI of this repository: its jobs run, and its gate is red when one of them is."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from slipway import __version__
from workflows import act

JOBS = {"Lint", "Workflows, run with act", "This package", "Gate"}

TESTS = """\
import sys

print("started:", "tests", *sys.argv[1:])
sys.exit("the tests" if {failing!r} in sys.argv[1:] else 0)
"""
"""In place of the suite, which this test is part of."""


def run(program: Path, tree: Path, repository: Path, folder: Path, *, failing: str) -> act.Run:
    (repository / "tests" / "__main__.py").write_text(TESTS.format(failing=failing))
    act.commit(repository)
    act.git(repository, "gc", "-q")  # a job has a copy of each file
    (tools := folder / "tools").mkdir()
    (tools / "go").write_text("#!/bin/sh\nexit 0\n")
    (tools / "go").chmod(0o755)
    return act.run(
        program,
        repository,
        tree,
        workflow="ci.yml",
        event="pull_request",
        payload={"number": 7, "pull_request": {"number": 7, "head": {"ref": "patch"}}},
        artifacts=folder / "artifacts",
        # What runs with the newest Python is a stand-in; that Python need not be on this machine.
        variables={"ACT_PYTHONS": json.dumps({"3.14": sys.executable} | act.pythons())},
        repository=act.SLIPWAY,
        matrix={"runner": "ubuntu-latest"},
        path=tools,
    )


def test_every_job_runs_and_the_gate_is_green(program: Path, tree: Path, tmp_path: Path) -> None:
    """Slipway's own check of this repository and of the examples is real; what no job uses is not copied for each."""
    repository = act.copy_tracked(tmp_path / "slipway", ".", ":!tests", ":!docs")
    (repository / "tests").mkdir()
    ended = run(program, tree, repository, tmp_path, failing="nothing")
    assert ended.exit_code == 0, ended.log
    assert set(ended.jobs.values()) == {"success"}
    assert {name.partition(" (")[0] for name in ended.jobs} == JOBS | {"Tests", "The action itself"}
    started = {line for line in ended.log.splitlines() if line.startswith("started: ")}
    assert {line.split()[2] for line in started} == {"lint", "-n", "tests/workflows"}
    assert f"slipway-release {__version__} builds, passes inspection, installs and imports" in ended.log


@pytest.mark.parametrize("failing", ["lint", "-n", "tests/workflows"])
def test_a_job_that_fails_makes_the_gate_red(failing: str, program: Path, tmp_path: Path) -> None:
    """With a stand-in for Slipway too, which is not what is tried here."""
    repository = tmp_path / "slipway"
    (repository / ".github" / "workflows").mkdir(parents=True)
    (repository / "tests").mkdir()
    (repository / "scripts").mkdir()
    (repository / "scripts" / "__main__.py").write_text("")
    text = (act.ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    (repository / ".github" / "workflows" / "ci.yml").write_text(act.understood(text))
    (repository / "action.yml").write_text(ACTION)
    act.repository(repository)
    shutil.copytree(repository, tree := tmp_path / "action")
    ended = run(program, tree, repository, tmp_path, failing=failing)
    assert ended.exit_code == 1
    assert ended.jobs["Gate"] == "failure"
    assert "A job was skipped, cancelled or failed." in ended.log


ACTION = """\
name: Stand-in
description: In place of Slipway.
inputs: { command: { description: -}, path: { description: -} }
runs:
  using: composite
  steps:
    - run: exit 0
      shell: bash
"""
