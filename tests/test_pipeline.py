"""The loop over the stages: what it keeps, where it stops, and what it makes of a machine that refuses."""

import errno
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import tiny_plan
from slipway import pipeline
from slipway.commands import COMMANDS
from slipway.errors import ExitCode, InputError, ToolError
from slipway.manifest import FILENAME, Addition, Manifest, read_manifest
from slipway.options import Inputs
from slipway.pipeline import STAGES, Stage
from slipway.records import Finding, Severity, SkippedRule
from slipway.runner import Runner
from slipway.runner.terminal import PlainRunner

FINDING = Finding(rule="some-rule", severity=Severity.ERROR, message="m", why="w", fix="f")

Entry = Callable[[Manifest, Inputs, Runner], Addition]


def inputs(tmp_path: Path, *, command: str = "check") -> Inputs:
    return Inputs(command=command, path=tmp_path, work=tmp_path / "work")


def pretend(monkeypatch: pytest.MonkeyPatch, **entries: Entry) -> list[str]:
    """Put stages of the test's own in place of the real ones; return the list of those that ran."""
    ran: list[str] = []

    def run(stage: Stage, manifest: Manifest, asked: Inputs, runner: Runner) -> Addition:
        ran.append(stage.name)
        return entries[stage.name](manifest, asked, runner)

    monkeypatch.setattr(Stage, "run", run)
    return ran


def nothing(manifest: Manifest, asked: Inputs, runner: Runner) -> Addition:
    return Addition()


def raising(error: Exception) -> Entry:
    def entry(manifest: Manifest, asked: Inputs, runner: Runner) -> Addition:
        raise error

    return entry


def test_every_command_names_stages_that_are_there() -> None:
    stages = {command.name: command.stages for command in COMMANDS}
    named = {name for command in COMMANDS for name in (*command.stages, *command.gathers)}
    assert named == {stage.name for stage in STAGES}
    *checks, last = (stage for stage in stages["check"] if stage not in {"audit", "checks", "sbom"})
    assert stages["rehearse"] == (*checks, "publish", "verify", last)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_has_its_entry(stage: Stage) -> None:
    entry = stage.load()
    assert (entry.__module__, entry.__name__) == (f"slipway.stages.{stage.name}", "run")


def test_a_stage_records_when_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, plan=nothing, build=lambda *_: time.sleep(0.01) or Addition())
    before = round(time.time(), 3)
    manifest = pipeline.run(("plan", "build"), Manifest(), inputs(tmp_path), PlainRunner())
    first, second = manifest.stages
    assert first.started is not None
    assert second.started is not None
    assert before <= first.started <= second.started <= time.time()
    assert second.seconds >= 0.01


def test_an_ignore_without_effect_is_found_after_all_rules_were_judged(tmp_path: Path) -> None:
    names = {stage.name: stage for stage in STAGES}
    plan = msgspec.structs.replace(
        tiny_plan.PLAN, ignored={"some-rule": "why", "another-rule": "why", "third-rule": "why"}
    )
    manifest = Manifest(
        plan=plan,
        findings=(FINDING,),
        skipped_rules=(SkippedRule(rule="another-rule", reason="no tag"),),
    )
    added = names["ignores"].run(manifest, inputs(tmp_path), PlainRunner())
    assert [finding.seen for finding in added.findings] == ['third-rule = "why"']


def test_findings_do_not_stop_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = pretend(monkeypatch, plan=nothing, validate=lambda *_: Addition(findings=(FINDING,)), build=nothing)
    manifest = pipeline.run(("plan", "validate", "build"), Manifest(), inputs(tmp_path), PlainRunner())
    assert ran == ["plan", "validate", "build"]
    assert [stage.outcome for stage in manifest.stages] == ["done"] * 3
    assert manifest.exit_code is ExitCode.FINDINGS


def test_a_stage_that_fails_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ToolError("It broke.", cause="c", remedy="r")
    ran = pretend(monkeypatch, plan=nothing, build=raising(error), inspect=nothing)
    manifest = pipeline.run(("plan", "build", "inspect"), Manifest(), inputs(tmp_path), PlainRunner())
    assert ran == ["plan", "build"]
    assert [(stage.name, stage.outcome) for stage in manifest.stages] == [
        ("plan", "done"),
        ("build", "failed"),
    ]
    assert manifest.failure is not None
    assert manifest.failure.stage == "build"
    assert manifest.exit_code is ExitCode.TOOL


def test_a_bug_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, plan=raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        pipeline.run(("plan",), Manifest(), inputs(tmp_path), PlainRunner())


def test_a_skipped_stage_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, publish=lambda *_: Addition(skipped="the findings block it"))
    manifest = pipeline.run(("publish",), Manifest(), inputs(tmp_path), PlainRunner())
    assert (manifest.stages[0].outcome, manifest.stages[0].reason) == ("skipped", "the findings block it")
    assert "skipped: the findings block it" in capsys.readouterr().err


def test_the_manifest_is_kept_after_every_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def look(manifest: Manifest, asked: Inputs, runner: Runner) -> Addition:
        seen.append(len(read_manifest(asked.work / FILENAME).stages))
        return Addition()

    pretend(monkeypatch, plan=nothing, build=look, inspect=look)
    pipeline.run(("plan", "build", "inspect"), Manifest(), inputs(tmp_path), PlainRunner())
    assert seen == [1, 2]
    assert (tmp_path / "work" / ".gitignore").read_text() == "*\n"


REFUSALS = {
    "a full disk": (errno.ENOSPC, ExitCode.TOOL, "full"),
    "a quota": (errno.EDQUOT, ExitCode.TOOL, "full"),
    "a file that may not grow": (errno.EFBIG, ExitCode.TOOL, "full"),
    "no right": (errno.EACCES, ExitCode.INPUT, "cannot be written"),
    "a read-only disk": (errno.EROFS, ExitCode.INPUT, "cannot be written"),
    "a file for a folder": (errno.ENOTDIR, ExitCode.INPUT, "cannot be made"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_machine_that_refuses(refusal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number, exit_code, words = REFUSALS[refusal]
    pretend(monkeypatch, plan=raising(OSError(number, "as the system says", "some/path")))
    manifest = pipeline.run(("plan",), Manifest(), inputs(tmp_path), PlainRunner())
    assert manifest.failure is not None
    assert manifest.exit_code is exit_code
    assert "some/path" in manifest.failure.happened
    assert words in manifest.failure.happened
    assert "--work DIR" in manifest.failure.remedy


def test_any_other_error_of_the_machine_is_a_bug_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, plan=raising(OSError(errno.EIO, "as the system says")))
    with pytest.raises(OSError, match="as the system says"):
        pipeline.run(("plan",), Manifest(), inputs(tmp_path), PlainRunner())


def test_where_nothing_was_planned_no_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, plan=raising(InputError("No project.", cause="c", remedy="r")))
    pipeline.run(("plan",), Manifest(), inputs(tmp_path), PlainRunner())
    assert list(tmp_path.iterdir()) == []


def test_a_later_run_does_not_forget_what_was_to_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, publish=nothing)
    manifest = pipeline.run(
        ("publish",), Manifest(fail_on=Severity.NOTE), inputs(tmp_path, command="publish"), PlainRunner()
    )
    assert manifest.fail_on is Severity.NOTE
    assert manifest.command == "publish"
