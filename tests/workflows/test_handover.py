"""What the gate says to what the jobs hand over, and which jobs the plan asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tiny_plan
import tiny_project
from slipway import pipeline
from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.planning import matrix as planned_matrix
from slipway.records import Destination, Finding, Job, Severity, StageResult, Where
from slipway.report import annotations, outputs, timeline
from slipway.runner.base import Event
from slipway.runner.github import GitHubRunner, without_commands
from slipway.runner.terminal import PlainRunner
from trust.jobs import JobRunner
from workflows import act

JOBS = (
    Job(name="build", kind="build", platform="linux-x86_64", runner="ubuntu-latest"),
    Job(
        name="smoke-linux-x86_64",
        kind="smoke",
        platform="linux-x86_64",
        runner="ubuntu-latest",
        pythons=("3.13",),
    ),
    Job(
        name="smoke-windows-AMD64",
        kind="smoke",
        platform="windows-AMD64",
        runner="windows-latest",
        pythons=("3.13",),
    ),
)
PLAN = msgspec.structs.replace(
    tiny_plan.PLAN,
    pythons=("3.13",),
    event="push",
    destination=Destination(index="pypi", publish=True, reason="A tag.", environment="pypi"),
    jobs=JOBS,
)


def test_nothing_handed_over(tmp_path: Path) -> None:
    inputs = Inputs(command="check", path=tmp_path, work=tmp_path / "work", from_=tmp_path / "nothing")
    manifest = pipeline.run(("gather",), Manifest(), inputs, PlainRunner())
    assert manifest.failure is not None
    assert "holds no sdist and no wheel" in manifest.failure.happened


def inputs(**options: Any) -> Inputs:
    return Inputs(command="plan", path=Path(), work=Path(), **options)


def planned(*arguments: Any, publish: bool = True, **options: Any) -> dict[str, tuple[str, ...]]:
    """Return the jobs of a plan, each with the Pythons it tests with."""
    jobs = planned_matrix.jobs(*arguments, inputs(**options), publish=publish)
    return {job.name: job.pythons for job in jobs}


ALL = ("3.12", "3.13", "3.14")
SHORT = ("3.14",)


def test_a_release_is_built_once_and_tried_everywhere() -> None:
    """One job for each system, with all its Pythons: five jobs up to the gate."""
    assert planned("pure", ALL, ()) == {
        "build": (),
        "smoke-linux-x86_64": ALL,
        "smoke-macos-arm64": ALL,
        "smoke-windows-AMD64": ALL,
    }


def test_what_is_only_checked_is_tried_where_it_is_built_and_once_elsewhere() -> None:
    assert planned("pure", ALL, (), publish=False) == {
        "build": ALL,
        "smoke-macos-arm64": SHORT,
        "smoke-windows-AMD64": SHORT,
    }


@pytest.mark.parametrize(("matrix", "elsewhere"), [("full", ALL), ("short", SHORT)])
@pytest.mark.parametrize("publish", [True, False])
def test_an_option_says_how_much_is_tried_elsewhere(
    matrix: str, elsewhere: tuple[str, ...], *, publish: bool
) -> None:
    jobs = planned("pure", ALL, (), publish=publish, matrix=matrix)
    assert (jobs["smoke-macos-arm64"], jobs["smoke-windows-AMD64"]) == (elsewhere, elsewhere)
    assert ALL in (jobs["build"], jobs.get("smoke-linux-x86_64"))


def test_a_build_on_another_machine_than_the_first_platform_tests_nothing() -> None:
    jobs = planned("pure", ALL, (), publish=False, platforms=("macos",))
    assert jobs == {"build": (), "smoke-macos-arm64": ALL}
    own = planned("pure", ALL, (), publish=False, runner="mine", runners=("linux=mine",))
    assert own["build"] == ALL


def test_a_compiled_project_has_a_job_for_each_platform() -> None:
    jobs = planned("compiled", SHORT, (), platforms=("linux", "windows-ARM64"), publish=False)
    assert list(jobs) == [
        "build",
        "wheels-linux-x86_64",
        "wheels-windows-ARM64",
        "smoke-linux-x86_64",
        "smoke-windows-ARM64",
    ]
    assert jobs["build"] == (), "its wheels are not there yet"


def test_free_threading_is_tried_where_it_is_claimed() -> None:
    claim = "Programming Language :: Python :: Free Threading :: 3 - Stable"
    assert planned("pure", SHORT, (claim,))["smoke-linux-x86_64"] == ("3.14", "3.14t")
    assert planned("pure", SHORT, (claim,), matrix="short")["smoke-macos-arm64"] == SHORT
    assert planned("pure", SHORT, ())["smoke-linux-x86_64"] == SHORT


def test_versions_of_ones_own() -> None:
    jobs = planned("pure", ALL, (), python_versions=("3.13", "pypy3.11"), matrix="short")
    assert jobs["smoke-linux-x86_64"] == ("3.13", "pypy3.11")
    assert jobs["smoke-macos-arm64"] == ("3.13",)


@pytest.mark.parametrize(
    "options", [{"platforms": ("beos",)}, {"python_versions": ("3",)}, {"python_versions": ("$(id)",)}]
)
def test_what_is_no_platform_or_version_is_said(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        planned("pure", ("3.14",), (), **options)


def test_runners_of_ones_own() -> None:
    jobs = planned_matrix.jobs("pure", ("3.13",), (), inputs(runners=("windows=big-windows",)), publish=True)
    rendered = outputs.matrix(msgspec.structs.replace(PLAN, jobs=jobs), "smoke")
    assert '"runner": "big-windows"' in rendered
    assert '"runner": "ubuntu-latest"' in rendered
    assert '"python": "3.13"' in rendered


@pytest.mark.parametrize("pair", ["nonsense", "linux=$(id)", "beos=mine", "linux="])
def test_what_is_no_runner_is_said_before_any_work(pair: str) -> None:
    with pytest.raises(InputError, match="does not give a platform its runner"):
        planned("pure", ("3.13",), (), runners=(pair,))


def test_an_annotation_stands_at_the_path_from_the_top_of_the_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = Finding(
        rule="version-wrong",
        severity=Severity.WARNING,
        message="100% wrong:\nreally",
        why="It is.",
        fix="Mend it.",
        where=Where(file="pyproject.toml", line=7),
    )
    runner = GitHubRunner({"GITHUB_WORKSPACE": str(tmp_path)})
    annotations.show(Manifest(findings=(finding,)), runner, project=tmp_path / "libs" / "core")
    told = capsys.readouterr().err
    assert told.startswith(
        "::warning title=version-wrong,file=libs/core/pyproject.toml,line=7::100%25 wrong:%0Areally"
    )


@pytest.mark.parametrize(
    "text", ["::error::x", "  ::set-output name=a::b", "a ##[set-output name=a;]b", "a\r::x::y"]
)
def test_a_quoted_text_is_no_command(text: str) -> None:
    for line in without_commands(text).split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def bars(manifest: Manifest) -> Iterator[tuple[str, int, int]]:
    for bar in timeline.bars(manifest):
        yield bar.section, bar.start, bar.length


def test_every_bar_begins_when_its_stage_did() -> None:
    def done(name: str, started: float | None, seconds: float, job: str = "") -> StageResult:
        begun = None if started is None else 1_800_000_000 + started
        return StageResult(name=name, outcome="done", started=begun, seconds=seconds, job=job)

    manifest = Manifest(
        job="gate",
        stages=(
            done("smoke", 6, 3, "smoke-a"),
            done("plan", 0, 1, "plan"),
            done("build", 2.5, 2, "build"),
            done("inspect", 4.75, 0.25, "build"),
            done("smoke", 5.125, 4, "smoke-b"),
            done("init", None, 4),
            done("inspect", 12, 1),
            done("validate", 0, 0.01),
        ),
    )
    assert list(bars(manifest)) == [
        ("plan", 0, 1000),
        ("build", 2500, 2000),
        ("build", 4750, 250),
        ("smoke-b", 5125, 4000),
        ("smoke-a", 6000, 3000),
        ("gate", 12000, 1000),
    ]


CALLER = """\
on: push
jobs:
  release:
    uses: {owner}/.github/workflows/python-release.yml@v1
