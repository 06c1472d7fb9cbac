"""What `inspect` costs beside `twine check --strict` and `check-wheel-contents` on the same wheel.

    python3 tests/benchmark/inspection.py [--rounds N] [WHEEL…]

Without wheels, a small one and a large one are made: the large one has the sources of this Python's standard library
several times, each in a package of its own, and 20 MB of data. Each of the three commands is started by the Python of an
environment, so that what a machine adds to the start of its own Python counts for none of them, and they take turns. The
first seconds are those of the clock, where `inspect` has two processors for a large wheel; the second ones are those of
the processor, of the children too, so that they hold on a busy machine. The other two commands neither unpack a file nor
compare a digest.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "scripts"

COPIES = 4
DATA = 20_000_000
"""Bytes that no compression makes smaller."""


def made(folder: Path) -> list[Path]:
    """Make a small and a large wheel."""
    from artifacts import wheel

    library = Path(sysconfig.get_path("stdlib"))
    sources = [
        path
        for path in library.rglob("*.py")
        if not {"test", "tests", "site-packages"} & {*path.relative_to(library).parts}
    ]
    chance = random.Random(0)  # noqa: S311 - the same bytes every time, and no secret
    large: dict[str, str | bytes] = {
        f"demo/copy{number}/{path.relative_to(library).as_posix()}": path.read_bytes() + b"# %d\n" % number
        for path in sources
        for number in range(COPIES)
    }
    large |= {f"demo/data/{number}.bin": chance.randbytes(DATA // 100) for number in range(100)}
    needs = {"Requires-Python": f">={sys.version_info.major}.{sys.version_info.minor}"}
    built = (wheel(), wheel({"demo/__init__.py": "", **large}, version="2.0", fields=needs))
    return [one.at(folder) for one in built]


def seconds(argv: Sequence[str | Path]) -> tuple[float, float]:
    """Run a command and return the clock's seconds and the processor's; what it finds does not matter here."""
    started = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(part) for part in argv], capture_output=True, text=True, check=False)
    clock = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in {0, 1}:
        sys.exit(f"{' '.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def bare_python(folder: Path) -> Path:
    """Return the Python of a new environment with nothing in it."""
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python"


def measure(file: Path, python: Path, rounds: int) -> None:
    """Print the median seconds of each command on one wheel, and the ratios."""
    programs = Path(sys.executable).parent
    commands = {
        "inspect": [python, SCRIPTS, "inspect", file],
        "twine check --strict": [programs / "twine", "check", "--strict", file],
        "check-wheel-contents": [programs / "check-wheel-contents", file],
    }
    for argv in commands.values():
        seconds(argv)
    taken = [{name: seconds(argv) for name, argv in commands.items()} for _ in range(rounds)]
    median = {
        name: [statistics.median(one[name][kind] for one in taken) for kind in range(2)] for name in commands
    }
    ours, *theirs = median.values()
    ratios = [own / sum(others) for own, *others in zip(ours, *theirs, strict=True)]
    print(f"{file.name}, {file.stat().st_size / 1e6:.1f} MB, {rounds} rounds: by the clock, by the processor")
    for name, (clock, processor) in median.items():
        print(f"  {clock:6.2f} s {processor:6.2f} s  {name}")
    print(f"  {ratios[0]:6.2f}   {ratios[1]:6.2f}    inspect to both of them", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Measure the wheels that are named, or the two that are made."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheels", metavar="WHEEL", type=Path, nargs="*")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        python = bare_python(Path(folder, "environment"))
        for file in given.wheels or made(Path(folder)):
            measure(file, python, given.rounds)


if __name__ == "__main__":
    sys.path[:0] = [str(SCRIPTS), str(HERE.parent)]
    import suite

    suite.go_on(HERE / "inspection.py", sys.argv[1:])
    main(sys.argv[1:])
