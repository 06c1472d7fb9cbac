"""Compares the newest releases of popular projects with the ones before; what is found in them is to be little and true.

    python3 tests/field/comparison.py [NAME…]

It needs an index and downloads some hundred megabytes, so it is no part of the test suite. The newest files stay in
`slipway-field` in the folder for temporary files. It prints a row per project with the number of lines that a report
shows of it and the seconds it took, then what was found, and ends with exit code 1 if a project has too many lines or
if half of them have more than one.
"""

import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "scripts")]

import suite

if __name__ == "__main__":
    suite.go_on(Path(__file__).resolve(), sys.argv[1:])

import released
from slipway.artifacts import artifact
from slipway.index import addresses
from slipway.index.client import Client
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.runner import detect
from slipway.stages import compare

NAMES = (
    *("requests", "urllib3", "certifi", "idna", "click", "flask", "jinja2", "attrs", "pydantic", "httpx"),
    *(
        "numpy",
        "pandas",
        "rich",
        "pytest",
        "setuptools",
        "pip",
        "wheel",
        "virtualenv",
        "packaging",
        "sqlalchemy",
    ),
    *(
        "fastapi",
        "starlette",
        "boto3",
        "cryptography",
        "pyyaml",
        "lxml",
        "pillow",
        "mypy",
        "hatchling",
        "django",
    ),
)
MOST_LINES = 25
"""Of one project."""


def newest(name: str, cache: Path) -> tuple[Path, ...]:
    """Download the sdist and a wheel for each kind of platform of a project's newest final release."""
    with closing(Client(addresses.resolve("pypi"))) as client:
        files = {one.filename: one for one in client.listing(name).before(None)}
        chosen = [files[file] for file in released._chosen(sorted(files))]
        for one in chosen:
            if not (cache / one.filename).is_file() and (one.size or 0) <= released.LARGEST:
                client.download(one, cache / one.filename)
    return tuple(cache / one.filename for one in chosen if (cache / one.filename).is_file())


def compared(files: tuple[Path, ...], work: Path) -> Addition:
    inputs = Inputs(command="compare", path=work, work=work, files=files)
    manifest = Manifest(artifacts=tuple(artifact.identify(file) for file in files))
    return compare.run(manifest, inputs, detect({}))


def lines(addition: Addition) -> list[str]:
    """Return a line for each finding, and one for each further line that it has of public names."""
    found = []
    # Only some of the wheels are here, so that platforms say nothing.
    for finding in (one for one in addition.findings if one.rule != "platforms-gone"):
        more = (finding.seen or "").splitlines() if finding.rule == "interface-changed" else []
        found += [
            f"{finding.severity.value} {finding.rule}: {finding.message}",
            *(f"    {one}" for one in more),
        ]
    return found


def main(names: list[str]) -> int:
    cache = Path(tempfile.gettempdir(), "slipway-field")
    cache.mkdir(exist_ok=True)
    counts: dict[str, int] = {}
    for name in names or NAMES:
        files = newest(name, cache)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as work:
            addition = compared(files, Path(work))
        found = lines(addition)
        counts[name] = len(found)
        beside = addition.comparison
        what = f"{beside.version} {beside.place}" if beside else addition.skipped
        print(
            f"{name:14} {len(files)} files  {what:20} {len(found):3} lines  {time.monotonic() - started:5.1f} s",
            flush=True,
        )
        for one in (*found, *(f"untried: {one}" for one in (beside.untried if beside else ()))):
            print(f"    {one}", flush=True)
        if addition.broken_rules:
            print(addition.broken_rules)
    middle = statistics.median(counts.values())
    print(f"median {middle:g} lines, at most {max(counts.values())}")
    return int(middle > 1 or max(counts.values()) > MOST_LINES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
