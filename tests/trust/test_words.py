"""What others write is shown, and does nothing: not to a terminal, not to a reader's eyes, not as a link."""

import json
import re
from pathlib import Path

import pytest
import tiny_project
from command_line import forked
from slipway.report import text
from slipway.runner.base import printable
from slipway.runner.github import GitHubRunner
from slipway.runner.terminal import PlainRunner

COMMANDING = (
    "\x00\x07\x08\x1b\x7f\x85\x9b\u061c\u200e\u200f\u2028\u2029"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
HIDDEN = re.compile(f"[{re.escape(COMMANDING)}]")


def test_characters_that_command_are_shown_escaped() -> None:
    assert printable("a\tb\nc\x1b[31m\u202ed\u00e9") == "a\tb\nc\\u001b[31m\\u202ed\u00e9"
    assert not HIDDEN.search(printable(COMMANDING))
    assert printable("10%\r20%") == "10% 20%"


@pytest.mark.parametrize("on", ["a terminal", "a runner"])
def test_no_line_of_a_runner_commands(on: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    runner = (
        PlainRunner(verbose=True)
        if on == "a terminal"
        else GitHubRunner({"GITHUB_STEP_SUMMARY": str(summary)})
    )
    runner.say(f"say {COMMANDING}")
    with runner.stage(f"stage {COMMANDING}") as give_up:
        give_up(f"reason {COMMANDING}")
    with runner.untrusted(f"title {COMMANDING}") as sink:
        sink(f"line {COMMANDING}")
    runner.annotate(
        "error", f"message {COMMANDING}", title=f"title {COMMANDING}", file=tmp_path / COMMANDING[1:]
    )
    runner.summarise(lambda: f"summary {COMMANDING}\n")
    printed = capsys.readouterr()
    assert "say" in printed.err
    assert not HIDDEN.search(printed.err + printed.out)
    if on == "a runner":
        assert not HIDDEN.search(summary.read_text("utf-8"))


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_project_cannot_command_the_report(arguments: tuple[str, ...], tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project", in_import=f"raise RuntimeError({COMMANDING!r} + 'end')")
    run = forked("check", "--verbose", *arguments, "--work", tmp_path / "work", project)
    assert run.exit_code == 1, str(run)
    report = (tmp_path / "work" / "report.md").read_text("utf-8")
    assert not HIDDEN.search(run.stdout + run.stderr + report)
    if arguments:
        assert "end" in json.dumps(run.manifest["findings"])


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/a",
        "see HTTP://evil.example",
        "www.evil.example",
        "(WWW.evil.example)",
        "_www.evil.example",
        "ftp://evil.example",
        "mail mailto:a@evil.example",
        "<https://evil.example>",
        "[a](https://evil.example)",
    ],
)
def test_an_address_in_words_of_others_becomes_no_link(address: str) -> None:
    """What makes a link: https://github.github.com/gfm/#autolinks-extension-."""
    linked = re.compile(r"(?i)://|www\.|\w@[\w.]|<(?!!-- -->)|(?<!\\)\]\(")
    assert linked.search(address)
    for made in (text.text(address), text.sentence(address)):
        assert not linked.search(made), made
        assert re.sub("<!-- -->|\\\\|\u2060", "", made).replace("&lt;", "<").replace("&gt;", ">") == address
