"""Measures what each kind of job needs to set up Slipway on a machine that has nothing of it.

    python3 tests/benchmark/setting_up.py [--rounds N] [CHECKOUT…]

Each checkout, and this one, is measured in turns, so that all have the same machine and network. Shown are the least
seconds that passed and the least that a processor was busy, its children included.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
JOBS = {
    "build, gate": "check",
    "smoke": "smoke",
    "publish, announce": "publish",
    "verify": "verify",
}
"""The kinds of jobs, each with the command that it runs."""


def cold(checkout: Path, command: str) -> tuple[float, float]:
    """Start a command as a job does, in an empty cache, and return the seconds that passed and that were worked."""
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | {
            "SLIPWAY_CACHE": folder,
            "RUNNER_TEMP": folder,
            "GITHUB_ACTIONS": "true",
            "HOME": folder,
        }
        argv = [
            getattr(sys, "_base_executable", sys.executable),
            "-I",
            checkout / "scripts",
            command,
            "--help",
        ]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(argv, env=environ, check=True, capture_output=True)
        after, passed = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    return passed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("checkouts", nargs="*", type=Path)
    options = parser.parse_args()
    checkouts = [*(path.resolve() for path in options.checkouts), HERE]
    print(
        f"{'job':18}" + "".join(f"{path.name[:20]:>22}" for path in checkouts) + "   seconds passed / worked"
    )
    for job, command in JOBS.items():
        taken: dict[Path, list[tuple[float, float]]] = {path: [] for path in checkouts}
        for _ in range(options.rounds):
            for path in checkouts:
                taken[path].append(cold(path, command))
        least = [[min(column) for column in zip(*taken[path], strict=True)] for path in checkouts]
        print(f"{job:18}" + "".join(f"{passed:15.1f} /{worked:5.1f}" for passed, worked in least), flush=True)


if __name__ == "__main__":
    main()
