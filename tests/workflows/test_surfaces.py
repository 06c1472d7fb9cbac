"""One vocabulary: the action, the workflows, the command line and the examples say the same."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from slipway.commands import ACTION_INPUTS
from slipway.options import OPTIONS
from slipway.report.outputs import OUTPUTS
from slipway.workflows.caller_file import Caller
from workflows import act, step, surfaces

EXAMPLES = sorted((act.ROOT / "examples" / "workflows").glob("*.yml"))
WORKFLOWS = sorted((act.ROOT / ".github" / "workflows").glob("*.yml"))
COMMIT = re.compile(r"[0-9a-f]{40}")


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def steps(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in content.get("jobs", {}).values():
        yield from job.get("steps", ())
    yield from content.get("runs", {}).get("steps", ())


@pytest.mark.parametrize("file", sorted({file for file, _ in surfaces.blocks()}))
def test_generated_blocks_are_fresh(file: str) -> None:
    path = act.ROOT / file
    if path.exists():
        text = path.read_text("utf-8")
        assert text == surfaces.fresh(path, text), "run `python3 tests/workflows/surfaces.py`"


def test_the_action_takes_every_option_and_hands_on_every_output() -> None:
    declared = step.ACTION
    options = {option.name for option in (*ACTION_INPUTS, *OPTIONS)} - surfaces.NOT_IN_ACTION
    assert set(declared["inputs"]) == options
    assert set(declared["outputs"]) == {output.name for output in OUTPUTS}
    passed = {matched[1] for text in step.STEP["env"].values() for matched in step.INPUT.finditer(text)}
    assert passed == options - {"artifact-name", "job"}


@pytest.mark.parametrize("path", [act.ROOT / "action.yml", *WORKFLOWS, *EXAMPLES], ids=lambda path: path.name)
def test_yaml_only_wires(path: Path) -> None:
    """Every step has a name, every body is one line without an expression, every action is a commit."""
    for one in steps(read(path)):
        assert one.get("name"), one
        body = one.get("run", "")
        assert "${{" not in body
        assert "\n" not in body.strip()
        uses = one.get("uses", "$/")
        assert uses.startswith("$/") or COMMIT.fullmatch(uses.partition("@")[2]), uses


@pytest.mark.parametrize("path", [act.ROOT / "action.yml", *WORKFLOWS, *EXAMPLES], ids=lambda path: path.name)
def test_stand_ins_take_the_inputs_that_are_used(path: Path) -> None:
    for one in steps(read(path)):
        repository = one.get("uses", "").partition("@")[0]
        folder = act.STANDINS / repository.replace("/", "-")
        if repository and folder.is_dir():
            assert set(one.get("with", {})) <= set(read(folder / "action.yml")["inputs"]), one


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_hand_over_inputs_and_outputs_that_exist(path: Path) -> None:
    content = read(path)
    called = {}
    for name, job in content["jobs"].items():
        if "uses" in job:
            file = job["uses"].partition("@")[0].partition("/.github/")[2]
            called[name] = read(act.ROOT / ".github" / file)[True]["workflow_call"]
            assert set(job.get("with", {})) <= set(called[name]["inputs"]), name
    for job, output in re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", path.read_text("utf-8")):
        assert output in called[job]["outputs"], f"{job} has no output {output}"
    for one in steps(content):
        if one["uses"].startswith("OWNER/slipway@"):
            assert set(one.get("with", {})) <= set(step.ACTION["inputs"])


def test_the_example_is_what_init_writes() -> None:
    commit = COMMIT.search((act.ROOT / "examples" / "workflows" / "release.yml").read_text("utf-8"))
    assert commit is not None
    caller = Caller(repository="OWNER/slipway", commit=commit[0], branch="main")
    text = caller.render()
    assert text == (act.ROOT / "examples" / "workflows" / "release.yml").read_text("utf-8")
    assert len(text.splitlines()) < 40


def test_the_workflow_that_builds_may_only_read() -> None:
    content = read(act.ROOT / ".github" / "workflows" / "python-package.yml")
    assert content["permissions"] == {}
    for name, job in content["jobs"].items():
        assert job["permissions"] in ({}, {"contents": "read"}), name


def test_the_same_commit_is_pinned_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in [act.ROOT / "action.yml", *WORKFLOWS, *EXAMPLES]:
        for name, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", path.read_text("utf-8")):
            pins.setdefault("/".join(name.split("/")[:2]), set()).add(commit)
    assert {name: len(commits) for name, commits in pins.items()} == dict.fromkeys(pins, 1)


def test_bodies_are_shell_that_shellcheck_likes(tmp_path: Path) -> None:
    for number, path in enumerate([act.ROOT / "action.yml", *WORKFLOWS]):
        for place, one in enumerate(one for one in steps(read(path)) if "run" in one):
            script = tmp_path / f"{number}-{place}.sh"
            script.write_text(f"#!/bin/bash\n{one['run']}\n")
            done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{path.name}: {done.stdout}"
