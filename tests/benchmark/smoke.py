"""Measures a smoke test against the bare commands it is made of.

    python3 tests/benchmark/smoke.py [WHEEL…]

Bare is `uv venv`, `uv pip install WHEEL` and `python -c "import …"`. Without wheels, a tiny one is made. Several
smoke tests run side by side, so their seconds add up to more than the whole took.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "scripts")]

import suite

if __name__ == "__main__":
    suite.go_on(Path(__file__).resolve(), sys.argv[1:])

import artifacts
from slipway.artifacts import wheel
from slipway.environments import interpreters, uv_program
from slipway.smoke import run
from slipway.smoke.smoke_test import Candidate, SmokeTest

ROUNDS = 5


def median(action: Callable[[], object]) -> float:
    """Return the median of the seconds it takes, after a first round that fills caches."""
    action()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def bare(file: Path, module: str | None) -> None:
    uv = uv_program.executable()
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        subprocess.run(
            [uv, "venv", "-q", "--python", interpreters.own().path, folder, "--clear"],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            [uv, "pip", "install", "-q", "--python", python, file], check=True, capture_output=True
        )
        subprocess.run(
            [python, "-I", "-c", f"import {module}" if module else "pass"], check=True, capture_output=True
        )


def smoke_test(file: Path, *, thorough: bool) -> None:
    test = SmokeTest(
        candidate=Candidate(artifact=file.name, requirement=str(file)),
        interpreter=interpreters.own(),
        thorough=thorough,
    )
    outcome = run.run_all([test], timeout=600)[0]
    assert outcome.facts.install_error is None


def main(files: list[Path]) -> None:
    print(f"{'':32} {'bare':>7} {'test':>7} {'ratio':>6} {'+ scripts, submodules':>22}")
    with tempfile.TemporaryDirectory() as folder:
        for file in files or [artifacts.wheel().at(Path(folder))]:
            module = next(iter(wheel.read(file).importable), None)
            least = median(lambda: bare(file, module))  # noqa: B023 - called before the next round
            plain = median(lambda: smoke_test(file, thorough=False))  # noqa: B023
            whole = median(lambda: smoke_test(file, thorough=True))  # noqa: B023
            name = file.name.partition("-py")[0].partition("-cp")[0][:32]
            print(f"{name:32} {least:6.2f}s {plain:6.2f}s {plain / least:6.2f} {whole:21.2f}s", flush=True)


if __name__ == "__main__":
    main([Path(name).absolute() for name in sys.argv[1:]])
