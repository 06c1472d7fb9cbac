"""Inspects released projects and validates their sources; the index took them and they work, so an error is a false alarm.

    python3 tests/field/inspection.py [--add] [NAME…]

`--add` puts the newest release of each named project on the list first. It needs an index and downloads some hundred
megabytes once, so it is no part of the test suite; the files stay in `slipway-field` in the folder for temporary
files, or where SLIPWAY_FIELD_CACHE says. It prints a row per project and counts by rule, and ends with exit code 1
for an error, a rule that broke, or a warning that the list does not call true.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "scripts")]

import suite

if __name__ == "__main__":
    suite.go_on(Path(__file__).resolve(), sys.argv[1:])

import released
from released import Project
from slipway.building.unpack import unpack
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project import source
from slipway.records import Finding, Severity
from slipway.runner import detect
from slipway.stages import inspect
from slipway.stages.validate import judge_source

LIST = Path(__file__).with_name("inspection_projects.toml")


def inspected(files: tuple[Path, ...], work: Path) -> Addition:
    inputs = Inputs(command="inspect", path=work, work=work, files=files)
    return inspect.run(Manifest(), inputs, detect({}))


def refused_source(sdist: Path) -> list[Finding]:
    """Return the errors that are found in the source of an sdist; most of its warnings hold for checkouts only."""
    with tempfile.TemporaryDirectory() as folder:
        facts = source.read(unpack(sdist, Path(folder)), tag=None, tag_version=None, release=False)
        return [f for f in judge_source(facts, ignored={}).findings if f.severity == Severity.ERROR]


def main(arguments: list[str]) -> int:
    cache = Path(os.environ.get("SLIPWAY_FIELD_CACHE") or Path(tempfile.gettempdir(), "slipway-field"))
    cache.mkdir(parents=True, exist_ok=True)
    names = [name for name in arguments if name != "--add"]
    projects = released.listed(LIST)
    if names != arguments:
        for project in released.newest(names, cache):
            projects[project.name] = project
            released.write(projects, LIST)
    chosen = [project for name, project in projects.items() if not names or name in names]
    released.fetch(chosen, cache)
    counts: Counter[tuple[Severity, str]] = Counter()
    bad = sum([row(project, cache, counts) for project in chosen])
    print(f"\n{len(chosen)} projects, {sum(len(project.files) for project in chosen)} artifacts")
    for (severity, rule), count in sorted(counts.items(), key=lambda item: (-item[0][0].rank, item[0][1])):
        print(f"{count:5} {severity} {rule}")
    return 1 if bad else 0


def row(project: Project, cache: Path, counts: Counter[tuple[Severity, str]]) -> bool:
    """Print what was found in a project, and return whether that is a false alarm."""
    started = time.monotonic()
    addition = inspected(tuple(cache / name for name in sorted(project.files)), cache)
    in_source = [
        f for name in project.files if name.endswith(".tar.gz") for f in refused_source(cache / name)
    ]
    seconds = time.monotonic() - started
    found = [*addition.findings, *in_source]
    counts.update((finding.severity, finding.rule) for finding in found)
    known = {Severity.ERROR: project.refused, Severity.WARNING: project.warnings}
    wrong = [f for f in found if f.severity != Severity.NOTE and f.rule not in known[f.severity]]
    bad = bool(wrong or addition.broken_rules)
    sign = "WRONG" if bad else "ok"
    print(
        f"{sign:6}{project.name} {project.version}: {len(project.files)} files in {seconds:.1f} s", flush=True
    )
    for finding in wrong:
        where = ":".join(
            map(str, filter(None, (finding.where.artifact, finding.where.file, finding.where.line)))
        )
        print(f"{'':6}  {finding.severity} {finding.rule}: {finding.message} [{where}]")
    for broken in addition.broken_rules:
        print(f"{'':6}  broken {broken.rule}: {broken.reason}")
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
