"""The report in a terminal: the verdict last and in one line, everything else above it, nothing that moves a cursor."""

import msgspec
import pytest
from slipway.manifest import Failure, Manifest
from slipway.records import Artifact, Finding, Severity, SkippedRule, SmokeResult, StageResult, Where
from slipway.report import terminal

ARTIFACT = Artifact(
    filename="tiny-1.0.tar.gz",
    kind="sdist",
    size=1234,
    sha256="a" * 64,
    name="tiny",
    version="1.0",
    members=1,
)

DONE = Manifest(
    command="check",
    artifacts=(ARTIFACT,),
    stages=tuple(
        StageResult(name=name, outcome="done", seconds=1.26)
        for name in ("plan", "validate", "build", "inspect", "smoke")
    ),
    smoke_results=(
        SmokeResult(
            artifact="tiny-1.0.tar.gz",
            python="3.12.1",
            installer="uv",
            origin="file",
            passed=True,
            seconds=0.4,
            imported=("tiny",),
        ),
    ),
)

FINDING = Finding(
    rule="readme-missing",
    severity=Severity.WARNING,
    message="There is no readme.",
    why="Nobody knows what it is. " * 10,
    fix="Write one.",
    where=Where(file="pyproject.toml", line=3),
)


def shown(manifest: Manifest, width: int = 80) -> list[str]:
    return [line.text for line in terminal.lines(manifest, width=width)]


def test_a_healthy_run_ends_with_its_verdict() -> None:
    verdict = "✓ tiny 1.0 builds, passes inspection and installs and imports with uv on Python 3.12.1."
    assert shown(DONE, 100)[-1] == verdict


def test_the_details_of_a_run() -> None:
    lines = shown(DONE)
    assert "  tiny-1.0.tar.gz  1.2 kB, 1 file" in lines
    assert f"    sha256 {'a' * 64}" in lines
    assert any("on Python 3.12.1" in line and "imports tiny (0.4 s)" in line for line in lines)
    assert any("build 1.3 s · inspect 1.3 s" in line for line in lines)


def test_a_finding_says_where_why_and_what_to_do() -> None:
    lines = shown(msgspec.structs.replace(DONE, findings=(FINDING,)))
    at = lines.index("warning: There is no readme.")
    assert lines[at + 1] == "  readme-missing  pyproject.toml:3"
    assert lines[at + 2].startswith("  why: Nobody knows what it is.")
    assert "  fix: Write one." in lines


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_sentence_is_wider_than_the_place(width: int) -> None:
    lines = shown(msgspec.structs.replace(DONE, findings=(FINDING,)), width)
    sentences = [line for line in lines if "Nobody knows" in line]
    assert sentences
    assert max(map(len, sentences)) <= width


def test_an_ignored_finding_is_shown_with_its_reason() -> None:
    ignored = msgspec.structs.replace(FINDING, ignored="we have a website")
    lines = shown(msgspec.structs.replace(DONE, findings=(ignored,)), 200)
    assert "ignored readme-missing: There is no readme. (we have a website)" in lines


def test_a_failure_is_told_in_its_order() -> None:
    failure = Failure(
        stage="build",
        happened="It broke.",
        cause="A cause.",
        remedy="A remedy.",
        read="a page",
        log=("last words",),
    )
    lines = shown(Manifest(failure=failure))
    assert lines[-5:] == [
        "  │ last words",
        "✗ It broke.",
        "  likely cause: A cause.",
        "  what to do: A remedy.",
        "  read: a page",
    ]


def test_a_rule_that_crashed_is_our_bug() -> None:
    lines = shown(
        msgspec.structs.replace(DONE, broken_rules=(SkippedRule(rule="some-rule", reason="Traceback"),))
    )
    assert "Slipway's rule some-rule crashed. This is a bug of Slipway, not of your project." in lines


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x1b]0;title\x07", "a\x08\x08b", "\x9b31m", "a\rb"])
def test_nothing_of_a_project_moves_the_cursor(hostile: str) -> None:
    finding = msgspec.structs.replace(
        FINDING, message=hostile, seen=hostile, expected=hostile, where=Where(file=hostile)
    )
    failure = Failure(stage="build", happened=hostile, cause=hostile, remedy="r", log=(hostile,))
    lines = shown(msgspec.structs.replace(DONE, findings=(finding,), failure=failure))
    controls = {
        character
        for line in lines
        for character in line
        if ord(character) < 32 or 127 <= ord(character) < 160
    }
    assert controls == set()
