"""The project's own commands: its smoke command, and its tests with the files they need."""

import shutil
from pathlib import Path

from msgspec import Struct

from slipway import processes
from slipway.errors import InputError
from slipway.options import Inputs

CONFIGURATION = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini", "conftest.py")
"""Files at the top of a project in which test runners look for their settings."""


class ProjectCommands(Struct, frozen=True, kw_only=True):
    """What the project runs in each smoke test.

    Attributes:
        smoke_command: split into words; empty where there is none.
        test_command: the project's tests, split into words.
        test_requires: requirements of the tests.
        test_folder: a folder with what the tests need and nothing of the package.
    """

    smoke_command: tuple[str, ...] = ()
    test_command: tuple[str, ...] = ()
    test_requires: tuple[str, ...] = ()
    test_folder: Path | None = None


def project_commands(inputs: Inputs, scratch: Path) -> ProjectCommands:
    """Return the commands that the inputs name, with the test folder made in `scratch`.

    Raises:
        InputError: a command cannot be split into words, or a test source does not exist.
    """
    return ProjectCommands(
        smoke_command=_words(inputs, "smoke-command", inputs.smoke_command),
        test_command=_words(inputs, "test-command", inputs.test_command),
        test_requires=inputs.test_requires,
        test_folder=_test_folder(inputs, scratch / "tests") if inputs.test_command else None,
    )


def _words(inputs: Inputs, option: str, command: str | None) -> tuple[str, ...]:
    try:
        words = processes.split(command or "")
    except ValueError as error:
        raise InputError(
            f"The command in --{option} cannot be read: {error}.",
            cause="A quotation mark is not closed.",
            remedy="Quote it as a shell would; for more than one command write a script and name that.",
        ) from error
    return tuple(word.replace("{project}", str(inputs.path)) for word in words)


def _test_folder(inputs: Inputs, folder: Path) -> Path:
    folder.mkdir()
    named = inputs.test_sources or tuple(n for n in ("tests", "test") if (inputs.path / n).exists())
    for name in named:
        source = inputs.path / name
        if not source.exists():
            raise InputError(
                f"There is no {name} in the project, which --test-sources names.",
                cause="The name is misspelt, or not relative to the project.",
                remedy="Name the files and folders that the tests need, relative to the project.",
            )
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    for name in CONFIGURATION:
        if (inputs.path / name).is_file() and not (folder / name).exists():
            shutil.copy2(inputs.path / name, folder / name)
    return folder
