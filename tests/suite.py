"""What `python3 tests` does: the tests' environment, pytest, and the commands beside it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import bootstrap

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
LOCK = TESTS / "requirements" / "tests.txt"
SITE_LOCK = TESTS / "requirements" / "site.txt"

TOOLS = ROOT / ".tools" / "bin"
"""Programs that no index of Python packages has; `.ci/run` puts them there."""

COMMANDS = {
    "elsewhere": "elsewhere",
    "lint": "lint",
    "lock": "maintenance.locks",
    "picture": "maintenance.picture",
    "regenerate": "maintenance.regenerate",
    "site": "maintenance.site",
    "wheels": "maintenance.locked_wheels",
}
"""What is no test: the module whose `run` takes the arguments."""

WHOLE_SUITE = ("-n", "auto", "--dist", "worksteal", "--timeout", "900")


def run(arguments: Sequence[str]) -> NoReturn:
    """Do what the arguments say, in the tests' own environment, and end with its exit code."""
    go_on(TESTS, arguments)
    os.chdir(ROOT)
    path = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), str(TOOLS))
    os.environ["PATH"] = os.pathsep.join(path)
    command, *rest = arguments or [""]
    # `lock` has to work where the environment lacks what the other commands import.
    sys.exit(importlib.import_module(COMMANDS[command]).run(rest) if command in COMMANDS else test(arguments))


def go_on(script: Path, arguments: Sequence[str]) -> None:
    """Start a script again in the tests' own environment, or in the site's, unless this process runs there.

    The variables that change how a Python starts are dropped: pytest-xdist starts its workers without -I, and with
    PYTHONDONTWRITEBYTECODE the commands that a benchmark measures beside Slipway would be compiled at each start.
    """
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        del os.environ[name]
    lock = SITE_LOCK if arguments[:1] == ["site"] else LOCK
    if not bootstrap.inside(lock):
        bootstrap.hand_over(lock, [str(script), *arguments])


def test(arguments: Sequence[str]) -> int:
    """Run pytest, on the whole suite where no arguments say otherwise, and return its exit code."""
    argv = [sys.executable, *bootstrap.PYTHON_OPTIONS, "-m", "pytest", *(arguments or WHOLE_SUITE)]
    return subprocess.run(argv, check=False).returncode
