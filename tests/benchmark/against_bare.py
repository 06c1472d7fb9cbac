"""Measures `check` against the bare commands that do a part of the same, in turn."""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PURE = ROOT / "examples" / "projects" / "pure"
FEWEST_ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """One project: seconds of every round, and of the parts of each.

    Attributes:
        bare: seconds of the bare commands, all together, a round each.
        check: seconds of `check`, a round each.
        commands: the median seconds of each bare command.
        stages: the median seconds of each stage; `start and report` is what is left of the whole.
        processor: the median seconds of processor time of all processes, for `bare` and `check`.
        ratio: of the medians, `check` to bare.
    """

    project: str
    bare: tuple[float, ...]
    check: tuple[float, ...]
    commands: dict[str, float]
    stages: dict[str, float]
    processor: dict[str, float]
    ratio: float


def run(argv: Sequence[str | Path], *, cwd: Path, offline: bool) -> float:
    """Run a command and return the seconds it took; its output is shown only where it fails."""
    environ = {**os.environ, **({"UV_OFFLINE": "1"} if offline else {})}
    started = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in argv], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds


def bare(project: Path, folder: Path, *, offline: bool) -> dict[str, float]:
    """Run the bare commands and return the seconds of each."""
    programs = Path(sys.executable).parent
    dist = folder / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    build = run(
        [programs / "uv", "build", "--quiet", "--out-dir", dist, project], cwd=folder, offline=offline
    )
    files = sorted(dist.glob("*-*"))
    wheels = [file for file in files if file.suffix == ".whl"]
    return {
        "uv build": build,
        "twine check --strict": run(
            [programs / "twine", "check", "--strict", *files], cwd=folder, offline=offline
        ),
        "check-wheel-contents": run(
            [programs / "check-wheel-contents", *wheels], cwd=folder, offline=offline
        ),
    }


def check(project: Path, folder: Path, *, offline: bool) -> dict[str, float]:
    """Run `check` and return the seconds of each stage, and of the rest."""
    python = getattr(sys, "_base_executable", sys.executable)
    work = folder / "work"
    whole = run([python, ROOT / "scripts", "check", "--work", work, project], cwd=folder, offline=offline)
    manifest = json.loads((work / "manifest.json").read_bytes())
    stages = {stage["name"]: stage["seconds"] for stage in manifest["stages"]}
    return {**stages, "start and report": whole - sum(stages.values())}


def measure(source: Path, *, rounds: int, offline: bool) -> Measured:
    """Measure one project, the two in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = shutil.copytree(source, folder / source.name)
        both: tuple[Callable[..., dict[str, float]], ...] = (bare, check)
        for action in both:
            action(project, folder, offline=offline)
        taken, processor = [], []
        for _ in range(rounds):
            marks = [processor_time()]
            parts = []
            for action in both:
                parts.append(action(project, folder, offline=offline))
                marks.append(processor_time())
            taken.append(parts)
            processor.append({"bare": marks[1] - marks[0], "check": marks[2] - marks[1]})
    bares, checks = zip(*taken, strict=True)
    totals = [tuple(round(sum(parts.values()), 3) for parts in each) for each in (bares, checks)]
    return Measured(
        project=source.name,
        bare=totals[0],
        check=totals[1],
        commands=medians(bares),
        stages=medians(checks),
        processor=medians(processor),
        ratio=round(statistics.median(totals[1]) / statistics.median(totals[0]), 3),
    )


def processor_time() -> float:
    """Return the seconds of processor time of all children so far, and of theirs."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def medians(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the median of each part."""
    return {part: round(statistics.median(each[part] for each in rounds), 3) for part in rounds[0]}


def show(measured: Measured) -> None:
    """Print one project's numbers."""
    for title, totals, parts in (
        ("bare", measured.bare, measured.commands),
        ("check", measured.check, measured.stages),
    ):
        whole = statistics.median(totals)
        print(
            f"{measured.project}: {title} {whole:.2f} s (of {len(totals)}, {min(totals):.2f} to {max(totals):.2f} s)"
        )
        print(f"    processor time         {measured.processor[title]:6.2f} s")
        for part, seconds in parts.items():
            print(f"    {part:<22} {seconds:6.2f} s  {seconds / whole:4.0%}")
    print(f"{measured.project}: ratio of medians {measured.ratio:.2f}")


def main(arguments: Sequence[str]) -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python3 tests/benchmark", description=__doc__)
    parser.add_argument("projects", nargs="*", type=Path, default=[PURE])
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="how often each is run")
    parser.add_argument("--offline", action="store_true", help="let uv take everything from its cache")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    rounds = max(given.rounds, FEWEST_ROUNDS)
    results = [measure(path.resolve(), rounds=rounds, offline=given.offline) for path in given.projects]
    if given.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        for result in results:
            show(result)
