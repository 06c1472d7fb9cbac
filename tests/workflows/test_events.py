"""What happens when: each event, run for real, and which jobs it starts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tiny_project
from packaging.version import Version
from workflows import act, consumer

CHECKED = {"Build": "success", "Gate": "success"}
"""What is only checked is tested on Linux in the job that builds."""
TO_PUBLISH = CHECKED | {"Smoke (linux-x86_64)": "success"}
ELSEWHERE = {"Smoke (macos-arm64)": "success", "Smoke (windows-AMD64)": "success"}

COPY = """\
name: Release
on: pull_request
permissions: {{}}
jobs:
  release:
    name: Release
    permissions: {{contents: write, id-token: write}}
    uses: ./.github/workflows/python-release.yml
    with: {{platforms: linux, python-versions: "{versions}"}}
"""

FORK: dict[str, Any] = {
    "number": 7,
    "pull_request": {"number": 7, "head": {"ref": "patch", "repo": {"full_name": "mallory/demo"}}},
}


UNKNOWN = "slipway-tests-demo"
"""A name that no index knows: a run for a tag or a dispatch asks the real one, where there is a network."""


def test_a_newcomer_gets_a_green_check_without_editing_anything(
    program: Path, tree: Path, tmp_path: Path
) -> None:
    """The file that `slipway init` wrote is run as it is, for a pull request from a fork."""
    project = consumer.tiny(tmp_path / "demo", everywhere=True)
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="pull_request",
        payload=FORK,
        artifacts=tmp_path / "artifacts",
    )
    assert run.exit_code == 0, run.log
    assert run.jobs == CHECKED | ELSEWHERE
    assert run.summaries.startswith("## ✅ demo 1.0.0 builds, passes inspection"), run.summaries
    assert "A fork's pull request is checked and never published." in run.summaries
    assert "Smoke tests: all 5 passed" in run.summaries
    assert "```mermaid" in run.summaries
    assert not [annotation for annotation in run.annotations if annotation[0] == "error"]


@pytest.mark.parametrize(
    ("event", "payload", "sentence"),
    [
        pytest.param(
            "push",
            {"ref": "refs/heads/main"},
            "a release starts with a tag or a manual dispatch",
            id="push-to-a-branch",
        ),
        pytest.param(
            "push", {"ref": "refs/tags/nightly"}, "it is not a release tag", id="tag-that-does-not-match"
        ),
        pytest.param(
            "pull_request_target",
            FORK,
            "runs foreign code with this repository's rights: it never publishes",
            id="pull_request_target",
        ),
    ],
)
def test_is_checked_and_not_published(
    event: str, payload: dict[str, Any], sentence: str, *, program: Path, tree: Path, tmp_path: Path
) -> None:
    project = consumer.tiny(tmp_path / "demo")
    consumer.edit(project, "  pull_request:\n", f"  {event}:\n" if event != "push" else "  pull_request:\n")
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event=event,
        payload=payload,
        artifacts=tmp_path / "artifacts",
    )
    assert run.exit_code == 0, run.log
    assert run.jobs == CHECKED
    assert sentence in run.summaries
    assert run.outputs["publish"] == "false"


def test_of_two_tags_at_one_commit_the_wrong_one_ends_before_anything_is_built(
    program: Path, tree: Path, tmp_path: Path
) -> None:
    """Each tag is judged by itself, here in a project whose folder has a blank in its name."""
    project = tiny_project.make(tmp_path / "demo" / "my package", name=UNKNOWN)
    top = consumer.published(project.parent, project=project)
    for version in ("1.0.0", "1.0.1"):
        act.git(top, "tag", f"my-package-v{version}")
    run = act.run(
        program,
        top,
        tree,
        workflow="release-my-package.yml",
        event="push",
        payload={"ref": "refs/tags/my-package-v1.0.1"},
        artifacts=tmp_path / "artifacts",
    )
    assert run.jobs == {"Build": "failure", "Gate": "failure"}, run.log
    assert [p.get("title") for level, _, p in run.annotations if level == "error"] == ["tag-version-mismatch"]
    assert f"{UNKNOWN} 1.0.0 is not ready" in run.summaries
    assert not list((tmp_path / "artifacts").rglob("*.whl"))


def test_a_dispatch_goes_to_testpypi(program: Path, tree: Path, tmp_path: Path) -> None:
    """Only the jobs before publishing are run: TestPyPI is not on this machine."""
    project = consumer.tiny(tmp_path / "demo", name=UNKNOWN)
    artifacts = tmp_path / "artifacts"
    payload = {"ref": "refs/heads/main", "inputs": {}}
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="workflow_dispatch",
        payload=payload,
        artifacts=artifacts,
        job="package",
    )
    assert run.exit_code == 0, run.log
    assert run.jobs == TO_PUBLISH
    assert "A manual dispatch publishes to TestPyPI." in run.summaries
    # The number of the run is 1 for act.
    assert "1.0.0.dev101 is a staging version for TestPyPI" in run.summaries
    outputs = run.outputs
    assert (outputs["publish"], outputs["index"], outputs["environment"]) == ("true", "testpypi", "testpypi")
    assert outputs["url"].endswith(f"/project/{UNKNOWN}/1.0.0.dev101/")
    handed_on = artifacts / outputs["artifact-name"]
    manifest = json.loads((handed_on / "manifest.json").read_bytes())
    assert sorted(path.name for path in (handed_on / "dist").iterdir()) == sorted(
        artifact["filename"] for artifact in manifest["artifacts"]
    )
    assert {job["job"] for job in manifest["smoke_results"]} == {
        job["name"] for job in manifest["plan"]["jobs"][1:]
    }


def test_a_project_that_cannot_be_read_ends_in_a_red_gate(program: Path, tree: Path, tmp_path: Path) -> None:
    """Nothing is built then, and the gate still says why."""
    project = consumer.tiny(tmp_path / "demo")
    (project / "pyproject.toml").write_text("[project\n")
    act.commit(project)
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": "refs/tags/v1.0.0"},
        artifacts=tmp_path / "artifacts",
    )
    assert run.exit_code == 1
    assert run.jobs == {"Build": "failure", "Gate": "failure"}
    assert "pyproject.toml cannot be parsed" in run.summaries
    titles = [properties.get("title") for _, _, properties in run.annotations]
    assert titles == ["Slipway: plan"]


@pytest.mark.parametrize(
    ("fault", "results", "told"),
    [
        pytest.param(
            {"in_build": "raise SystemExit('the parts are missing')"},
            {"Build": "failure", "Gate": "failure"},
            ["The job build failed in build", "the parts are missing", "1 finding must be fixed first"],
            id="build",
        ),
        pytest.param(
            {"in_import": "import nothing_like_this"},
            {name: "success" if name == "Build" else "failure" for name in TO_PUBLISH},
            ["`import slipway_tests_demo` fails", "nothing_like_this", "Smoke tests: 2 of 2 failed"],
            id="smoke",
        ),
    ],
)
def test_a_failing_job_ends_in_a_red_gate(
    fault: dict[str, str],
    results: dict[str, str],
    told: list[str],
    *,
    program: Path,
    tree: Path,
    tmp_path: Path,
) -> None:
    project = consumer.tiny(tmp_path / "demo", name=UNKNOWN, **fault)
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="push",
        payload={"ref": "refs/tags/v1.0.0"},
        artifacts=tmp_path / "artifacts",
    )
    assert run.exit_code == 1
    assert run.jobs == results
    gate = run.summaries.rpartition(f"## ❌ {UNKNOWN} 1.0.0 is not ready")[2]
    assert all(sentence in gate for sentence in told), gate
    assert len([level for level, _, _ in run.annotations if level == "error"]) == 1
    assert run.outputs["publish"] == "false"


def test_all_pythons_of_a_system_are_tried_in_one_job(program: Path, tree: Path, tmp_path: Path) -> None:
    """The copy of python-release.yml that its first lines describe, for a pull request: two jobs on one platform."""
    project = consumer.tiny(tmp_path / "demo")
    versions = sorted(act.pythons(), key=Version)[-3:]
    declared = project / "pyproject.toml"
    declared.write_text(
        declared.read_text().replace(f"Python :: {consumer.PYTHON}", f"Python :: {versions[0]}")
    )
    workflows = project / ".github" / "workflows"
    shutil.copy(tree / ".github" / "workflows" / "python-release.yml", workflows)
    (workflows / "release.yml").write_text(COPY.format(versions=" ".join(versions)))
    act.commit(project)
    artifacts = tmp_path / "artifacts"
    run = act.run(
        program,
        project,
        tree,
        workflow="release.yml",
        event="pull_request",
        payload=FORK,
        artifacts=artifacts,
    )
    assert run.exit_code == 0, run.log
    ended = {name.rpartition(" / ")[2]: result for name, result in run.jobs.items()}
    assert ended.items() >= CHECKED.items()
    assert not any(name.startswith(("Smoke", "Publish")) for name in ended)
    manifest = json.loads((artifacts / "slipway.demo.gate.1" / "manifest.json").read_bytes())
    tried = {result["python"].rpartition(".")[0] for result in manifest["smoke_results"]}
    assert tried == set(versions)
    assert {result["job"] for result in manifest["smoke_results"]} == {"build"}


def test_a_check_of_one_job(program: Path, tree: Path, tmp_path: Path) -> None:
    """The example minimal.yml."""
    project = consumer.tiny(tmp_path / "demo")
    text = (act.ROOT / "examples" / "workflows" / "minimal.yml").read_text("utf-8")
    (project / ".github" / "workflows" / "check.yml").write_text(text.replace("OWNER/slipway", act.SLIPWAY))
    act.commit(project)
    run = act.run(
        program,
        project,
        tree,
        workflow="check.yml",
        event="pull_request",
        payload=FORK,
        artifacts=tmp_path / "artifacts",
    )
    assert run.exit_code == 0, run.log
    assert run.jobs == {"Check": "success"}
    assert not [annotation for annotation in run.annotations if annotation[0] == "error"]
