"""A job lies to the job that decides: the bytes, the index, the event and the verdicts of others stay what they are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from artifacts import wheel
from slipway import findings
from slipway.manifest import Failure, Manifest
from slipway.records import Destination, Finding, Sbom, Severity
from slipway.report import markdown
from trust import jobs
from trust.jobs import BRANCH, NAME, VERSION, Jobs, bytes_of, folder_digests, rules

EVIL = wheel({"demo/__init__.py": "raise SystemExit('evil')"}, name=NAME, version=VERSION).data
TAGGED = f"{NAME}-{VERSION}-py311-none-any.whl"

Lie = Callable[[Jobs, str, Path], None]


def extra_wheel(run: Jobs, name: str, folder: Path) -> None:
    (folder / "dist").mkdir(exist_ok=True)
    (folder / "dist" / TAGGED).write_bytes(EVIL)


def extra_file_at_the_top(run: Jobs, name: str, folder: Path) -> None:
    (folder / TAGGED).write_bytes(EVIL)


def extra_file_deep_inside(run: Jobs, name: str, folder: Path) -> None:
    (folder / "dist" / "zz").mkdir(parents=True)
    (folder / "dist" / "zz" / TAGGED).write_bytes(EVIL)


def other_bytes(run: Jobs, name: str, folder: Path) -> None:
    (folder / "dist").mkdir(exist_ok=True)
    for filename in run.files:
        (folder / "dist" / filename).write_bytes(EVIL)


def foreign_artifact(run: Jobs, name: str, folder: Path) -> None:
    other = folder.with_name(f"slipway.{NAME}.zz.1")
    (other / "dist").mkdir(parents=True)
    (other / "dist" / TAGGED).write_bytes(EVIL)


def later_attempt_of_the_build(run: Jobs, name: str, folder: Path) -> None:
    run.hand_over("build", Manifest(), dict.fromkeys(run.files, EVIL) | {TAGGED: EVIL}, attempt=1000)


def second_attempt_of_the_build(run: Jobs, name: str, folder: Path) -> None:
    # No later attempt built: the output of the job still names the first one.
    run.hand_over("build", Manifest(), dict.fromkeys(run.files, EVIL), attempt=2)


def nested_manifest(run: Jobs, name: str, folder: Path) -> None:
    goal = Destination(index="https://evil.example/", publish=True, reason="-", environment=None)
    plan = msgspec.structs.replace(run.plan, destination=goal, ignored={"handover-not-planned": "-"})
    for place in ("a", "b"):
        inner = folder / "dist" / "zz" / place
        inner.mkdir(parents=True)
        (inner / "manifest.json").write_bytes(
            msgspec.json.encode(Manifest(job="plan", attempt=1000, plan=plan))
        )


def forged_plan(run: Jobs, name: str, folder: Path) -> None:
    goal = Destination(index="https://evil.example/", publish=True, reason="-", environment=None)
    rewrite(run, folder, plan=msgspec.structs.replace(run.plan, destination=goal))


def forged_ignores(run: Jobs, name: str, folder: Path) -> None:
    ignored = {"handover-not-planned": "-", "import-fails": "-", "job-missing": "-"}
    rewrite(run, folder, plan=msgspec.structs.replace(run.plan, ignored=ignored))


def forged_version(run: Jobs, name: str, folder: Path) -> None:
    rewrite(run, folder, plan=msgspec.structs.replace(run.plan, version="9.9"))


def forged_job_list(run: Jobs, name: str, folder: Path) -> None:
    rewrite(run, folder, plan=msgspec.structs.replace(run.plan, jobs=run.plan.jobs[:1]))


def forged_digests(run: Jobs, name: str, folder: Path) -> None:
    rewrite(run, folder, artifacts=jobs.records(dict.fromkeys(run.files, EVIL)))


def result_of_another_job(run: Jobs, name: str, folder: Path) -> None:
    rewrite(run, folder, job=run.first("smoke") if name != run.first("smoke") else "build")


def wrong_attempt(run: Jobs, name: str, folder: Path) -> None:
    rewrite(run, folder, attempt=7)


def manifest_is_a_link(run: Jobs, name: str, folder: Path) -> None:
    (folder / "manifest.json").rename(folder.parent.parent / "elsewhere.json")
    (folder / "manifest.json").symlink_to(folder.parent.parent / "elsewhere.json")


def link_to_a_secret(run: Jobs, name: str, folder: Path) -> None:
    (folder / "dist").mkdir(exist_ok=True)
    (folder / "dist" / TAGGED).symlink_to("/etc/passwd")


def artifact_is_a_link(run: Jobs, name: str, folder: Path) -> None:
    folder.with_name(f"slipway.{NAME}.zz.2").symlink_to(folder)


def huge_manifest(run: Jobs, name: str, folder: Path) -> None:
    with (folder / "manifest.json").open("r+b") as stream:
        stream.truncate(64 * 1024 * 1024)


def no_manifest(run: Jobs, name: str, folder: Path) -> None:
    (folder / "manifest.json").unlink()


def damaged_manifest(run: Jobs, name: str, folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema_version": 1,')


def named_pipe(run: Jobs, name: str, folder: Path) -> None:
    os.mkfifo(folder / "report.md.fifo")


def rewrite(run: Jobs, folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_bytes(msgspec.json.encode(json.loads(path.read_bytes()) | msgspec.to_builtins(changes)))


LIES: dict[Lie, set[str]] = {
    extra_wheel: {"handover-not-planned"},
    extra_file_at_the_top: {"handover-not-planned"},
    extra_file_deep_inside: {"handover-not-planned"},
    other_bytes: {"handover-not-planned"},
    foreign_artifact: {"handover-not-planned"},
    later_attempt_of_the_build: {"handover-not-planned"},
    second_attempt_of_the_build: set(),
    nested_manifest: {"handover-not-planned"},
    forged_plan: {"plans-differ"},
    forged_ignores: set(),
    forged_version: {"plans-differ"},
    forged_job_list: set(),
    forged_digests: {"job-used-other-bytes"},
    result_of_another_job: {"handover-not-planned", "job-missing"},
    wrong_attempt: {"handover-not-planned", "job-missing"},
    manifest_is_a_link: {"handover-not-planned", "job-missing"},
    link_to_a_secret: {"handover-not-planned"},
    artifact_is_a_link: {"handover-not-planned"},
    huge_manifest: {"handover-not-planned", "job-missing"},
    no_manifest: {"handover-not-planned", "job-missing"},
    damaged_manifest: {"handover-not-planned", "job-missing"},
    named_pipe: {"handover-not-planned"},
}
"""Each lie with the rules that must find it; where there are none, it has no effect at all."""


def folder_of(run: Jobs, name: str) -> Path:
    return run.parts / f"slipway.{NAME}.{name.replace('.', '-')}.1"


def assert_nothing_changed(run: Jobs, decided: Manifest) -> None:
    """The bytes are those that were built, or none; index, event and version are those of this checkout."""
    honest = {name: jobs.digest(data) for name, data in run.files.items()}
    assert bytes_of(decided).items() <= honest.items()
    dist = run.folder / "check" / "dist"
    assert folder_digests(dist).items() <= honest.items()
    plan = decided.planned()
    assert plan.destination == run.plan.destination
    assert (plan.version, plan.ignored, plan.jobs) == (run.plan.version, run.plan.ignored, run.plan.jobs)


@pytest.mark.parametrize("who", ["build", "smoke"])
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_job_lies(lie: Lie, who: str, tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    name = run.first(who)
    lie(run, name, folder_of(run, name))
    decided = run.decide()
    assert_nothing_changed(run, decided)
    assert LIES[lie] <= rules(decided)
    assert bool(LIES[lie]) == (decided.exit_code != 0)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_job_lies_on_a_branch(lie: Lie, tmp_path: Path) -> None:
    """No lie of a smoke job makes a run publish that its event does not let publish."""
    run = Jobs(tmp_path, event=BRANCH)
    name = run.first("smoke")
    lie(run, name, folder_of(run, name))
    decided = run.decide()
    assert not decided.planned().destination.publish
    assert decided.planned().destination.index == "none"
    assert_nothing_changed(run, decided)


@pytest.mark.parametrize("who", ["build", "smoke"])
def test_no_job_hands_over_an_sbom(who: str, tmp_path: Path) -> None:
    """The job that decides writes it, or nobody."""
    run = Jobs(tmp_path)
    folder = folder_of(run, run.first(who))
    (folder / "sbom").mkdir()
    (folder / "sbom" / f"{NAME}-{VERSION}.cdx.json").write_bytes(b"{}")
    forged = Sbom(
        filename=f"{NAME}-{VERSION}.cdx.json",
        sha256=jobs.digest(b"{}"),
        size=2,
        format="CycloneDX 1.6",
        wheel=TAGGED,
        components=0,
        python="3.13",
        platform="linux-x86_64",
    )
    rewrite(run, folder, sbom=forged)
    decided = run.decide()
    assert_nothing_changed(run, decided)
    assert "handover-not-planned" in rules(decided)
    assert decided.sbom is None
    assert not (run.folder / "check" / "sbom").exists()


def test_the_job_that_decides_writes_the_sbom_of_the_wheel_that_was_built(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    nothing = tmp_path / "wheelhouse"
    nothing.mkdir()
    decided = run.decide(sbom=True, wheelhouse=nothing)
    assert decided.sbom is not None, decided.failure
    document = json.loads((run.folder / "check" / "sbom" / decided.sbom.filename).read_bytes())
    listed = {
        one["url"]: one["hashes"][0]["content"]
        for one in document["metadata"]["component"]["externalReferences"]
    }
    assert listed == {name: jobs.digest(data) for name, data in run.files.items()}


def failing_finding(rule: str, *, stage: str, ignored: str | None = None) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        message="It fails.",
        why="It does.",
        fix="Fix it.",
        stage=stage,
        ignored=ignored,
    )


def test_what_honest_jobs_hand_over_is_taken(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    decided = run.decide()
    assert rules(decided) == set()
    assert decided.exit_code == 0
    assert bytes_of(decided) == {name: jobs.digest(data) for name, data in run.files.items()}
    assert decided.planned().destination.index == "pypi"


def test_a_smoke_job_cannot_pass_for_another(tmp_path: Path) -> None:
    """A failure in one job stays, whatever another one hands over under its name."""
    run = Jobs(tmp_path)
    failing, lying = [job.name for job in run.plan.jobs if job.kind == "smoke"][:2]
    bad = failing_finding("import-fails", stage="smoke")
    run.smoke(failing, findings=(bad,))
    forged = folder_of(run, lying) / "dist" / f"slipway.{NAME}.{failing.replace('.', '-')}.2"
    forged.mkdir(parents=True)
    rewrite_from = folder_of(run, lying) / "manifest.json"
    (forged / "manifest.json").write_bytes(rewrite_from.read_bytes())
    assert "import-fails" in rules(run.decide())


def test_findings_cannot_be_ignored_by_the_job_that_has_them(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    bad = failing_finding("import-fails", stage="smoke", ignored="never mind")
    run.smoke(run.first("smoke"), findings=(bad,))
    assert "import-fails" in rules(run.decide())


def test_a_check_of_the_project_that_failed_in_the_job_that_builds_blocks(tmp_path: Path) -> None:
    """The job ignores it by settings that its own code may have changed; those of the deciding job's checkout count."""
    run = Jobs(tmp_path)
    bad = failing_finding("own-check-fails", stage="checks", ignored="never mind")
    run.build(run.first("build"), run.files, findings=(bad,))
    decided = run.decide()
    assert rules(decided) == {"own-check-fails"}
    assert decided.exit_code == 1


