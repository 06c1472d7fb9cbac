"""Measures `check` against the commands it stands for, in turn."""

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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from field import released

ROOT = Path(__file__).resolve().parents[2]

PURE = ROOT / "examples" / "projects" / "pure"
RELEASED = ROOT / "tests" / "field" / "check_projects.toml"
COMPILED = frozenset({"markupsafe"})
"""Left out: a compiler takes most of the time, and both ways start the same one."""
ROUNDS = 5
ROUNDS_BY_HAND = 1
"""The way by hand takes five times as long as the others together."""


@dataclass(frozen=True)
class Taken:
    """What one run of a way took.

    Attributes:
        clock: seconds passed.
        processor: seconds of processor time of all its processes.
        parts: seconds passed of each of its commands or stages.
    """

    clock: float
    processor: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Measured:
    """One project: the median run of each way, with the seconds of each part, and the ratios of `check` to the others."""

    project: str
    ways: Mapping[str, Taken]
    clock: Mapping[str, float]
    processor: Mapping[str, float]


@dataclass(frozen=True)
class Place:
    """Where the ways run: the project, a folder of its own, and the variables of all commands."""

    project: Path
    folder: Path
    environ: Mapping[str, str]

    def run(self, *argv: str | Path, cwd: Path | None = None) -> float:
        """Run a command and return the seconds it took; its output is shown only where it fails."""
        started = time.perf_counter()
        done = subprocess.run(
            [str(part) for part in argv],
            cwd=cwd or self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        # `twine check --strict` fails on a missing description, which the project may be without.
        if done.returncode and "FAILED due to warnings" not in done.stdout:
            sys.exit(f"{' '.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return time.perf_counter() - started

    def built(self) -> tuple[list[Path], list[Path]]:
        """Return the wheels, and all files, of the folder `dist`."""
        files = sorted((self.folder / "dist").glob("*-*"))
        return [file for file in files if file.suffix == ".whl"], files


def bare(place: Place) -> dict[str, float]:
    """Do what build-and-inspect-python-package does: build, look at the files, install nothing."""
    programs, dist = Path(sys.executable).parent, place.folder / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    build = place.run(programs / "uv", "build", "--quiet", "--out-dir", dist, place.project)
    wheels, files = place.built()
    return {
        "uv build": build,
        "check-wheel-contents": place.run(programs / "check-wheel-contents", "--ignore=W", *wheels),
        "twine check --strict": place.run(programs / "twine", "check", "--strict", *files),
    }


def by_hand(place: Place) -> dict[str, float]:
    """Do what the guide of PyPA says, and install and import both files, each in an environment of its own."""
    programs, dist = Path(sys.executable).parent, place.folder / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    taken = {
        "python -m build": place.run(programs / "python", "-m", "build", "--outdir", dist, place.project)
    }
    wheels, files = place.built()
    taken["twine check"] = place.run(programs / "twine", "check", *files)
    module = importable(wheels[0])
    for file in files:
        kind = "wheel" if file in wheels else "sdist"
        environment = place.folder / f"by-hand-{kind}"
        shutil.rmtree(environment, ignore_errors=True)
        python = environment / "bin" / "python"
        taken[f"{kind}: venv, pip install, import"] = (
            place.run(base_python(), "-m", "venv", environment)
            + place.run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", file)
            + (place.run(python, "-c", f"import {module}") if module else 0)
        )
    return taken


def importable(wheel: Path) -> str | None:
    """Return a name to import, None where there is none."""
    from slipway.artifacts import wheel as wheels

    return next(iter(wheels.read(wheel).importable), None)


def check(place: Place) -> dict[str, float]:
    """Run `check`, smoke test included, as the README says."""
    work = place.folder / "work"
    whole = place.run(base_python(), ROOT / "scripts", "check", "--work", work, place.project)
    manifest = json.loads((work / "manifest.json").read_bytes())
    stages = {stage["name"]: stage["seconds"] for stage in manifest["stages"]}
    return {**stages, "start, loading, report": whole - sum(stages.values())}


def base_python() -> str:
    """Return the Python that the environment of the tests was made from."""
    return getattr(sys, "_base_executable", sys.executable)


WAYS: Mapping[str, Callable[[Place], dict[str, float]]] = {"bare": bare, "check": check, "by hand": by_hand}


def measure(source: Path, *, rounds: int, offline: bool) -> Measured:
    """Measure one project: a first round of each way to fill every cache, then the ways in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = shutil.copytree(source, folder / source.name, symlinks=True)
        environ = {**os.environ, **({"UV_OFFLINE": "1"} if offline else {})}
        place = Place(project, folder, environ)
        taken: dict[str, list[Taken]] = {way: [] for way in WAYS}
        for number in range(-1, rounds):
            for way, action in WAYS.items():
                if way != "by hand" or number < ROUNDS_BY_HAND:
                    one = timed(action, place)
                    taken[way] += [one] if number >= 0 else []
    ways = {way: median(runs) for way, runs in taken.items()}
    others = [way for way in WAYS if way != "check"]
    return Measured(
        project=source.name,
        ways=ways,
        clock={way: round(ways["check"].clock / ways[way].clock, 3) for way in others},
        processor={way: round(ways["check"].processor / ways[way].processor, 3) for way in others},
    )


def timed(action: Callable[[Place], dict[str, float]], place: Place) -> Taken:
    """Run a way once."""
    before = processor_time()
    parts = action(place)
    return Taken(sum(parts.values()), processor_time() - before, parts)


def median(runs: Sequence[Taken]) -> Taken:
    """Return the medians of several runs."""
    return Taken(
        clock=round(statistics.median(run.clock for run in runs), 3),
        processor=round(statistics.median(run.processor for run in runs), 3),
        parts={part: round(statistics.median(run.parts[part] for run in runs), 3) for part in runs[0].parts},
    )


def processor_time() -> float:
    """Return the seconds of processor time of all children so far, and of theirs."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def show(measured: Measured) -> None:
    """Print one project's numbers."""
    print(f"{measured.project}")
    for way, taken in measured.ways.items():
        parts = ", ".join(
            f"{part} {seconds:.2f}" for part, seconds in taken.parts.items() if seconds >= 0.005
        )
        print(f"  {way:<8} {taken.clock:6.2f} s, of processor {taken.processor:6.2f} s: {parts}")
    for way, ratio in measured.clock.items():
        print(f"  check to {way}: {ratio:.2f} by the clock, {measured.processor[way]:.2f} of processor")
    sys.stdout.flush()


def show_medians(results: Sequence[Measured]) -> None:
    """Print the medians over all projects."""
    print(f"median of {len(results)} projects")
    for way in results[0].clock:
        by_clock = statistics.median(one.clock[way] for one in results)
        by_processor = statistics.median(one.processor[way] for one in results)
        print(f"  check to {way}: {by_clock:.2f} by the clock, {by_processor:.2f} of processor")


def projects(folder: Path) -> list[Path]:
    """Return the example and the released projects, unpacked in a folder."""
    wanted = [one for one in released.listed(RELEASED).values() if one.name not in COMPILED]
    return [PURE, *(released.unpacked(one, folder / one.name) for one in wanted)]


def main(arguments: Sequence[str]) -> None:
    """Measure what the command line names, else the example and the released projects."""
    parser = argparse.ArgumentParser(prog="python3 tests/benchmark", description=__doc__)
    parser.add_argument("projects", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is run")
    parser.add_argument("--offline", action="store_true", help="let uv take everything from its cache")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for path in [one.resolve() for one in given.projects] or projects(Path(folder)):
            results.append(measure(path, rounds=given.rounds, offline=given.offline))
            if not given.json:
                show(results[-1])
    if given.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        show_medians(results)
