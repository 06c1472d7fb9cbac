"""The report in a terminal: the verdict last and in one line, everything else above it, nothing that moves a cursor."""

import re
from io import StringIO

import msgspec
import pytest
from rich.console import Console
from slipway import documentation
from slipway.manifest import Failure, Manifest
from slipway.records import (
    Artifact,
    ExpectedFile,
    Finding,
    Severity,
    SkippedRule,
    SmokeResult,
    StageResult,
    Where,
)
from slipway.report import screen, terminal
from tiny_plan import PLAN

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


LONG = (
    "some_distribution_with_a_long_name-2026.11.1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
)


@pytest.mark.parametrize("width", [80, 120])
def test_a_path_is_whole_and_a_line_is_too_wide_for_one_only(width: int) -> None:
    path = f"src/{'deep/' * 20}module.py"
    result = msgspec.structs.replace(DONE.smoke_results[0], artifact=LONG)
    finding = msgspec.structs.replace(FINDING, message=f"{path} is not there, and neither is {path}.")
    lines = shown(msgspec.structs.replace(DONE, smoke_results=(result,), findings=(finding,)), width)
    assert [line for line in lines if len(line) > width and len(line.split()) > 2] == []
    assert " ".join(" ".join(lines).split()).count(path) == 2
    assert any(LONG in line for line in lines)


def test_findings_of_one_rule_share_why_and_fix() -> None:
    other = msgspec.structs.replace(
        FINDING, message="There is none here.", where=Where(file="setup.cfg", line=1)
    )
    note = msgspec.structs.replace(FINDING, severity=Severity.NOTE, rule="a-note")
    lines = shown(msgspec.structs.replace(DONE, findings=(FINDING, note, other)))
    assert [line.split()[0] for line in lines if line.startswith(("warning", "note", "  fix"))] == [
        *("warning:", "warning:", "fix:", "note:", "fix:")
    ]


def test_a_stage_that_was_not_measured_has_no_time() -> None:
    stages = (StageResult(name="init", outcome="done", seconds=0.0),)
    assert "  init" in shown(Manifest(command="init", stages=stages))


def test_the_plan_of_a_compiled_project_has_a_line_for_each_platform() -> None:
    wheels = [
        ExpectedFile(
            kind="wheel", pattern=f"tiny-1.0-cp3{minor}-cp3{minor}{free}-{platform}.whl", required=False
        )
        for platform in ("*manylinux*_x86_64", "*musllinux*_x86_64", "*macosx*_arm64", "win_amd64")
        for minor in range(9, 16)
        for free in ("", "t")
    ]
    sdist = ExpectedFile(kind="sdist", pattern="tiny-1.0.tar.gz")
    lines = [
        f"{key}  {value}"
        for key, value in terminal.rows(msgspec.structs.replace(PLAN, expected=(sdist, *wheels)))
    ]
    assert "expected  tiny-1.0.tar.gz" in lines
    assert (
        "other jobs  win_amd64: 3.9 3.9t 3.10 3.10t 3.11 3.11t 3.12 3.12t 3.13 3.13t 3.14 3.14t 3.15 3.15t"
        in lines
    )
    assert len(lines) <= 10


def test_a_rule_is_explained_in_lines_of_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_page(
        "a-rule", "It is wrong.", [("Why it matters", "word " * 60, ""), ("For example", "", "a\n\nb")]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["a-rule", "It is wrong.", ""]
    assert lines[3].startswith("Why it matters: word")
    assert " ".join(lines).split().count("word") == 60
    assert max(map(len, lines)) <= 100
    assert lines[-5:] == ["For example:", "", "    a", "", "    b"]


@pytest.mark.parametrize(
    ("environ", "links"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4205"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "screen-256color", "TERM_PROGRAM": "WezTerm"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "vscode", "CI": "true"}, False),
    ],
)
def test_a_rule_leads_to_its_page_where_the_terminal_can_link(
    environ: dict[str, str],
    links: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documentation, "source", lambda _: "https://github.com/someone/slipway/blob/v1")
    manifest = msgspec.structs.replace(DONE, findings=(msgspec.structs.replace(FINDING, family="project"),))
    printed = StringIO()
    console = Console(file=printed, force_terminal=True, width=80, legacy_windows=False)
    screen.print_on(console, terminal.lines(manifest, width=80), linking=screen.can_link(environ))
    address = "https://github.com/someone/slipway/blob/v1/docs/rules/project.md#readme-missing"
    assert (
        re.search(rf"\x1b\]8;[^;]*;{address}\x1b\\.*readme-missing", printed.getvalue()) is not None
    ) == links


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
