"""Builds released projects twice, as two jobs would, and says how the two builds agree.

    python3 tests/field/built_twice.py [NAME…]

It needs an index, compilers for the compiled ones, and for those that maturin builds Rust and its registry, so it is no
part of the test suite. The two copies of a source lie in folders of other names and have files of other times, as two
checkouts do; the time of the commit is the same. It prints a row for each artifact with what differs and the known causes,
and ends with exit code 1 where a difference has no known cause.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "scripts")]

import suite

if __name__ == "__main__":
    suite.go_on(Path(__file__).resolve(), sys.argv[1:])

import released
from slipway.building.unpack import unpack

NAMES = ("pyyaml", "msgpack", "rpds-py")
"""Compiled with setuptools and Cython; with setuptools and C; with maturin and Rust."""
COMMIT_TIME = "1700000000"
CHECKOUTS = {"one": 1_710_000_000, "another-folder": 1_720_000_000}
"""The two copies, each with the time of its files."""


def checked_out(sdist: Path, folder: Path, modified: int) -> Path:
    """Unpack an sdist as a checkout of the commit would be: the files have the time at which they were written."""
    project = unpack(sdist, folder)
    for path in folder.rglob("*"):
        os.utime(path, (modified, modified), follow_symlinks=False)
    if "maturin" in (project / "pyproject.toml").read_text("utf-8"):
        # A checkout has none, and maturin refuses to write over it.
        (project / "PKG-INFO").unlink(missing_ok=True)
    return project


def slipway(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    argv = [sys.executable, "-I", HERE.parents[1] / "scripts", *arguments, "--json"]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": COMMIT_TIME}
    done = subprocess.run(argv, env=environ, capture_output=True, check=False)
    if not done.stdout:
        sys.exit(done.stderr.decode(errors="replace"))
    manifest: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, manifest


def compared(name: str, work: Path) -> list[dict[str, Any]]:
    """Build the newest release of a project twice, and return what is said of each artifact."""
    cache = Path(tempfile.gettempdir(), "slipway-field")
    cache.mkdir(exist_ok=True)
    found = released._ask(name, cache)
    if found is None:
        sys.exit(f"The index has no {name}.")
    filename = next(file for file in found.addresses if not file.endswith(".whl"))
    sdist = released._download(filename, found.addresses[filename], cache)
    for folder, modified in CHECKOUTS.items():
        project = checked_out(sdist, work / folder / "checkout", modified)
        code, manifest = slipway("build", project, "--work", work / folder / "built")
        if code:
            sys.exit(f"{name} could not be built: {json.dumps(manifest['failure'], indent=2)}")
    first, second = (work / folder / "built" for folder in CHECKOUTS)
    _, manifest = slipway("compare", "--work", first, "--with", second)
    return list(manifest["built_twice"])


def main(names: list[str]) -> int:
    verdicts: Counter[str] = Counter()
    unexplained = 0
    for name in names or NAMES:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="slipway-twice-") as work:
            rows = compared(name, Path(work))
        for row in rows:
            verdicts[row["verdict"]] += 1
            unexplained += row["verdict"] != "identical" and not row["causes"]
            print(f"{row['verdict']:13} {row['filename']}", flush=True)
            for line in (*row["differs"], *row["causes"]):
                print(f"    {line}", flush=True)
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    print(", ".join(f"{number} {verdict}" for verdict, number in verdicts.items()))
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
