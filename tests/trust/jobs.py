"""The jobs of a workflow run, as they hand over to the job that decides: honest, until a test lets one of them lie."""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
from artifacts import sdist, wheel
from slipway import pipeline
from slipway.commands import COMMANDS
from slipway.manifest import Manifest, write_manifest
from slipway.options import Inputs
from slipway.records import Artifact, Built, Plan, SmokeResult, StageResult
from slipway.runner.base import Event
from slipway.runner.terminal import PlainRunner
from slipway.stages import index

NAME, VERSION = "demo", "1.0"

PYPROJECT = f"""\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{NAME}"
version = "{VERSION}"
description = "A project whose jobs are played by a test."
readme = "README.md"
requires-python = ">=3.13"
license = "MIT"
license-files = ["LICENSE"]

[project.urls]
Source = "https://example.org/source"
"""


COMPILED = """
[tool.setuptools]
ext-modules = [{ name = "demo._fast", sources = ["src/demo/_fast.c"] }]

[tool.cibuildwheel]
build = "cp313-manylinux_x86_64"
"""
"""What makes the project a compiled one, with one wheel on one platform."""


class JobRunner(PlainRunner):
    """A place that says it runs for an event."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    def event(self) -> Event:
        return self._event


TAG = Event(name="push", ref=f"refs/tags/v{VERSION}", repository="acme/demo", attempt=2)
BRANCH = Event(name="push", ref="refs/heads/main", repository="acme/demo", attempt=2)
DISPATCH = Event(
    name="workflow_dispatch", ref="refs/heads/main", repository="acme/demo", attempt=1, run_id="77"
)


@functools.cache
def _repository(*, compiled: bool) -> Path:
    """A repository of the project with its tag, made once: each scene has a copy."""
    folder = Path(tempfile.mkdtemp(prefix="jobs-"))
    atexit.register(shutil.rmtree, folder)
    package = folder / "src" / NAME
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    declared = PYPROJECT
    if compiled:
        (package / "_fast.c").write_text("")
        backend = PYPROJECT.replace("hatchling.build", "setuptools.build_meta")
        declared = backend.replace("hatchling", "setuptools") + COMPILED
    for name, content in {
        "pyproject.toml": declared,
        "README.md": "# Demo\n\nA demo.\n",
        "LICENSE": "MIT\n",
    }.items():
        (folder / name).write_text(content)
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.invalid", "-c", "commit.gpgsign=false"]
    for command in (
        ["init", "-qb", "main", "--template="],
        ["add", "-A"],
        ["commit", "-qm", "Begin"],
        ["tag", f"v{VERSION}"],
    ):
        subprocess.run(["git", "-C", str(folder), *who, *command], check=True)
    return folder


@dataclass
class Jobs:
    """A checkout, and a folder as actions/download-artifact fills it."""

    folder: Path
    event: Event = TAG
    compiled: bool = False
    second_build: bool = False
    version: str = VERSION
    built: dict[str, Built] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checkout = self.folder / "checkout"
        self.parts = self.folder / "parts"
        shutil.copytree(_repository(compiled=self.compiled), self.checkout)
        self.plan = self.plan_again()
        tag = "cp313-cp313-manylinux_2_17_x86_64" if self.compiled else "py3-none-any"
        self.files = {
            b.filename: b.data
            for b in (wheel(name=NAME, version=self.version, tag=tag), sdist(name=NAME, version=self.version))
        }
        self.honest()

    def inputs(self, command: str, **values: Any) -> Inputs:
        platforms = ("linux",) if self.compiled else ()
        given = {"platforms": platforms, "second_build": self.second_build, **values}
        return Inputs(command=command, path=self.checkout, work=self.folder / command, **given)

    def plan_again(self) -> Plan:
        made = pipeline.run(("plan",), Manifest(), self.inputs("plan"), JobRunner(self.event))
        assert made.failure is None, made.failure
        return made.planned()

    def honest(self) -> None:
        """Let every job hand over what it should."""
        for job in self.plan.jobs:
            if job.kind == "smoke":
                self.smoke(job.name)
            else:
                built = {f: data for f, data in self.files.items() if self._builds(job.kind, f)}
                self.build(job.name, built, smoke_results=self.results(job.name))

    def _builds(self, kind: str, filename: str) -> bool:
        return not self.compiled or (kind == "wheels") == filename.endswith(".whl")

    def build(self, name: str, files: dict[str, bytes], attempt: int = 1, **changes: Any) -> Path:
        self.built[name] = Built(job=name, attempt=attempt, files={f: digest(d) for f, d in files.items()})
        return self.hand_over(name, Manifest(stages=done("plan", "build"), **changes), files, attempt=attempt)

    def results(self, name: str) -> tuple[SmokeResult, ...]:
        """Return what the smoke tests of a job found that was planned for some Pythons."""
        job = self.plan.job(name)
        return tuple(
            SmokeResult(
                artifact=f, python=f"{version}.1", installer="uv", origin="file", passed=True, seconds=1.0
            )
            for f in self.files
            for version in (job.pythons if job else ())
        )

    def smoke(self, name: str, attempt: int = 1, **changes: Any) -> Path:
        manifest = Manifest(smoke_results=self.results(name), stages=done("gather", "smoke"))
        return self.hand_over(name, msgspec.structs.replace(manifest, **changes), attempt=attempt)

    def hand_over(
        self, name: str, manifest: Manifest, files: dict[str, bytes] | None = None, *, attempt: int = 1
    ) -> Path:
        """Write what a job uploads, and return its folder."""
        folder = self.parts / f"slipway.{NAME}.{name.replace('.', '-')}.{attempt}"
        folder.mkdir(parents=True, exist_ok=True)
        artifacts = manifest.artifacts or records(self.files)
        own = {"plan": manifest.plan or self.plan, "artifacts": artifacts, "job": name, "attempt": attempt}
        write_manifest(msgspec.structs.replace(manifest, **own), folder)
        (folder / "report.md").write_text("A report.\n")
        for filename, data in (files or {}).items():
            (folder / "dist").mkdir(exist_ok=True)
            (folder / "dist" / filename).write_bytes(data)
        return folder

    def first(self, kind: str) -> str:
        """Return the name of the first job of a kind."""
        return next(job.name for job in self.plan.jobs if job.kind == kind)

    def decide(self, *, only: tuple[str, ...] = (), **values: Any) -> Manifest:
        """Run the job that decides, or only some of its stages, and return its manifest."""
        [check] = [command for command in COMMANDS if command.name == "check"]
        # As python-package.yml writes it, where no job put out anything.
        lines = tuple(json.dumps(msgspec.to_builtins(one)) for one in self.built.values()) or ("-",)
        inputs = self.inputs("check", from_=self.parts, built=lines, job="gate", **values)
        # What PyPI says of a project called demo is not the subject, so it is out of reach, and nobody waits for it.
        unreachable = mock.patch.dict(os.environ, {"HTTPS_PROXY": NOWHERE, "https_proxy": NOWHERE})
        with unreachable, mock.patch.object(index, "PATIENCE", 0.0):
            return pipeline.run(only or check.gathers, Manifest(), replace(inputs), JobRunner(self.event))


NOWHERE = "http://127.0.0.1:9"
"""An address on which nothing listens (the port of the discard service)."""


def done(*stages: str) -> tuple[StageResult, ...]:
    return tuple(StageResult(name=name, outcome="done", seconds=0.1) for name in stages)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def records(files: dict[str, bytes]) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(
            filename=name,
            kind="wheel" if name.endswith(".whl") else "sdist",
            size=len(data),
            sha256=digest(data),
        )
        for name, data in files.items()
    )


def rules(manifest: Manifest) -> set[str]:
    return {finding.rule for finding in manifest.blocking}


def bytes_of(manifest: Manifest) -> dict[str, str]:
    return {one.filename: one.sha256 for one in manifest.artifacts}


def folder_digests(folder: Path) -> dict[str, str]:
    return {path.name: digest(path.read_bytes()) for path in sorted(folder.iterdir())}


def names(paths: Iterable[Path]) -> list[str]:
    return sorted(path.name for path in paths)
