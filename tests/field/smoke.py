"""Smoke-tests released projects on every Python of this machine; a finding that blocks is a false alarm.

    python3 tests/field/smoke.py [NAME…]

It needs an index and takes some minutes, so it is no part of the test suite. It prints a row per project, and ends
with exit code 1 if one of them was blocked.
"""

import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "scripts")]

import suite

if __name__ == "__main__":
    suite.go_on(Path(__file__).resolve(), sys.argv[1:])

from slipway import processes
from slipway.artifacts import artifact
from slipway.environments import disposable, interpreters
from slipway.environments.disposable import Environment, Interpreter
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.records import Severity
from slipway.runner import detect
from slipway.smoke import sandbox
from slipway.smoke.smoke_test import PackageSources
from slipway.stages import smoke

PROJECTS = Path(__file__).with_name("smoke_projects.toml")


def fetch(pips: dict[Interpreter, Environment], requirement: str, dist: Path, *, pure: bool) -> list[str]:
    """Download the wheel for every Python of this machine, and say for which there is none."""
    absent = []
    for python, pip in pips.items():
        argv = [pip.python, "-I", "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        done = processes.run([*argv, f"--dest={dist}", requirement], cwd=dist, timeout=600)
        if done.returncode:
            absent.append(python.label)
        elif pure:
            return []
    return absent


def smoked(files: tuple[Path, ...], work: Path) -> Addition:
    inputs = Inputs(
        command="smoke", path=work, work=work, files=files, python=("all",), installer=("uv", "pip")
    )
    manifest = Manifest(artifacts=tuple(artifact.record(artifact.read(file)) for file in files))
    return smoke.run(manifest, inputs, detect({}))


def main(names: list[str]) -> int:
    blocked = 0
    table = tomllib.loads(PROJECTS.read_text("utf-8"))
    print(f"Pythons: {', '.join(one.label for one in interpreters.installed())}")
    with disposable.scratch() as scratch:
        pips = {
            python: sandbox.pip_environment(scratch / str(number), python, PackageSources())
            for number, python in enumerate(interpreters.installed())
        }
        for kind, projects in table.items():
            for name, version in projects.items():
                if not names or name in names:
                    dist = Path(tempfile.mkdtemp(dir=scratch))
                    started = time.monotonic()
                    absent = fetch(pips, f"{name}=={version}", dist, pure=kind == "pure")
                    addition = smoked(tuple(sorted(dist.iterdir())), scratch)
                    blocked += row(name, version, addition, absent, time.monotonic() - started)
    print(f"{blocked} false alarms")
    return 1 if blocked else 0


def row(name: str, version: str, addition: Addition, absent: list[str], seconds: float) -> int:
    """Print what happened to a project, and return whether it was blocked."""
    tried = ", ".join(
        f"{leg.python}{' with pip' if leg.installer == 'pip' else ''}" for leg in addition.smoke_results
    )
    errors = [f for f in addition.findings if f.severity == Severity.ERROR]
    sign = "BLOCKED" if errors or not addition.smoke_results else "ok"
    print(
        f"{sign:8}{name} {version}: {len(addition.smoke_results)} legs in {seconds:.0f} s ({tried})",
        flush=True,
    )
    if absent:
        print(f"{'':8}  no wheel for {', '.join(absent)}")
    for finding in addition.findings:
        print(f"{'':8}  {finding.severity} {finding.rule}: {finding.message}")
        if finding.severity == Severity.ERROR:
            print(finding.seen)
    return int(bool(errors) or not addition.smoke_results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
