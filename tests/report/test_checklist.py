"""The checklist says of each item what the run saw, and never more: done, warned, failed, or not done and why."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import tiny_plan
import tiny_project
from command_line import forked
from slipway.manifest import Manifest
from slipway.publication import Page, Receipt, Served
from slipway.records import Artifact, Finding, Ran, Severity, SkippedRule, SmokeResult, StageResult
from slipway.report import checklist, markdown, terminal
from slipway.rules import catalogue

ARTIFACTS = tuple(
    Artifact(filename=name, kind=kind, size=1, sha256="a" * 64, name="tiny", version="1.0", members=3)  # type: ignore[arg-type]
    for name, kind in (("tiny-1.0.tar.gz", "sdist"), ("tiny-1.0-py3-none-any.whl", "wheel"))
)
RESULTS = tuple(
    SmokeResult(
        artifact=artifact.filename,
        python="3.13.1",
        installer="uv",
        origin="file",
        passed=True,
        seconds=0.1,
        imported=("tiny",),
        ran=(Ran(kind="script", name="tiny"), Ran(kind="test-command", name="pytest")),
    )
    for artifact in ARTIFACTS
)
EVERYTHING = Manifest(
    command="verify",
    plan=msgspec.structs.replace(tiny_plan.PLAN, name="tiny", tag="v1.0", tag_version="1.0"),
    artifacts=ARTIFACTS,
    stages=tuple(
        StageResult(name=name, outcome="done", seconds=1.0)
        for name in ("plan", "validate", "build", "inspect", "index", "smoke", "publish", "verify")
    ),
    smoke_results=RESULTS,
    served=tuple(
        Served(filename=one.filename, sha256=one.sha256, verdict="same", provenance="same")
        for one in ARTIFACTS
    ),
    page=Page(fields=(), description="<p>x</p>"),
)
SEEDS = [
    "builds",
    "tests",
    "installs",
    "scripts",
    "docs",
    "licence",
    "scan",
    "version",
    "metadata",
    "signatures",
]


def changed(record: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(record, **changes)


def states(manifest: Manifest) -> dict[str, str]:
    return {name: row.state for name, row in checklist.rows(manifest)}


def without_stage(name: str) -> tuple[StageResult, ...]:
    return tuple(stage for stage in EVERYTHING.stages if stage.name != name)


def found(rule: str, severity: Severity = Severity.ERROR, **more: Any) -> tuple[Finding, ...]:
    return (Finding(rule=rule, severity=severity, message="m", why="w", fix="f", stage="inspect", **more),)


def test_what_was_all_done_is_all_done() -> None:
    assert states(EVERYTHING) == dict.fromkeys(SEEDS, "done")


def test_every_rule_that_counts_exists() -> None:
    for item in checklist.ITEMS:
        for rule in item.rules:
            assert catalogue.named(rule, where="the checklist").name == rule


@pytest.mark.parametrize(
    ("item", "changes"),
    {
        "nothing was built": ("builds", {"stages": without_stage("build")}),
        "no tests": ("tests", {"smoke_results": tuple(changed(r, ran=r.ran[:1]) for r in RESULTS)}),
        "nothing was installed": ("installs", {"smoke_results": ()}),
        "no script": ("scripts", {"smoke_results": tuple(changed(r, ran=r.ran[1:]) for r in RESULTS)}),
        "nothing was rendered": ("docs", {"page": Page(fields=())}),
        "a rule was skipped": (
            "docs",
            {
                "skipped_rules": (
                    SkippedRule(rule="description-not-rendered", reason="too long", stage="inspect"),
                )
            },
        ),
        "the licence was not looked at": ("licence", {"stages": without_stage("inspect")}),
        "a file was not read": ("scan", {"artifacts": (ARTIFACTS[0], changed(ARTIFACTS[1], members=0))}),
        "a rule crashed": ("scan", {"broken_rules": (SkippedRule(rule="wheel-holds-secret", reason="bug"),)}),
        "no tag": ("version", {"plan": tiny_plan.PLAN}),
        "no version": ("version", {"artifacts": tuple(changed(a, version="?") for a in ARTIFACTS)}),
        "metadata was not looked at": ("metadata", {"stages": without_stage("inspect")}),
        "nothing is published": ("signatures", {"served": ()}),
        "one file has none": (
            "signatures",
            {"served": (EVERYTHING.served[0], changed(EVERYTHING.served[1], provenance=None))},
        ),
        "it was published with a token": (
            "signatures",
            {
                "served": (),
                "receipts": tuple(
                    Receipt(filename=a.filename, sha256=a.sha256, index="PyPI", outcome="uploaded")
                    for a in ARTIFACTS
                ),
            },
        ),
    }.values(),
)
def test_what_was_not_done_is_not_called_done(item: str, changes: dict[str, Any]) -> None:
    row = dict(checklist.rows(changed(EVERYTHING, **changes)))[item]
    assert row.state == "not done"
    assert row.detail


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        ("tests", "tests-fail-when-installed"),
        ("installs", "install-fails"),
        ("installs", "import-fails"),
        ("scripts", "script-cannot-load"),
        ("docs", "description-not-rendered"),
        ("licence", "license-expression-invalid"),
        ("scan", "sdist-holds-secret"),
        ("scan", "wheel-damaged"),
        ("version", "tag-version-mismatch"),
        ("metadata", "metadata-version-unsupported"),
    ],
)
def test_what_blocks_is_failed_and_what_does_not_is_warned_of(item: str, rule: str) -> None:
    assert states(changed(EVERYTHING, findings=found(rule)))[item] == "failed"
    assert states(changed(EVERYTHING, findings=found(rule, ignored="we know")))[item] == (
        "failed" if item != "metadata" else "done"
    )
    mild = states(changed(EVERYTHING, findings=found(rule, Severity.WARNING)))
    assert mild[item] == ("warned" if item != "metadata" else "done")


def test_a_test_that_fails_says_nothing_against_the_installation() -> None:
    failed = changed(RESULTS[0], passed=False, ran=())
    manifest = changed(EVERYTHING, smoke_results=(failed,), findings=found("tests-fail-when-installed"))
    assert {name: states(manifest)[name] for name in ("tests", "installs")} == {
        "tests": "failed",
        "installs": "done",
    }
    unexplained = changed(manifest, findings=())
    assert states(unexplained)["installs"] == "failed"


@pytest.mark.parametrize("provenance", ["wrong", "missing"])
def test_attestations_of_others_are_no_signatures(provenance: str) -> None:
    served = (EVERYTHING.served[0], changed(EVERYTHING.served[1], provenance=provenance))
    assert states(changed(EVERYTHING, served=served))["signatures"] == "failed"


def test_another_version_than_the_tag_names_is_failed() -> None:
    artifacts = tuple(changed(artifact, version="1.1") for artifact in ARTIFACTS)
    assert states(changed(EVERYTHING, artifacts=artifacts))["version"] == "failed"


@pytest.mark.parametrize("command", ["inspect", "plan", "init"])
def test_only_what_leads_to_a_release_has_one(command: str) -> None:
    assert states(changed(EVERYTHING, command=command)) == {}


def test_a_job_that_another_one_speaks_for_has_none() -> None:
    assert states(changed(EVERYTHING, command="check", job="build")) == {}
    assert (
        states(Manifest(command="check", stages=(StageResult(name="plan", outcome="done", seconds=1.0),)))
        == {}
    )


def test_the_report_ends_with_it_and_a_terminal_shows_a_line_for_each_state() -> None:
    manifest = changed(EVERYTHING, plan=tiny_plan.PLAN)
    ending = markdown.render(manifest).rpartition("### 📋 Checklist\n\n")[2]
    rows = ending.strip().splitlines()
    assert [row.split(" | ")[1] for row in rows[2:]] == SEEDS
    assert max(map(len, rows)) <= 80
    assert "| ⚪ not done | version | there is no release tag to compare with |" in rows
    assert "### 📋 Checklist" in markdown.summary(manifest)
    lines = [line.text for line in terminal.lines(manifest, width=100)]
    assert "  done: builds, tests, installs, scripts, docs, licence, scan, metadata, signatures" in lines
    assert "  not done: version (there is no release tag to compare with)" in lines
    at_eleven = [line.text for line in terminal.lines(changed(manifest, command="check"), width=100)]
    assert not [line for line in at_eleven if "not done" in line]


def test_a_long_reason_keeps_the_table_narrow() -> None:
    reason = SkippedRule(rule="description-not-rendered", reason="a long reason " * 20, stage="inspect")
    text = markdown.render(changed(EVERYTHING, skipped_rules=(reason,)))
    assert max(len(line) for line in text.splitlines() if line.startswith("|")) <= 80


def test_the_checklist_of_a_real_check(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    (project / "tests").mkdir()
    command = 'python -c "import tiny_project"'
    ended = forked("check", project, "--tag", "v1.0.0", "--test-command", command)
    assert ended.exit_code == 0, ended
    report = (project / ".slipway" / "report.md").read_text("utf-8")
    rows = [line for line in report.splitlines() if line.startswith("| ")][1:]
    done = {row.split(" | ")[1] for row in rows if row.startswith("| ✅")}
    assert done == {*SEEDS} - {"scripts", "signatures"}, rows
