"""What happens to a release that is disturbed: which jobs count, what the gate says, and what is published.

act neither cancels a run nor asks anybody for approval. What GitHub hands to the jobs that follow is known, though: the
outputs and artifacts of the jobs that ended, under the number of the attempt they ended in, and no more.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from slipway.manifest import Manifest
from slipway.records import Finding, Severity
from slipway.report import annotations
from slipway.runner.github import GitHubRunner
from trust.jobs import Jobs, bytes_of, digest, rules

ROOT = Path(__file__).resolve().parents[2]
CALLERS = [
    # The canary releases nothing.
    *(path for path in sorted((ROOT / "examples" / "workflows").glob("*.yml")) if path.name != "canary.yml"),
    ROOT / ".github" / "workflows" / "release.yml",
]


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def folder(run: Jobs, name: str, attempt: int = 1) -> Path:
    return run.parts / f"slipway.demo.{name}.{attempt}"


def missing(manifest: Manifest) -> list[str]:
    """Return the jobs that handed over no result, as the gate names them."""
    return [
        line for f in manifest.findings if f.rule == "job-missing" for line in (f.seen or "").splitlines()
    ]


def annotated(manifest: Manifest, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the titles of the errors that a job annotates."""
    capsys.readouterr()
    annotations.show(manifest, GitHubRunner({}), project=Path())
    return re.findall(r"^::error title=([\w-]+)", capsys.readouterr().err, re.MULTILINE)


def test_a_run_that_was_cancelled_half_way_and_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was cancelled while two systems were tested; only the failed jobs, or all of them, are started again."""
    run = Jobs(tmp_path)
    smokes = [job.name for job in run.plan.jobs if job.kind == "smoke"]
    for name in smokes[1:]:
        shutil.rmtree(folder(run, name))
    cancelled = run.decide()
    assert missing(cancelled) == smokes[1:]
    assert annotated(cancelled, capsys) == ["job-missing"]

    for name in smokes[1:]:
        run.smoke(name, attempt=2)
    again = run.decide()
    assert rules(again) == set()
    assert bytes_of(again) == {name: digest(data) for name, data in run.files.items()}

    # All jobs anew: the build makes other bytes, and only what was tested with these counts.
    old = dict(run.files)
    run.files = {name: data + b"\n" for name, data in old.items() if name.endswith(".whl")} | {
        name: data for name, data in old.items() if not name.endswith(".whl")
    }
    run.build("build", run.files, attempt=2)
    assert "job-used-other-bytes" in rules(run.decide())


def test_one_job_of_the_matrix_dies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its runner is lost: nothing of the others is lost, it is named, and after it ran again all is well."""
    run = Jobs(tmp_path)
    lost = [job.name for job in run.plan.jobs if job.kind == "smoke"][-1]
    shutil.rmtree(folder(run, lost))
    decided = run.decide()
    assert missing(decided) == [lost]
    assert {result.job for result in decided.smoke_results} == {
        job.name for job in run.plan.jobs if job.kind == "smoke"
    } - {lost}
    assert annotated(decided, capsys) == ["job-missing"]
    run.smoke(lost, attempt=2)
    assert rules(run.decide()) == set()


def test_a_build_that_dies_is_one_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The jobs that waited for it are not reported beside it."""
    run = Jobs(tmp_path)
    run.built.clear()
    for path in run.parts.iterdir():
        shutil.rmtree(path)
    decided = run.decide()
    assert missing(decided) == ["build"]
    assert annotated(decided, capsys) == ["job-missing"]


@pytest.mark.parametrize("command", ["publish", "verify", "announce"])
def test_a_later_job_does_not_annotate_again_what_the_gate_did(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(rule: str, stage: str) -> Finding:
        return Finding(
            rule=rule, severity=Severity.ERROR, message=f"{rule}.", why="It is.", fix="Do.", stage=stage
        )

    manifest = Manifest(
        command=command, findings=(found("seen-before", "validate"), found("seen-now", command))
    )
    assert annotated(manifest, capsys) == ["seen-now"]


@pytest.mark.parametrize("job", ["build", "smoke-linux-x86_64"])
def test_a_job_before_the_gate_leaves_annotations_to_it(
    job: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = Finding(
        rule="import-fails", severity=Severity.ERROR, message="No.", why="It is.", fix="Do.", stage="smoke"
    )
    manifest = Manifest(command="smoke", job=job, plan=Jobs(tmp_path).plan, findings=(bad,))
    assert annotated(manifest, capsys) == []


def test_a_refused_approval_ends_the_release_and_can_be_given_later() -> None:
    """GitHub then fails the job that publishes before its first step, so that nothing after it may run anyway.

    Started again, it takes the artifact and the digest that the gate of the first attempt put out: both are outputs of
    the gate, and no part of them comes from the attempt that runs.
    """
    for path in [*CALLERS, ROOT / ".github" / "workflows" / "python-release.yml"]:
        for name, job in read(path)["jobs"].items():
            after = [need for need in job.get("needs", []) if "publish" in need] if "needs" in job else []
            assert not (after and re.search(r"always\(|cancelled\(|failure\(", str(job.get("if", "")))), name
            for step in job.get("steps", ()):
                if (step.get("with") or {}).get("command") in {
                    "publish",
                    "verify",
                    "announce",
                } and "needs" in job:
                    assert re.fullmatch(
                        r"\$\{\{ needs\.[\w-]+\.outputs\.artifact-name \}\}", step["with"]["artifact-name"]
                    )


def group(content: dict[str, Any], event: str, ref: str) -> tuple[str, bool]:
    """Return the concurrency group of a run, and whether it cancels one that is under way."""
    concurrency = content["concurrency"]
    values = {"github.workflow": content["name"], "github.event_name": event, "github.ref": ref}
    named = re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: values[found[1]], concurrency["group"])
    cancels = concurrency["cancel-in-progress"]
    return named, cancels is True or (isinstance(cancels, str) and event == "pull_request")


@pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.name)
def test_two_pushes_do_not_touch_a_release_that_waits(path: Path) -> None:
    """A tag waits for approval, a dispatch of main too; GitHub keeps the last waiting run of a group only."""
    content = read(path)
    tag, dispatch, push = (
        group(content, *run)
        for run in (
            ("push", "refs/tags/v1.0"),
            ("workflow_dispatch", "refs/heads/main"),
            ("push", "refs/heads/main"),
        )
    )
    assert len({tag[0], dispatch[0], push[0]}) == 3
    publishes = any("publish" in str(job) for job in content["jobs"].values())
    assert not (publishes and (tag[1] or dispatch[1]))
