"""`--audit`: which finding which vulnerability makes, and that what was not looked up is never clean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import command_line
import msgspec
import pytest
import tiny_plan
import tiny_project
from artifacts.wheels import wheel
from auditing import osv
from auditing.osv import Service
from index.bench.fake_clock import FakeClock
from index.scene import staged
from slipway import pipeline
from slipway.artifacts import artifact
from slipway.commands import COMMANDS
from slipway.index import clock
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.records import Severity, StageResult
from slipway.report import verdict
from slipway.runner.terminal import PlainRunner
from slipway.stages import audit, ignores

WARNING = ("bounds-exclude-security-fix", Severity.WARNING)
NOTE = ("dependency-vulnerable", Severity.NOTE)
NOT_LOOKED = "not looked: "


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of a library, and one that allows only the older of them."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    for version in ("1.0", "2.0"):
        wheel(name="library", version=version).at(folder)
    wheel(name="between", fields={"Requires-Dist": "library<2"}).at(folder)
    wheel(name="young", version="1.0", fields={"Requires-Python": ">=3.6"}).at(folder)
    wheel(name="young", version="2.0", fields={"Requires-Python": ">=3.10"}).at(folder)
    return folder


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with osv.serve() as service:
        yield service


@pytest.fixture
def service(running: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    running.known.clear()
    running.asked.clear()
    running.fault = None
    return running


def audited(
    folder: Path, wheelhouse: Path, service: str, *requires: str, **fields: str | list[str]
) -> tuple[Manifest, Addition]:
    """Run the stage on a wheel with some requirements."""
    built = wheel(fields={"Requires-Dist": list(requires), **fields}).at(folder)
    manifest = Manifest(command="check", artifacts=(artifact.record(artifact.read(built)),))
    inputs = Inputs(
        command="check",
        path=folder,
        work=folder / ".slipway",
        files=(built,),
        wheelhouse=wheelhouse,
        audit=True,
        audit_service=service,
    )
    addition = audit.run(manifest, inputs, PlainRunner())
    outcome = "skipped" if addition.skipped else "done"
    result = StageResult(name="audit", outcome=outcome, seconds=0.0, reason=addition.skipped)
    added = manifest.with_addition(addition, stage="audit")
    return added.with_addition(Addition(stages=(result,)), stage="audit"), addition


KNOWN = {("library", "1.0"): ("PYSEC-2026-1", ("2.0",))}
NO_FIX = {("library", "2.0"): ("PYSEC-2026-2", ())}
POLICY: dict[str, tuple[tuple[str, ...], dict[Any, Any], tuple[str, Severity] | None, str]] = {
    "nothing is known": (("library",), {}, None, ""),
    "nothing is required": ((), {}, None, ""),
    "a fix that the own bounds exclude": (
        ("library<2",),
        KNOWN,
        WARNING,
        "library 1.0 has PYSEC-2026-1, CVE-2026-1: Reads a file it should not. `library<2` allows no version that fixes it.",
    ),
    "a fix that an own pin excludes": (("library==1.0",), KNOWN, WARNING, "`library==1.0` allows no version"),
    "a fix that the bounds of an extra exclude": (
        ('library<2; extra == "fast"',),
        KNOWN,
        WARNING,
        '`library<2; extra == "fast"` allows no version',
    ),
    "a fix that another requirement excludes": (
        ("between",),
        KNOWN,
        NOTE,
        "It is fixed in 2.0, which another requirement or an older Python keeps out.",
    ),
    "a fix that the own bounds allow and another requirement does not": (
        ("library>=1", "between"),
        KNOWN,
        NOTE,
        "another requirement",
    ),
    "a fix that an older Python does not get": (
        ("young",),
        {("young", "1.0"): ("PYSEC-2026-3", ("2.0",))},
        NOTE,
        "an older Python keeps out",
    ),
    "no fix": (("library",), NO_FIX, NOTE, "There is no version with a fix."),
    "no fix, with bounds": (("library>=2,<3",), NO_FIX, NOTE, "There is no version with a fix."),
}


@pytest.mark.parametrize("case", POLICY)
def test_what_is_known_makes_this_finding(
    case: str, tmp_path: Path, wheelhouse: Path, service: Service
) -> None:
    requires, known, expected, words = POLICY[case]
    service.known.update(known)
    fields = {"Provides-Extra": "fast"} if "fast" in "".join(requires) else {}
    manifest, addition = audited(tmp_path, wheelhouse, service.address, *requires, **fields)
    assert addition.skipped is None
    assert addition.skipped_rules == ()
    assert [(one.rule, one.severity) for one in manifest.findings] == ([expected] if expected else [])
    assert all(words in one.message for one in manifest.findings)
    assert manifest.blocking == ()
    assert {name for name, _ in service.asked} <= {"library", "between", "young"}
    clean = "No vulnerability is known of the versions that it installs today."
    assert (clean in verdict.of(manifest).more) is (expected is None)


def test_the_fix_is_followed(tmp_path: Path, wheelhouse: Path, service: Service) -> None:
    service.known.update(KNOWN)
    manifest, _ = audited(tmp_path, wheelhouse, service.address, "library<2")
    assert manifest.findings[0].fix == "Let `library<2` allow library 2.0 or a later version with the fix."
    manifest, _ = audited(tmp_path, wheelhouse, service.address, "library<3")
    assert manifest.findings == ()


NOBODY = "http://127.0.0.1:9/"
FAULTS: dict[str, tuple[tuple[str, ...], tuple[int, bytes] | None, str]] = {
    "nobody listens": (("library",), None, "127.0.0.1:9 gave no answer that can be used"),
    "a server that fails": (("library",), (500, b"{}"), "gave no answer that can be used"),
    "a limit": (("library",), (429, b"{}"), "gave no answer that can be used"),
    "a page in place of an answer": (
        ("library",),
        (200, b"<html>Log in</html>"),
        "gave no answer that can be used",
    ),
    "an answer about other things": (("library",), (200, b"{}"), ""),
    "a requirement that nobody has": (("missing",), (500, b"{}"), "its requirements cannot be resolved"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_was_not_looked_up_is_never_clean(
    case: str, tmp_path: Path, wheelhouse: Path, service: Service
) -> None:
    requires, service.fault, words = FAULTS[case]
    address = NOBODY if case == "nobody listens" else service.address
    manifest, addition = audited(tmp_path, wheelhouse, address, *requires)
    assert addition.skipped
    assert addition.skipped.startswith(NOT_LOOKED)
    assert words in addition.skipped
    assert {one.rule for one in addition.skipped_rules} == {WARNING[0], NOTE[0]}
    judged = verdict.of(manifest)
    assert any(one.startswith(f"Known vulnerabilities: {NOT_LOOKED}") for one in judged.more)
    assert not any("No vulnerability is known" in one for one in judged.more)
    assert manifest.exit_code == 0


def test_extras_that_exclude_each_other_are_left_out_and_said(
    tmp_path: Path, wheelhouse: Path, service: Service
) -> None:
    requires = ('library<2; extra == "old"', 'library>=2; extra == "new"', "young")
    extras = {"Provides-Extra": ["old", "new"]}
    manifest, addition = audited(tmp_path, wheelhouse, service.address, *requires, **extras)
    assert addition.skipped is None
    assert {one.reason for one in addition.skipped_rules} == {
        "not looked for its extras, which cannot be resolved together"
    }
    assert any("today; not looked for its extras" in one for one in verdict.of(manifest).more)
    assert {name for name, _ in service.asked} == {"young"}


def test_check_looks_only_where_it_is_asked_to_and_publish_never(
    tmp_path: Path, wheelhouse: Path, service: Service
) -> None:
    service.known.update(KNOWN)
    folder = tiny_project.make(tmp_path / "tiny", requires=["library<2"])
    options = ("--json", "--index", "none", "--wheelhouse", str(wheelhouse))
    environ = {"SLIPWAY_AUDIT_SERVICE": service.address, "SLIPWAY_AUDIT": None}

    def check(*more: str) -> dict[str, Any]:
        ended = command_line.forked("check", folder, *options, *more, environ=environ)
        assert ended.exit_code == 0, ended
        return json.loads(ended.stdout)

    quiet = check()
    assert service.asked == []
    assert "audit" not in [one["name"] for one in quiet["stages"]]
    asked = check("--audit")
    assert service.asked == [("library", "1.0")]
    assert [one["rule"] for one in asked["findings"] if one["family"] == "audit"] == [WARNING[0]]
    ended = command_line.forked("publish", folder, "--audit")
    assert ended.exit_code == 2
    assert "--audit" in ended.stderr


def test_check_and_verify_take_it_and_no_other_command_that_runs_stages() -> None:
    taking = {one.name for one in COMMANDS if any(option.name == "audit" for option in one.takes())}
    assert taking == {"check", "verify"}


def test_what_the_index_serves_is_looked_up_after_it_was_verified(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = FakeClock()
    monkeypatch.setattr(clock, "CLOCK", quick)
    with staged(tmp_path / "project" / ".slipway", clock=quick) as scene:
        scene.publish(attestations="off")
        inputs = scene.inputs("verify", attestations="off", audit=True, audit_service=service.address)
        manifest = pipeline.run(("verify", "audit"), scene.manifest, inputs, scene.runner())
    assert manifest.failure is None, manifest.failure
    assert [one.name for one in manifest.stages if one.outcome == "done"][-2:] == ["verify", "audit"]
    assert "No vulnerability is known of the versions that it installs today." in verdict.of(manifest).more


def test_a_rule_that_other_commands_judge_is_not_ignored_without_effect() -> None:
    ignored = {
        "dependency-vulnerable": "why",
        "environment-without-reviewers": "why",
        "license-missing": "why",
    }
    manifest = Manifest(plan=msgspec.structs.replace(tiny_plan.PLAN, ignored=ignored))
    inputs = Inputs(command="check", path=Path(), work=Path())
    found = ignores.run(manifest, inputs, PlainRunner()).findings
    assert [one.seen for one in found] == ['license-missing = "why"']
    audited = StageResult(name="audit", outcome="done", seconds=0.0)
    found = ignores.run(msgspec.structs.replace(manifest, stages=(audited,)), inputs, PlainRunner()).findings
    assert len(found) == 2
