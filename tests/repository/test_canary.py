"""The canary, as its workflow runs it: `verify --released` in one job, and `keep-issue` in the next with what it put out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import command_line
import pytest
import simple_index
import tiny_project
from artifacts.built import Built
from artifacts.sdists import sdist
from artifacts.wheels import wheel
from command_line import Ended
from repository import issues_scene
from repository.issues_scene import Issues
from simple_index import SimpleIndex
from slipway import pipeline
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.records import Severity
from slipway.runner.terminal import PlainRunner

HERE = ".".join(map(str, sys.version_info[:2]))
WORKS = "import helper\nhelper.work()\n"


@dataclass
class Canary:
    """A project with a release that needs `helper`, the index that has both, and the repository's issues.

    Attributes:
        runs: how often the workflow ran.
    """

    project: Path
    index: SimpleIndex
    issues: Issues
    runs: int = 0

    def serve(self, *built: Built) -> None:
        """Put files on the index, beside what is there."""
        for one in built:
            name = one.filename.partition("-")[0]
            self.index.files.setdefault(name, {})[one.filename] = one.data

    def helper(self, version: str, code: str) -> None:
        self.serve(wheel({"helper.py": code}, name="helper", version=version))

    def look(self, *options: str, outputs: Path | None = None) -> Ended:
        """Run the first job."""
        at = ("--index", f"http://127.0.0.1:{self.index.port}/", "--simple-index", self.index.url)
        environ: dict[str, str | None] = {"UV_DEFAULT_INDEX": self.index.url}
        if outputs is not None:
            environ |= {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs), "SLIPWAY_RELEASED": "true"}
        else:
            options = ("--released", "--json", *options)
        return command_line.forked("verify", self.project, *at, "--python", HERE, *options, environ=environ)

    def here(self, *stages: str) -> Manifest:
        """Run some stages of the first job in this process."""
        inputs = Inputs(
            command="verify",
            path=self.project,
            work=self.project / ".slipway" / "released",
            released=True,
            python=(HERE,),
            resolution=("highest",),
            index=f"http://127.0.0.1:{self.index.port}/",
            simple_index=self.index.url,
        )
        return pipeline.run(stages, Manifest(), inputs, PlainRunner())

    def run(self) -> str:
        """Run the workflow: both jobs. Return the sentence about the issue."""
        self.runs += 1
        outputs = self.project.parent / f"outputs-{self.runs}"
        ended = self.look("--resolution", "highest", outputs=outputs)
        said = re.search(r"^trouble<<(\S+)\n(.*?)\n?^\1$", outputs.read_text(), re.MULTILINE | re.DOTALL)
        assert said, ended
        handed = {
            "SLIPWAY_RESULT": "failure" if ended.exit_code else "success",
            "SLIPWAY_TROUBLE": said[2],
        }
        kept = command_line.forked("keep-issue", environ=self.issues.environ(run=self.runs) | handed)
        assert kept.exit_code == 0, kept
        assert issues_scene.TOKEN not in kept.stdout + kept.stderr
        return kept.stderr.strip()


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    project = tiny_project.make(tmp_path / "demo", name="demo", requires=["helper"])
    with simple_index.serve() as index, issues_scene.opened() as issues:
        one = Canary(project, index, issues)
        one.serve(wheel({"demo/__init__.py": WORKS}, fields={"Requires-Dist": "helper"}))
        one.helper("1.0", "def work(): pass\n")
        yield one


def rules(ended: Ended) -> dict[str, str]:
    return {one["rule"]: one["severity"] for one in ended.manifest["findings"]}


def test_a_dependency_that_breaks_makes_one_issue_that_is_closed_when_it_is_fixed(canary: Canary) -> None:
    canary.helper("2.0", "")
    assert "/issues/1 says so" in canary.run()
    [issue] = canary.issues.all
    assert "import-fails" in issue["body"]
    assert "AttributeError: module 'helper' has no attribute 'work'" in issue["body"]

    assert "brought up to date" in canary.run()
    assert canary.issues.open() == [issue]
    assert "actions/runs/2" in issue["body"]
    assert canary.issues.comments == {}

    canary.helper("2.1", "def work(): pass\n")
    assert "is closed" in canary.run()
    assert [one["state"] for one in canary.issues.all] == ["closed"]


def test_a_build_that_breaks_is_a_failure_of_its_own(canary: Canary) -> None:
    backend = canary.project / "_build_tools" / "own_backend.py"
    backend.write_text(f"{backend.read_text()}\nraise SystemExit('the newest backend says no')\n")
    ended = canary.here("rebuild")
    assert ended.exit_code == 1
    assert ended.failure is not None
    assert (ended.failure.stage, "the newest backend says no" in ended.failure.log) == ("rebuild", True)


def test_a_backend_that_only_its_bounds_keep_working_is_a_warning(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", canary.index.url)
    folder = canary.project / "_build_tools"
    works = (folder / "own_backend.py").read_text()
    broken = "raise SystemExit('the newest backend says no')\n"
    for version, code in (("1.0", works), ("2.0", broken)):
        canary.serve(wheel({"backend.py": code}, name="backend", version=version))
    (folder / "own_backend.py").unlink()
    declared = canary.project / "pyproject.toml"
    text = declared.read_text().replace('backend-path = ["_build_tools"]\n', "")
    text = text.replace("requires = []", 'requires = ["backend<2"]').replace("own_backend", "backend")
    declared.write_text(text)
    ended = canary.here("rebuild")
    assert (ended.exit_code, ended.failure) == (0, None)
    [found] = ended.findings
    assert (found.rule, found.severity) == ("newest-build-requirements-fail", Severity.WARNING)
    assert found.message.startswith("Without the upper bounds of `backend<2`: ")
    assert "the newest backend says no" in (found.seen or "")
    assert declared.read_text() == text


@pytest.mark.parametrize(("name", "code"), [("demo", 3), ("", 2)])
def test_an_index_that_is_gone_and_a_project_without_a_name_are_said(
    name: str, code: int, canary: Canary
) -> None:
    if not name:
        (canary.project / "pyproject.toml").unlink()
        setup = "import setuptools\nsetuptools.setup(name=''.join('demo'))\n"
        (canary.project / "setup.py").write_text(setup)
    with simple_index.serve() as gone:
        pass
    canary.index = gone
    ended = canary.here("released", "rebuild")
    assert ended.exit_code == code
    assert [(one.name, one.outcome) for one in ended.stages] == [("released", "failed")]


def test_metadata_that_drifts_apart_and_that_nobody_takes_is_said(canary: Canary) -> None:
    """The release has metadata 2.4; what the backend of today writes is another version."""
    backend = canary.project / "_build_tools" / "own_backend.py"
    whole = backend.read_text()
    canary.serve(sdist(version="0.9"), wheel(version="2.0rc1"))
    backend.write_text(whole.replace("Metadata-Version: 2.4", "Metadata-Version: 2.5"))
    ended = canary.look()
    assert ended.exit_code == 0, ended
    assert rules(ended) == {"metadata-version-changed": "note"}
    assert ended.manifest["findings"][0]["message"] == "Metadata-Version is 2.5, and was 2.4 in 1.0."
    assert [(one["resolution"], one["origin"]) for one in ended.manifest["smoke_results"]] == [
        ("highest", "index"),
        ("lowest-direct", "index"),
    ]
    artifacts = [one["filename"] for one in ended.manifest["artifacts"]]
    assert artifacts == ["demo-1.0-py3-none-any.whl"], "the newest final release, and its wheel alone"
    kept = canary.project / ".slipway" / "released"
    assert [file.name for file in (kept / "dist").iterdir()] == artifacts
    assert not (canary.project / ".slipway" / "manifest.json").exists(), "what a check left stays as it is"

    backend.write_text(whole.replace("Metadata-Version: 2.4", "Metadata-Version: 2.6"))
    del canary.index.files["demo"]
    failing = canary.here("released", "rebuild")
    assert failing.exit_code == 1
    assert {one.rule: one.severity for one in failing.blocking} == {
        "metadata-version-unsupported": Severity.ERROR
    }
    stages = {one.name: one.reason or "" for one in failing.stages}
    assert stages["released"].endswith("has no release of demo")


def test_what_the_index_serves_must_be_what_it_lists(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    real = SimpleIndex.answer

    def lying(self: SimpleIndex, path: str) -> Any:
        answer = real(self, path)
        return b"other bytes" if path.startswith("/files/demo/") else answer

    monkeypatch.setattr(SimpleIndex, "answer", lying)
    ended = canary.look()
    assert ended.exit_code == 3
    assert "serves other bytes" in json.dumps(ended.manifest["failure"])