@pytest.mark.parametrize("kind", ["build", "smoke"])
def test_a_job_without_a_result_is_no_success(kind: str, tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    folder = folder_of(run, run.first(kind))
    folder.rename(tmp_path / "gone")
    assert {"job-missing"} <= rules(run.decide())


def test_a_smoke_job_that_tested_nothing_is_no_success(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    run.smoke(run.first("smoke"), smoke_results=())
    assert rules(run.decide()) == {"job-tested-nothing"}


def test_the_last_attempt_of_a_smoke_job_counts(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    failure = Failure(stage="smoke", happened="The runner was lost.", cause="Bad luck.", remedy="Again.")
    run.smoke(run.first("smoke"), failure=failure)
    assert rules(run.decide()) == {"job-failed"}
    run.smoke(run.first("smoke"), attempt=2)
    assert rules(run.decide()) == set()


def test_files_come_from_the_attempt_that_built_them(tmp_path: Path) -> None:
    """A build that was started again made other bytes; what the first attempt left is not taken."""
    run = Jobs(tmp_path)
    fresh = {name: data + b"" for name, data in run.files.items()}
    run.build("build", fresh, attempt=2)
    decided = run.decide()
    assert rules(decided) == set()
    (folder_of(run, "build") / "dist" / TAGGED).write_bytes(EVIL)
    assert rules(run.decide()) == set()


def test_a_file_that_was_built_and_is_not_here(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    next(run.parts.rglob("*.whl")).unlink()
    assert "handover-not-planned" in rules(run.decide())


def test_a_file_that_nobody_planned(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    name = f"{NAME}-{VERSION}-cp313-cp313-win_amd64.whl"
    run.build("build", run.files | {name: EVIL})
    assert "file-not-planned" in rules(run.decide())


def test_no_project_setting_turns_these_rules_off(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    path = run.checkout / "pyproject.toml"
    path.write_text(path.read_text() + '\n[tool.slipway.ignore]\nhandover-not-planned = "never mind"\n')
    extra_wheel(run, run.first("smoke"), folder_of(run, run.first("smoke")))
    decided = run.decide()
    assert decided.exit_code == 2
    assert decided.failure is not None
    assert "cannot be turned off" in decided.failure.happened


def test_one_finding_of_several_jobs_is_shown_once_with_their_names(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    bad = Finding(
        rule="import-fails",
        severity=Severity.ERROR,
        message="No.",
        why="It is.",
        fix="Fix it.",
        stage="smoke",
    )
    smoke = [job.name for job in run.plan.jobs if job.kind == "smoke"]
    for name in smoke:
        run.smoke(name, findings=(bad,))
    decided = run.decide()
    [found] = [found for found in decided.findings if found.rule == "import-fails"]
    assert findings.places(found) == tuple(f"({name})" for name in smoke)
    report = markdown.render(decided)
    assert report.count("**No.**") == 1
    assert all(name in report for name in smoke)


def test_what_the_deciding_job_uploaded_before_is_not_looked_at(tmp_path: Path) -> None:
    """A run that is started again finds the artifact of its own first attempt."""
    run = Jobs(tmp_path)
    run.hand_over("gate", Manifest(), {TAGGED: EVIL})
    decided = run.decide()
    assert rules(decided) == set()
    assert_nothing_changed(run, decided)
    run.hand_over("gate", Manifest(), {TAGGED: EVIL}, attempt=2)
    assert rules(run.decide()) == {"handover-not-planned"}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_job_that_builds_wheels_lies(lie: Lie, tmp_path: Path) -> None:
    run = Jobs(tmp_path, compiled=True)
    name = run.first("wheels")
    lie(run, name, folder_of(run, name))
    decided = run.decide()
    assert_nothing_changed(run, decided)
    assert LIES[lie] <= rules(decided)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../checkout/LICENSE", "dist/demo.whl", ".", ""])
def test_a_build_puts_out_a_path_in_place_of_a_filename(name: str, tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    honest = run.built["build"]
    run.built["build"] = msgspec.structs.replace(honest, files=honest.files | {name: "0" * 64})
    decided = run.decide()
    assert decided.failure is None
    assert "handover-not-planned" in rules(decided)
    assert_nothing_changed(run, decided)