"""


@pytest.mark.parametrize(
    ("owner", "more", "stops"),
    [
        pytest.param(act.SLIPWAY, "", True, id="another-repository"),
        pytest.param(act.SLIPWAY, "    secrets: {token: '${{ secrets.TOKEN }}'}\n", False, id="with-a-token"),
        pytest.param("acme/demo", "", False, id="a-copy-of-ones-own"),
    ],
)
def test_a_publisher_that_cannot_match_is_found_before_anything_is_built(
    owner: str, more: str, *, stops: bool, tmp_path: Path
) -> None:
    tiny_project.make(tmp_path, name="demo")
    file = tmp_path / ".github" / "workflows" / "release.yml"
    file.parent.mkdir(parents=True)
    file.write_text(CALLER.format(owner=owner) + more)
    ref = "refs/tags/v1.0.0"
    event = Event(
        name="push",
        ref=ref,
        repository="acme/demo",
        workflow_ref=f"acme/demo/.github/workflows/release.yml@{ref}",
    )
    asked = Inputs(command="plan", path=tmp_path, work=tmp_path / "work")
    failure = pipeline.run(("plan",), Manifest(), asked, JobRunner(event)).failure
    assert (failure is not None) == stops
    if failure is not None:
        assert f"part of {owner}, not of acme/demo" in failure.happened
        assert f"uses: {owner}@v1" in failure.remedy


def test_the_jobs_that_the_gate_speaks_for_are_those_of_plans() -> None:
    """A job of somebody's own workflow that has a like name speaks for itself."""
    jobs = planned_matrix.jobs(
        "compiled", ALL, (), inputs(platforms=tuple(planned_matrix.RUNNERS)), publish=True
    )
    assert all(Manifest(job=job.name).is_part for job in jobs)
    assert not any(
        Manifest(job=name).is_part for name in ("", "gate", "build-check", "smoke-smoke", "wheels-build")
    )
