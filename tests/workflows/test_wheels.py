"""The jobs that build wheels: they build what the plan has, and where that fails the compiler speaks first."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bootstrap
import msgspec
import pytest
from slipway import pipeline, processes, system
from slipway.building import cibuildwheel
from slipway.environments import compiled_tools
from slipway.manifest import Failure, Manifest
from slipway.planning.matrix import RUNNERS
from slipway.report import markdown
from slipway.runner.terminal import PlainRunner
from trust.jobs import Jobs, rules

ROOT = Path(__file__).resolve().parents[2]
COMPILED = ROOT / "examples" / "projects" / "compiled"

COMPILER = "src/demo/_fast.c:1:10: fatal error: parts.h: No such file or directory"
FAILS = f"""
import sys
print("Building cp313-manylinux_x86_64 wheel")
print({COMPILER!r})
for number in range(60):
    print(f"  File 'setuptools/{{number}}.py', in run")
sys.exit(1)
"""


def wheels(run: Jobs, name: str) -> Manifest:
    """Return what the job of this name makes of the sdist that the build job handed over."""
    built = (json.dumps(msgspec.to_builtins(run.built["build"])),)
    inputs = run.inputs("build", from_=run.parts, built=built, job=name)
    return pipeline.run(("wheels",), Manifest(), inputs, PlainRunner())


@pytest.mark.parametrize("platform", RUNNERS)
def test_the_job_builds_what_the_plan_lists(platform: str) -> None:
    """Asked in the two ways, cibuildwheel lists the same wheels, and none for 32 bits that nobody asked for."""
    system = platform.partition("-")[0]
    options = ("--platform", system, "--archs", cibuildwheel.architectures({}, platform))
    argv = [*compiled_tools.command("cibuildwheel"), *options, "--print-build-identifiers", str(COMPILED)]
    of_the_job = processes.run(argv, cwd=COMPILED, timeout=120).output.split()
    assert of_the_job
    assert tuple(of_the_job) == cibuildwheel.read(COMPILED, {}, [platform])
    assert not any(name.endswith(("win32", "i686")) for name in of_the_job)


@pytest.mark.parametrize(
    ("table", "archs"),
    [
        ({}, "AMD64"),
        ({"archs": "auto"}, "AMD64"),
        ({"archs": "x86 AMD64"}, "x86,AMD64"),
        ({"archs": ["x86"], "windows": {"archs": ["AMD64", "ARM64"]}}, "AMD64,ARM64"),
    ],
)
def test_a_project_names_its_architectures(table: dict[str, object], archs: str) -> None:
    assert cibuildwheel.architectures({"tool": {"cibuildwheel": table}}, "windows-AMD64") == archs


def test_a_compiler_that_fails_is_heard_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words are in the result of the job and in the report of the gate, and that platform is not green."""
    run = Jobs(tmp_path, compiled=True)
    wheel_job, smoke_job = run.first("wheels"), run.first("smoke")
    with monkeypatch.context() as patched:
        patched.setattr(compiled_tools, "command", lambda _: (sys.executable, "-c", FAILS))
        failed = wheels(run, wheel_job)
    assert failed.failure is not None
    assert failed.failure.log[0] == COMPILER
    assert failed.exit_code == 1
    del run.built[wheel_job]
    run.hand_over(wheel_job, Manifest(failure=failed.failure))
    without_wheel = Failure(stage="smoke", happened="There is no wheel.", cause="-", remedy="-")
    run.smoke(smoke_job, smoke_results=(), failure=without_wheel)
    decided = run.decide()
    assert rules(decided) == {"job-failed"}
    report = markdown.render(decided)
    assert COMPILER in report
    assert "passed" not in report


def test_a_platform_without_a_wheel_is_not_green(tmp_path: Path) -> None:
    """Its smoke job does not pass with the sdist alone."""
    run = Jobs(tmp_path, compiled=True)
    built = (json.dumps(msgspec.to_builtins(run.built["build"])),)
    inputs = run.inputs("smoke", from_=run.parts, built=built, job=run.first("smoke"))
    manifest = pipeline.run(("gather", "smoke"), Manifest(), inputs, PlainRunner())
    assert manifest.failure is not None
    assert manifest.failure.happened == "There is no wheel for linux-x86_64."


def test_only_the_sdist_that_was_put_out_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Jobs(tmp_path, compiled=True)
    started = (sys.executable, "-c", "raise SystemExit('was started')")
    monkeypatch.setattr(compiled_tools, "command", lambda _: started)
    for path in run.parts.rglob("*.tar.gz"):
        path.write_bytes(b"something else")
    failure = wheels(run, run.first("wheels")).failure
    assert failure is not None
    assert "is not the file that the job build put out" in failure.happened


STARTS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from slipway import processes
from slipway.environments import compiled_tools
for program in ("auditwheel", "abi3audit", "cibuildwheel"):
    argv = [*compiled_tools.command(program), "--help"]
    print(program, argv[0] == sys.executable, processes.run(argv, cwd=Path.cwd(), timeout=120).returncode)
"""


def test_a_job_gets_the_tools_for_compiled_wheels_when_it_starts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not in the environment of the job, and nothing of them is left behind."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    check = bootstrap.environment(bootstrap.IN_JOBS["check"])
    python = system.python_of(check)
    done = processes.run([python, "-I", "-c", STARTS, str(ROOT / "scripts")], cwd=ROOT, timeout=300)
    assert done.output.splitlines() == [
        f"{name} False 0" for name in ("auditwheel", "abi3audit", "cibuildwheel")
    ]
    assert list(tmp_path.iterdir()) == []
