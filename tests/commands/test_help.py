"""The first minute: what somebody sees who types the name of the program, or asks it for help."""

import sys
from pathlib import Path

import command_line
import pytest
from command_line import forked


def test_without_a_word_it_is_help_and_nothing_is_built(tmp_path: Path) -> None:
    alone = forked(cwd=tmp_path)
    assert alone.exit_code == 0
    assert alone.stdout.startswith("Usage: slipway [OPTIONS] COMMAND [ARGS]...\n")
    assert alone.stdout == forked("help").stdout
    assert not list(tmp_path.iterdir())


def test_help_of_a_command_is_the_page_of_that_command() -> None:
    told = forked("help", "status")
    assert told.exit_code == 0
    assert told.stdout == forked("status", "--help").stdout
    assert told.stdout.startswith("Usage: slipway status [OPTIONS] [VERSION]\n")


def test_the_version_is_a_command_and_an_option() -> None:
    told = forked("version")
    assert told.exit_code == 0
    assert told.stdout == forked("--version").stdout


@pytest.mark.parametrize("words", [("chekc",), ("help", "chekc")])
def test_a_misspelt_command_is_named(words: tuple[str, ...]) -> None:
    told = forked(*words)
    assert told.exit_code == 2
    assert "Usage: slipway " in told.stderr
    assert "Did you mean 'check'?" in told.stderr


def test_in_a_checkout_help_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from slipway import cli

    monkeypatch.setattr(sys, "argv", [str(command_line.SCRIPTS)])
    with pytest.raises(SystemExit):
        cli.slipway([], prog_name="slipway")
    assert f"python3 {command_line.SCRIPTS}" in " ".join(capsys.readouterr().out.split())
