"""One vocabulary: the action, the workflows, the command line and the examples say the same."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from slipway import cli
from slipway.options import OPTIONS
from slipway.report.outputs import OUTPUTS
from slipway.surfaces import ACTION_ONLY, WORKFLOW_JOBS, WORKFLOW_ONLY
from slipway.workflows.caller_file import Caller
from slipway.workflows.canary_file import Canary
from workflows import act, step

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


VARIABLES = {option.variable for option in OPTIONS} | {
    "SLIPWAY_PATH",
    "SLIPWAY_FILES",
    "SLIPWAY_TOKEN",
    "SLIPWAY_USERNAME",
}
"""What the command line reads."""


def test_every_input_of_the_action_does_something() -> None:
    """It reaches a variable that an option reads, or a step uses it in another way."""
    handed = {
        matched[1]: variable
        for variable, text in step.STEP["env"].items()
        if (matched := step.INPUT.fullmatch(text))
    }
    assert set(handed.values()) <= VARIABLES | {"SLIPWAY_COMMAND"}
    rest = (
        json.dumps([one for one in steps(step.ACTION) if one is not step.STEP])
        + step.STEP["env"]["SLIPWAY_JOB"]
    )
    used = {*handed, *re.findall(r"inputs\.([\w-]+)", rest)}
    assert set(step.ACTION["inputs"]) == used
    assert len(used) < 20


def test_an_empty_input_of_the_action_leaves_a_variable_of_the_job_as_it_is() -> None:
    for variable, text in step.STEP["env"].items():
        matched = step.INPUT.fullmatch(text)
        if matched and step.ACTION["inputs"][matched[1]]["default"] == "":
            assert matched[2] == variable, text


def test_the_commands_of_the_action_are_commands() -> None:
    command = next(one for one in ACTION_ONLY if one.name == "command")
    assert set(command.choices) <= set(cli.slipway.commands)
    assert command.default in command.choices


def test_the_action_hands_on_every_output() -> None:
    assert set(step.ACTION["outputs"]) == {output.name for output in OUTPUTS}


@pytest.mark.parametrize("name", ["python-package.yml", "python-release.yml"])
def test_every_input_of_a_workflow_does_something(name: str) -> None:
    path = act.ROOT / ".github" / "workflows" / name
    declared = read(path)[True]["workflow_call"]["inputs"]
    named = {one for names in WORKFLOW_JOBS.values() for one in names} | {one.name for one in WORKFLOW_ONLY}
    assert set(declared) == named == set(re.findall(r"inputs\.([\w-]+)", path.read_text("utf-8")))


@pytest.mark.parametrize("path", [*WORKFLOWS, *EXAMPLES], ids=lambda path: path.name)
def test_steps_of_the_action_get_inputs_and_variables_that_exist(path: Path) -> None:
    for one in steps(read(path)):
        if one.get("uses", "").startswith(("$/", "OWNER/slipway@")):
            assert set(one.get("with", {})) <= set(step.ACTION["inputs"]), one
            assert set(one.get("env", {})) <= VARIABLES | {"UV_CACHE_DIR"}, one


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
        else:
            called[name] = {"outputs": job.get("outputs", {})}
    for job, output in re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", path.read_text("utf-8")):
        assert output in called[job]["outputs"], f"{job} has no output {output}"


def test_the_example_is_what_init_writes() -> None:
    commit = COMMIT.search((act.ROOT / "examples" / "workflows" / "release.yml").read_text("utf-8"))
    assert commit is not None
    caller = Caller(repository="OWNER/slipway", commit=commit[0], branch="main")
    text = caller.render()
    assert text == (act.ROOT / "examples" / "workflows" / "release.yml").read_text("utf-8")
    assert len(text.splitlines()) < 60


def test_the_canary_is_what_init_writes() -> None:
    text = (act.ROOT / "examples" / "workflows" / "canary.yml").read_text("utf-8")
    commit = re.search(r"OWNER/slipway@([0-9a-f]{40})", text)
    assert commit is not None
    caller = Caller(repository="OWNER/slipway", commit=commit[1], branch="main")
    assert Canary(caller=caller, project="demo").render() == text


def test_what_stands_in_templates_is_pinned_as_in_the_action() -> None:
    """What renews the pins of the workflows does not read the templates."""
    templates = (act.ROOT / "scripts" / "slipway" / "templates").glob("*.yml")
    action = re.compile(r"uses: (actions/\S+@\w{40} # \S+)")
    pinned, in_templates = (
        {found for path in paths for found in action.findall(path.read_text("utf-8"))}
        for paths in ([*WORKFLOWS, act.ROOT / "action.yml"], templates)
    )
    assert in_templates
    assert in_templates <= pinned


@pytest.mark.parametrize("path", [*WORKFLOWS, *EXAMPLES], ids=lambda path: path.name)
def test_every_job_ends_and_no_event_cancels_another(path: Path) -> None:
    """A job that hangs would hold its runner for six hours; GitHub keeps one waiting run for a concurrency group."""
    content = read(path)
    for name, job in content["jobs"].items():
        assert "uses" in job or "timeout-minutes" in job, name
    if "concurrency" in content:
        assert "${{ github.event_name }}" in content["concurrency"]["group"]
    else:
        assert set(content[True]) == {"workflow_call"}


def test_the_required_check_is_named_in_the_first_release() -> None:
    package = read(act.ROOT / ".github" / "workflows" / "python-package.yml")["jobs"]["gate"]["name"]
    caller = read(act.ROOT / "examples" / "workflows" / "release.yml")["jobs"]["package"]["name"]
    assert f"`{caller} / {package}`" in (act.ROOT / "docs" / "first-release.md").read_text("utf-8")


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


def test_wheels_are_built_from_the_sdist_that_was_put_out() -> None:
    """The digest comes from an output of the job that built it; `trust/test_handover.py` says what that is good for."""
    job = read(act.ROOT / ".github" / "workflows" / "python-package.yml")["jobs"]["wheels"]
    [builds] = [one for one in job["steps"] if one.get("with", {}).get("command") == "build"]
    assert builds["env"]["SLIPWAY_BUILT"] == "${{ needs.build.outputs.built }}"
    assert job["permissions"] == {}


def test_git_bash_rewrites_no_value_that_the_action_hands_on() -> None:
    """It takes what begins with `/` for a path of its own (https://www.msys2.org/docs/filesystem-paths/)."""
    handed = dict(step.STEP["env"])
    prefix = handed.pop("MSYS2_ENV_CONV_EXCL")
    assert [name for name in handed if not name.startswith(prefix)] == []
