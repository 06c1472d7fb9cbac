"""`python3 tests elsewhere --with COMMAND --in FOLDER [PATH...]`: the tests of this checkout under another Python.

For a Python of another system that this machine can start, such as that of Windows under Wine: CI has machines of each
system, and this is for who has none. COMMAND starts that Python, and `{folder}` in it stands for the folder that it is to
run in; FOLDER is one that both see, and gets a clone of the last commit. PATH is a file or folder of tests; the folders
that CI tests on every system where none is named. Nothing may run in the same Wine at the same time.

    python3 tests elsewhere --in /srv/wine --with "env -C {folder} wine python.exe" tests/rules tests/smoke

Of each path it prints how its tests ended, and every test that failed; the whole output is in FOLDER/PATH.log.
"""

import argparse
import re
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_THERE = frozenset({"benchmark", "field", "gallery", "requirements", "workflows"})
"""Folders with scripts that are no tests, and what CI runs on Linux alone."""

SECONDS = 900
"""What one test may take: starting a program is slow there."""

SUMMARY = re.compile(r"^=*\s?(\d+ (?:passed|failed|skipped|error).*?)\s?=*$", re.MULTILINE)
BAD = re.compile(r"^(?:FAILED|ERROR) .*", re.MULTILINE)


def run(arguments: Sequence[str]) -> int:
    """Run the tests and return 1 if one failed or a path ended without a summary."""
    parser = argparse.ArgumentParser(prog="python3 tests elsewhere", description=__doc__.partition("\n")[0])
    parser.add_argument("--with", dest="command", required=True)
    parser.add_argument("--in", dest="folder", required=True, type=Path)
    parser.add_argument("paths", nargs="*", default=_everything())
    given = parser.parse_args(arguments)
    clone = _cloned(given.folder.resolve() / "slipway")
    start = [word.replace("{folder}", str(clone)) for word in shlex.split(given.command)]
    return max(_tested(path, start, clone) for path in given.paths)


def _everything() -> list[str]:
    tests = ROOT / "tests"
    folders = (path for path in tests.iterdir() if any(path.glob("test_*.py")) and path.name not in NOT_THERE)
    return sorted(path.relative_to(ROOT).as_posix() for path in (*folders, *tests.glob("test_*.py")))


def _cloned(clone: Path) -> Path:
    if not clone.exists():
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    subprocess.run(["git", "fetch", "--quiet", "--tags", str(ROOT), "HEAD"], cwd=clone, check=True)
    subprocess.run(["git", "checkout", "--quiet", "--detach", "FETCH_HEAD"], cwd=clone, check=True)
    return clone


def _tested(path: str, start: Sequence[str], clone: Path) -> int:
    began = time.monotonic()
    options = ("-q", "-n", "0", "--timeout", str(SECONDS), "--tb", "short")
    argv = [*start, "tests", *options, path]
    log = clone.parent / f"{re.sub('[^A-Za-z0-9_.]', '-', path)}.log"
    with log.open("wb") as stream:
        done = subprocess.run(
            argv, cwd=clone, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, check=False
        )
    printed = log.read_text("utf-8", errors="replace")
    summary = (SUMMARY.findall(printed) or ["no summary: it broke off"])[-1]
    print(f"{path}: {summary}; {time.monotonic() - began:.0f} s", flush=True)
    for line in BAD.findall(printed):
        print(f"  {line}", flush=True)
    return 0 if done.returncode == 0 else 1
