"""How commands, lists and exit codes are read on each system."""

from pathlib import Path

import pytest
from slipway import processes, system
from slipway.cli import Words
from slipway.options import Inputs
from slipway.rules.smoke import started
from slipway.rules.smoke.facts import SmokeFacts, Started
from slipway.smoke import project_commands


def words(command: str, folder: Path) -> tuple[str, ...]:
    (folder / "tests").mkdir(exist_ok=True)
    (scratch := folder / "scratch").mkdir()
    inputs = Inputs(command="smoke", path=folder, work=folder / ".slipway", test_command=command)
    return project_commands.project_commands(inputs, scratch).test_command


@pytest.mark.parametrize(
    ("platform", "command", "split"),
    [
        ("linux", r"pytest tests -k 'a b'", ("pytest", "tests", "-k", "a b")),
        ("linux", r"pytest tests\ two", ("pytest", "tests two")),
        ("linux", "pytest -k #1", ("pytest", "-k", "#1")),
        ("win32", r"pytest tests\unit", ("pytest", r"tests\unit")),
        ("win32", r'pytest "tests\two words"', ("pytest", r"tests\two words")),
    ],
)
def test_a_command_is_split_as_its_system_writes_it(
    platform: str, command: str, split: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "BACKSLASH_IN_PATHS", platform == "win32")
    assert words(command, tmp_path) == split


def test_a_list_in_a_variable_keeps_a_path_with_a_blank(tmp_path: Path) -> None:
    (python := tmp_path / "my python").touch()
    split = Words().split_envvar_value
    assert split("3.12 3.13") == ["3.12", "3.13"]
    assert split(str(python)) == [str(python)]
    assert split(f"3.12\n{python}\n") == ["3.12", str(python)]
    assert split("") == []


@pytest.mark.parametrize(
    ("code", "crashed"),
    [
        (0, False),
        (1, False),
        (255, False),
        (-11, True),
        (0xC0000005, True),
        (0xC0000409, True),
        (0x40010005, False),
    ],
)
def test_a_crash_is_recognised_by_its_code(code: int, crashed: bool) -> None:  # noqa: FBT001
    assert processes.is_crash(code) is crashed


@pytest.mark.parametrize(
    ("code", "ender"),
    [(0xC0000005, "the system, code 0xC0000005"), (-2, "SIGINT"), (-200, "signal 200")],
)
def test_what_ended_a_program_is_named(code: int, ender: str) -> None:
    """In a finding on a command, as everywhere."""
    assert processes.ender(code) == ender
    facts = SmokeFacts(
        artifact="demo.whl",
        python="3.13",
        commands=(Started(name="demo", role="smoke-command", returncode=code),),
    )
    (evidence,) = started.command_fails(facts, "smoke-command")
    assert evidence.message == f"`demo` was ended by {ender} with Python 3.13."
