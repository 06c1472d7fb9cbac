"""How time and memory grow with the size of a project, a wheel, a release, a list of dependencies and a history.

    python3 tests/benchmark/growth.py [--only NAME]…

Each thing is made in a quarter, half and the whole of its size, and the commands that read it run once each after a run
that is not measured. `grows` is the exponent between half and the whole, of what is above the smallest one: 1 is linear.
Memory is the most that one process held.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "scripts"
PARTS = (4, 2, 1)
MEASURABLE = 0.2
"""Seconds above the smallest; less is within what two runs of one command differ by."""

PYPROJECT = """\
[build-system]
requires = ["flit-core>=3.12"]
build-backend = "flit_core.buildapi"

[project]
name = "demo"
version = "1.0"
description = "Grows."
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]
dependencies = {dependencies}
"""
MODULE = (
    '"""One of many."""\n\nimport os\n\nfrom demo import part_0\n\n\ndef name():\n    return os.sep, part_0\n'
)
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class Cost(NamedTuple):
    """Seconds that passed, and the most megabytes held at once."""

    seconds: float
    megabytes: float


def project(folder: Path, *, modules: int = 1, dependencies: int = 0, commits: int = 1) -> list[str]:
    """Make a project in a repository and return its folder as an argument."""
    package = folder / "demo"
    package.mkdir()
    names = [f"{a}{b}{c}" for a in ALPHABET for b in ALPHABET for c in ALPHABET][:dependencies]
    (folder / "pyproject.toml").write_text(PYPROJECT.format(dependencies=json.dumps(names)), "utf-8")
    (folder / "README.md").write_text("# demo\n\nGrows.\n", "utf-8")
    (folder / "LICENSE").write_text("MIT License\n", "utf-8")
    (package / "__init__.py").write_text("", "utf-8")
    for number in range(modules):
        (package / f"part_{number}.py").write_text(MODULE + f"# {number}\n", "utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    if commits > 1:
        history = "".join(
            f"commit refs/heads/main\ncommitter A <a@example.org> {1_600_000_000 + number} +0000\n"
            f"data 7\nchange\n\n"
            + (
                f"M 100644 inline notes/{number % 100}.txt\ndata 6\n{number:06}\n"
                if number
                else "deleteall\n"
            )
            for number in range(commits)
        )
        git(folder, "fast-import", "--quiet", given=history)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Grow")
    return [str(folder)]


def git(folder: Path, *arguments: str, given: str = "") -> None:
    """Run git in a repository."""
    # What git tidies up in the background would still be there when the folder is removed.
    settings = ("user.name=A", "user.email=a@example.org", "maintenance.auto=false", "gc.auto=0")
    options = [part for setting in settings for part in ("-c", setting)]
    subprocess.run(["git", *options, *arguments], cwd=folder, input=given.encode(), check=True)


def large_wheel(folder: Path, *, megabytes: int) -> list[str]:
    """Make a wheel of so many megabytes, half of it modules, and return its path as an argument."""
    from artifacts import wheel

    chance = random.Random(0)  # noqa: S311 - the same bytes every time, and no secret
    files: dict[str, str | bytes] = {"demo/__init__.py": ""}
    for number in range(megabytes):
        files[f"demo/data/{number}.bin"] = chance.randbytes(900_000)
        source = "".join(f"def f{line}():\n    return {chance.random()}\n" for line in range(5_000))
        files[f"demo/part_{number}.py"] = source
    return [str(wheel(files).at(folder))]


def wheels(folder: Path, *, count: int) -> list[str]:
    """Make so many wheels of one release, one for each platform, and return the folder as an argument."""
    from artifacts import wheel

    for number in range(count):
        tag = f"cp{300 + number % 20}-cp{300 + number % 20}-manylinux_2_{17 + number // 20}_x86_64"
        wheel({f"demo/part_{part}.py": MODULE for part in range(100)} | {"demo/__init__.py": ""}, tag=tag).at(
            folder
        )
    return [str(folder)]


class Case(NamedTuple):
    """What is made in growing sizes, and the commands that read it.

    Attributes:
        size: of the whole.
        unit: what `size` counts.
        make: makes it in a folder and returns the arguments.
        commands: each with the arguments before.
    """

    size: int
    unit: str
    make: Callable[[Path, int], list[str]]
    commands: Mapping[str, Sequence[str]]


CASES = {
    "files": Case(
        20_000,
        "files in a project",
        lambda folder, size: project(folder, modules=size),
        {"validate": ["validate"], "check": ["check"]},
    ),
    "wheel": Case(
        100,
        "MB of a wheel",
        lambda folder, size: large_wheel(folder, megabytes=size),
        {"inspect": ["inspect"]},
    ),
    "wheels": Case(
        60,
        "wheels of a release",
        lambda folder, size: wheels(folder, count=size),
        {"inspect": ["inspect"]},
    ),
    "dependencies": Case(
        300,
        "dependencies",
        lambda folder, size: project(folder, dependencies=size),
        {"validate": ["validate"], "build": ["build"]},
    ),
    "commits": Case(
        50_000,
        "commits",
        lambda folder, size: project(folder, commits=size),
        {"plan": ["plan"], "validate": ["validate"], "check": ["check"], "release": ["release", "--path"]},
    ),
}


MEASURING = """
import os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(child.returncode, time.perf_counter() - started, used.ru_maxrss / 1024)
"""
"""Runs a command in a process that holds little itself: the kernel counts for a child what its parent held."""


def run(argv: Sequence[str | Path]) -> Cost:
    """Run a command and return what it cost; what it finds does not matter here."""
    whole = [sys.executable, "-I", "-c", MEASURING, *map(str, argv)]
    done = subprocess.run(whole, capture_output=True, text=True, check=True)
    code, seconds, megabytes = done.stdout.split()
    if code not in {"0", "1", "2"}:
        sys.exit(f"{' '.join(whole[4:])} ended with {code}:\n{done.stderr}")
    return Cost(float(seconds), float(megabytes))


def measured(case: Case, size: int) -> Iterator[tuple[str, Cost]]:
    """Yield what each command costs on one size."""
    for name, arguments in case.commands.items():
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "made"
            place.mkdir()
            made = case.make(place, size)
            argv = [getattr(sys, "_base_executable", sys.executable), SCRIPTS, *arguments, *made]
            run(argv)
            yield name, run(argv)


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=CASES, metavar="NAME", help=", ".join(CASES))
    chosen = parser.parse_args(arguments).only or CASES
    for case in (CASES[name] for name in chosen):
        sizes = [max(1, case.size // part) for part in PARTS]
        least = dict(measured(case, 1))
        costs = [dict(measured(case, size)) for size in sizes]
        print(f"{case.size:,} {case.unit}")
        for name in case.commands:
            taken = [cost[name] for cost in costs]
            half, whole = (cost.seconds - least[name].seconds for cost in taken[1:])
            grows = f"{math.log2(whole / half):.2f}" if half > MEASURABLE else "by too little to say"
            row = "  ".join(
                f"{cost.seconds:7.2f} s {cost.megabytes:5.0f} MB" for cost in (least[name], *taken)
            )
            print(f"  {name:10} {row}   grows {grows}", flush=True)


if __name__ == "__main__":
    sys.path[:0] = [str(SCRIPTS), str(HERE.parent)]
    import suite

    suite.go_on(HERE / "growth.py", sys.argv[1:])
    main(sys.argv[1:])
