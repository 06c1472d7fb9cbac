"""The place a run happens in: which one it is, and what a GitHub runner is told."""

import io
import json
import sys
from pathlib import Path

import pytest
from slipway import runner
from slipway.runner.base import Event
from slipway.runner.github import SUMMARY_LIMIT, GitHubRunner
from slipway.runner.terminal import PlainRunner, printable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_plain_lines() -> None:
    assert type(runner.detect({})) is PlainRunner


def test_a_terminal_gets_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert type(runner.detect({"TERM": "xterm"})).__name__ == "LiveRunner"
    assert type(runner.detect({"TERM": "dumb"})) is PlainRunner


def test_only_the_word_true_makes_a_github_runner() -> None:
    assert type(runner.detect({"GITHUB_ACTIONS": "true"})) is GitHubRunner
    assert type(runner.detect({"GITHUB_ACTIONS": "false"})) is PlainRunner


def test_a_laptop_has_no_event() -> None:
    assert PlainRunner().event() == Event(name="local")


def test_an_annotation_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    GitHubRunner({}).annotate("error", "100 %\r\n::stop", title="a,b: c")
    assert capsys.readouterr().err == "::error title=a%2Cb%3A c::100 %25%0D%0A::stop\n"


def test_what_is_said_cannot_be_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    place = GitHubRunner({})
    place.say("::error::one\n::error::two\r::error::three")
    for line in capsys.readouterr().err.splitlines():
        assert not line.startswith("::")


@pytest.mark.parametrize("frame", ["untrusted", "quoting"])
def test_commands_are_off_while_somebody_else_speaks(frame: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = GitHubRunner({})
    tokens = set()
    for _ in range(2):
        with place.untrusted("build") if frame == "untrusted" else place.quoting():
            print("::error::no")
        told = "".join(capsys.readouterr())
        token = told.partition("::stop-commands::")[2].splitlines()[0]
        assert told.count(token) == 2
        assert f"::{token}::" in told
        tokens.add(token)
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 32


def test_commands_are_on_again_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), GitHubRunner({}).untrusted("build"):
        raise RuntimeError
    told = capsys.readouterr().err
    token = told.partition("::stop-commands::")[2].splitlines()[0]
    assert f"::{token}::" in told.splitlines()


def test_the_summary_is_added_to_and_cut_before_it_is_refused(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"before\n")
    GitHubRunner({"GITHUB_STEP_SUMMARY": str(summary)}).summarise(lambda: "é" * SUMMARY_LIMIT)
    assert summary.read_bytes().startswith(b"before\n")
    assert summary.stat().st_size <= SUMMARY_LIMIT
    PlainRunner().summarise(lambda: "nothing happens")


def test_an_output_of_many_lines_cannot_add_another(tmp_path: Path) -> None:
    output = tmp_path / "output"
    place = GitHubRunner({"GITHUB_OUTPUT": str(output)})
    place.set_output("version", "1.0\nslipway-guess\npublish=true")
    place.set_output("name", "tiny")
    lines = output.read_text().splitlines()
    name, _, delimiter = lines[0].partition("<<")
    assert name == "version"
    assert lines[1:5] == ["1.0", "slipway-guess", "publish=true", delimiter]
    assert lines[5].startswith("name<<slipway-")


@pytest.mark.parametrize("payload", [b"", b"[1]", b"{", b'{"pull_request": null}'])
def test_an_event_that_cannot_be_read_is_still_an_event(payload: bytes, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(payload)
    event = GitHubRunner({"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(path)}).event()
    assert (event.name, event.head_repository) == ("push", None)


def test_where_a_pull_request_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"pull_request": {"head": {"repo": {"full_name": "fork/name"}}}}))
    event = GitHubRunner(
        {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_REF": "refs/pull/1/merge",
        }
    ).event()
    assert (event.repository, event.head_repository, event.ref) == (
        "owner/name",
        "fork/name",
        "refs/pull/1/merge",
    )


def test_what_a_terminal_can_show() -> None:
    assert printable("a\tb \x1b[31mred\x1b[0m é ✓") == "a\tb \\u001b[31mred\\u001b[0m é ✓"
