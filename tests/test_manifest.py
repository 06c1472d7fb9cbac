"""The manifest: it survives being written and read, adds up, and says how a run ends."""

import itertools
import json
from pathlib import Path

import msgspec
import pytest
from slipway.digests import recheck
from slipway.errors import ExitCode, InputError, ToolError
from slipway.manifest import (
    FILENAME,
    Addition,
    Failure,
    Manifest,
    read_manifest,
    sha256,
    to_json,
    write_manifest,
)
from slipway.publication import Receipt, Served
from slipway.records import Artifact, Finding, Severity, SkippedRule, SmokeResult, StageResult, Untried


def finding(
    severity: Severity = Severity.ERROR, *, ignored: str | None = None, stage: str | None = None
) -> Finding:
    return Finding(
        rule="some-rule", severity=severity, message="m", why="w", fix="f", ignored=ignored, stage=stage
    )


def artifact(filename: str = "a-1.0.tar.gz", sha256: str = "0" * 64) -> Artifact:
    return Artifact(filename=filename, kind="sdist", size=1, sha256=sha256)


def smoke_result(origin: str) -> SmokeResult:
    return SmokeResult(
        artifact="a-1.0.tar.gz", python="3.12.1", installer="uv", origin=origin, passed=True, seconds=0.1
    )


FAILURE = Failure.from_error(
    ToolError("It broke.", cause="A cause.", remedy="A remedy.", log=("last line",)), stage="build"
)

FULL = Manifest(
    slipway="1.0",
    command="check",
    artifacts=(artifact(),),
    stages=(StageResult(name="build", outcome="done", seconds=1.5),),
    findings=(finding(stage="inspect"), finding(Severity.NOTE, stage="smoke")),
    skipped_rules=(SkippedRule(rule="other-rule", reason="no tag"),),
    smoke_results=(smoke_result("file"), smoke_result("index")),
    receipts=(Receipt(filename="a-1.0.tar.gz", sha256="0" * 64, index="pypi", outcome="uploaded"),),
    served=(Served(filename="a-1.0.tar.gz", sha256="0" * 64, verdict="same"),),
    failure=FAILURE,
)


def test_written_and_read_again_it_is_the_same(tmp_path: Path) -> None:
    path = write_manifest(FULL, tmp_path)
    assert read_manifest(path) == FULL
    assert [one.name for one in tmp_path.iterdir()] == [FILENAME]


def test_json_is_indented_and_ends_in_a_newline() -> None:
    text = to_json(FULL).decode()
    assert text.endswith("}\n")
    assert json.loads(text)["failure"]["log"] == ["last line"]


