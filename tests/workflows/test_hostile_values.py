"""Branches, tags, names and options made of shell, workflow commands, expressions and sheer length do nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_project
from slipway import cli
from slipway.option import Option
from slipway.options import OPTIONS
from slipway.report.outputs import OUTPUTS
from workflows import act, consumer, step

CANARY = "a-canary"
"""The file that every one of these values would make, if something ran it."""

EVIL = (
    f'"; touch {CANARY} #',
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"'; touch {CANARY}; echo '",
    "x\n::set-output name=publish::true\n::error::owned\n##[set-output name=publish;]true\n",
    "##[set-output name=publish;]true",
    "publish<<EOF\ntrue\nEOF",
    "${{ github.token }}",
    f"--help; touch {CANARY}",
    "../../../../etc/passwd",
)
ALL_AT_ONCE = " ".join(EVIL)
LONG = "x" * 10_000

NAMES = list(step.ACTION["inputs"])
OTHERS = [option for option in OPTIONS if option.name not in {*NAMES, "json"}]
"""Options that come to the action as variables only; a step of a workflow reads outputs, not JSON."""
TAKEN = {parameter.name for parameter in cli.slipway.commands["plan"].params}
READ = [option for option in OTHERS if option.attribute in TAKEN]
UNREAD = [option for option in OTHERS if option not in READ]
"""Those that `plan` reads, one at a time since the first wrong one ends it, and those that it does not."""
REFUSED = {
    option.name for option in OPTIONS if option.attribute in TAKEN and option.kind in {"choice", "seconds"}
}
HARMLESS = {
    "artifact-name": "it is used by the steps that upload and download, which refuse it",
    "files": "check takes no files",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    tiny_project.make(folder, name="demo")
    act.repository(folder)
    return folder


def assert_nothing_happened(done: step.Step, workspace: Path) -> None:
    assert not list(workspace.parent.rglob(CANARY)), done.printed
    assert done.exit_code in {0, 1, 2, 3}, done.printed
    assert "Traceback" not in done.printed
    assert done.obeyed() <= step.COMMANDS, done.printed
    assert set(done.outputs) <= {output.name for output in OUTPUTS}
    assert done.outputs.get("publish", "false") == "false"
    assert max(map(len, done.printed.splitlines()), default=0) <= 20_000


@pytest.mark.parametrize("value", [ALL_AT_ONCE, LONG], ids=["hostile", "10,000 characters"])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in HARMLESS])
def test_as_the_value_of_an_input(name: str, value: str, workspace: Path) -> None:
    inputs = {"command": "plan", name: value}
    done = step.run(workspace, inputs)
    assert_nothing_happened(done, workspace)
    if name in REFUSED:
        assert done.exit_code == 2, done.printed


@pytest.mark.parametrize("value", [ALL_AT_ONCE, LONG], ids=["hostile", "10,000 characters"])
@pytest.mark.parametrize(
    "options", [*([one] for one in READ), UNREAD], ids=[*(one.name for one in READ), "all others"]
)
def test_as_the_value_of_a_variable(options: list[Option], value: str, workspace: Path) -> None:
    done = step.run(workspace, {"command": "plan"}, event={option.variable: value for option in options})
    assert_nothing_happened(done, workspace)
    if any(option.name in REFUSED for option in options):
        assert done.exit_code == 2, done.printed


@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_as_a_command(value: str, workspace: Path) -> None:
    done = step.run(workspace, {"command": value})
    assert_nothing_happened(done, workspace)
    assert done.exit_code == 2, done.printed


@pytest.mark.parametrize("kind", ["heads", "tags"])
def test_as_a_branch_or_tag(kind: str, workspace: Path) -> None:
    done = step.run(
        workspace, {"command": "validate"}, event={"GITHUB_REF": f"refs/{kind}/v1.0{ALL_AT_ONCE}"}
    )
    assert_nothing_happened(done, workspace)


@pytest.mark.parametrize("value", [ALL_AT_ONCE, LONG], ids=["hostile", "10,000 characters"])
def test_as_the_name_of_a_project(value: str, workspace: Path) -> None:
    declared = workspace / "pyproject.toml"
    declared.write_text(declared.read_text().replace('name = "demo"', f"name = {json.dumps(value)}"))
    act.commit(workspace)
    done = step.run(workspace, {"command": "validate"})
    assert_nothing_happened(done, workspace)
    assert done.exit_code != 0
    assert done.outputs["verdict"] in {"findings", "input"}
    assert act_accepts(done.outputs["artifact-name"])


def act_accepts(name: str) -> bool:
    """Return whether actions/upload-artifact takes a name."""
    return bool(name) and len(name) < 200 and not set(name) & set('":<>|*?\r\n\\/')


def test_in_a_workflow_that_really_runs(program: Path, tree: Path, tmp_path: Path) -> None:
    """The values come where an attacker has them from: the branch of a pull request, its title, a dispatch."""
    project = tmp_path / "demo"
    tiny_project.make(project, name="demo")
    steps = []
    title = "${{ github.event.pull_request.title }}"
    for name in ("path", "tag", "tag-prefix", "index", "job", "SLIPWAY_WORK"):
        steps += [
            f"      - name: {name}",
            "        continue-on-error: true",
            f"        uses: {act.SLIPWAY}@{act.COMMIT}",
            "        with:",
            "          command: plan",
            "          artifact-name: none",
            *(["        env:"] if name.isupper() else []),
            f"          {name}: '{title}'",
        ]
    workflow = project / ".github" / "workflows" / "evil.yml"
    workflow.parent.mkdir(parents=True)
    head = ["on: pull_request", "jobs:", "  evil:", "    runs-on: ubuntu-latest", "    steps:"]
    head += ["      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"]
    workflow.write_text("\n".join([*head, *steps]) + "\n")
    act.repository(project, remote=consumer.REMOTE)
    payload = {
        "number": 1,
        "pull_request": {
            "number": 1,
            "title": ALL_AT_ONCE,
            "head": {"ref": ALL_AT_ONCE, "repo": {"full_name": "m/d"}},
        },
    }
    run = act.run(
        program,
        project,
        tree,
        workflow="evil.yml",
        event="pull_request",
        payload=payload,
        artifacts=tmp_path / "artifacts",
        variables={"GITHUB_HEAD_REF": ALL_AT_ONCE, "GITHUB_REF": "refs/pull/1/merge"},
    )
    assert run.exit_code == 0, run.log
    assert not list(tmp_path.rglob(CANARY))
    assert not any(line.get("command") == "set-output" and line.get("arg") == "true" for line in run.lines)
    assert not any(message == "owned" for _, message, _ in run.annotations)
    assert "Traceback" not in run.log