def test_a_run_that_dies_while_writing_leaves_the_manifest_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_manifest(FULL, tmp_path)

    def die(self: Path, data: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", die)
    with pytest.raises(OSError, match="No space"):
        write_manifest(Manifest(), tmp_path)
    monkeypatch.undo()
    assert read_manifest(tmp_path / FILENAME) == FULL


def test_what_a_stage_added_goes_when_it_runs_again() -> None:
    again = FULL.without(["smoke", "publish", "verify"])
    assert [one.stage for one in again.findings] == ["inspect"]
    assert again.smoke_results == ()
    assert again.receipts == ()
    assert again.served == ()
    assert again.failure is None
    assert again.artifacts == FULL.artifacts


def test_rules_that_were_skipped_or_broke_do_not_pile_up() -> None:
    rule = SkippedRule(rule="other-rule", reason="no tag")
    addition = Addition(skipped_rules=(rule,), broken_rules=(rule,))
    once = Manifest().with_addition(addition, stage="publish")
    assert once.exit_code is ExitCode.BUG
    assert once.without(["publish"]).with_addition(addition, stage="publish") == once
    assert once.without(["publish"]).exit_code is ExitCode.CLEAN
    assert once.without(["verify"]) == once


def test_only_the_smoke_results_of_the_stage_that_runs_again_go() -> None:
    assert [one.origin for one in FULL.without(["verify"]).smoke_results] == ["file"]
    assert [one.origin for one in FULL.without(["smoke"]).smoke_results] == ["index"]


def test_only_the_very_smoke_test_that_was_run_later_is_no_longer_untried() -> None:
    sdist = Untried(smoke_test="the sdist", reason="r", artifact="a-1.0.tar.gz", python="3.12.1")
    other = Untried(smoke_test="Python 3.14", reason="r")
    manifest = Manifest().with_addition(Addition(untried=(sdist, other)), stage="smoke")
    result = smoke_result("index")
    # A job may hand on results of other files and Pythons, or of none.
    lies = ({"artifact": "a-1.0.zip"}, {"python": "3.12.10"}, {"python": ""}, {"artifact": "", "python": ""})
    handed = tuple(msgspec.structs.replace(result, **lie) for lie in lies)
    assert manifest.with_addition(Addition(smoke_results=handed), stage="verify").untried == (sdist, other)
    assert manifest.with_addition(Addition(smoke_results=(result,)), stage="verify").untried == (other,)


def test_an_addition_replaces_artifacts_of_the_same_name_and_names_its_stage() -> None:
    newer = artifact(sha256="1" * 64)
    other = artifact("b-1.0.tar.gz")
    manifest = FULL.with_addition(
        Addition(
            artifacts=(newer, other), findings=(msgspec.structs.replace(finding(), message="It is new."),)
        ),
        stage="smoke",
    )
    assert manifest.artifacts == (newer, other)
    assert manifest.findings[-1].stage == "smoke"
    assert manifest.failure == FAILURE


LIMITS = {
    Severity.ERROR: {"error"},
    Severity.WARNING: {"error", "warning"},
    Severity.NOTE: {"error", "warning", "note"},
}


@pytest.mark.parametrize(("severity", "fail_on"), [*itertools.product(Severity, Severity)])
def test_what_blocks(severity: Severity, fail_on: Severity) -> None:
    manifest = Manifest(findings=(finding(severity),), fail_on=fail_on)
    blocks = severity in LIMITS[fail_on]
    assert bool(manifest.blocking) is blocks
    assert manifest.exit_code is (ExitCode.FINDINGS if blocks else ExitCode.CLEAN)


def test_what_is_ignored_never_blocks() -> None:
    assert Manifest(findings=(finding(ignored="a reason"),)).exit_code is ExitCode.CLEAN


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ExitCode.CLEAN),
        ({"findings": (finding(),)}, ExitCode.FINDINGS),
        ({"findings": (finding(),), "failure": FAILURE}, ExitCode.TOOL),
        ({"failure": msgspec.structs.replace(FAILURE, exit_code=2)}, ExitCode.INPUT),
        ({"failure": FAILURE, "broken_rules": (SkippedRule(rule="r", reason="x"),)}, ExitCode.BUG),
    ],
)
def test_exit_codes(changes: dict[str, object], code: ExitCode) -> None:
    assert msgspec.structs.replace(Manifest(), **changes).exit_code is code


def test_what_is_built_names_the_release() -> None:
    built = msgspec.structs.replace(artifact(), name="built", version="2.0")
    assert (Manifest().name, Manifest().version) == ("", None)
    assert (Manifest(artifacts=(built,)).name, Manifest(artifacts=(built,)).version) == ("built", "2.0")


def test_bytes_are_rechecked(tmp_path: Path) -> None:
    path = tmp_path / "a-1.0.tar.gz"
    path.write_bytes(b"bytes")
    manifest = Manifest(artifacts=(artifact(sha256=sha256(path)),))
    recheck(manifest, tmp_path.joinpath)
    path.write_bytes(b"other bytes")
    with pytest.raises(InputError, match="has changed"):
        recheck(manifest, tmp_path.joinpath)
    path.unlink()
    with pytest.raises(InputError, match="is not in"):
        recheck(manifest, tmp_path.joinpath)


def test_every_severity_has_its_rank() -> None:
    assert sorted(Severity, key=lambda one: one.rank, reverse=True) in (list(Severity), list(Severity)[::-1])
