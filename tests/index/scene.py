"""A release, ready to go out: a manifest, its files in a work folder, a runner, and a bench to publish to."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import tiny_plan
from artifacts.built import Built
from artifacts.sdists import sdist
from artifacts.wheels import wheel
from index.bench import issuer, server
from index.bench.fake_clock import FakeClock
from index.bench.server import Bench
from index.bench.warehouse import TrustedPublisher, Warehouse
from slipway import pipeline
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.records import Artifact, Destination, Plan
from slipway.runner import Runner
from slipway.runner.github import GitHubRunner
from slipway.runner.terminal import PlainRunner

PUBLISHER = TrustedPublisher(environment="pypi")


PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """\
import pathlib, shutil

def build_wheel(folder, settings=None, metadata=None):
    wheel = next(pathlib.Path(__file__).parent.glob("*.whl"))
    shutil.copy(wheel, folder)
    return wheel.name
"""


@cache
def built(name: str = "demo", version: str = "1.0") -> tuple[Built, Built]:
    """Return a wheel and an sdist of one release; the sdist builds without an index."""
    made = wheel(name=name, version=version)
    files = {"pyproject.toml": PYPROJECT, "backend.py": BACKEND, made.filename: made.data}
    return made, sdist(files, name=name, version=version)


def record(file: Built, name: str = "demo", version: str = "1.0") -> Artifact:
    """Return a file's record in the manifest."""
    return Artifact(
        filename=file.filename,
        kind="wheel" if file.filename.endswith(".whl") else "sdist",
        size=len(file.data),
        sha256=hashlib.sha256(file.data).hexdigest(),
        name=name,
        version=version,
    )


@dataclass
class Scene:
    """A release and a bench; `job` on the bench decides who publishes."""

    bench: Bench
    work: Path
    clock: Any
    environ: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    name: str = "demo"
    version: str = "1.0"
    permitted: bool = True

    def __post_init__(self) -> None:
        (self.work / "dist").mkdir(parents=True, exist_ok=True)
        for file in self.files:
            file.at(self.work / "dist")
        self.manifest = self.fresh()

    @property
    def files(self) -> tuple[Built, Built]:
        return built(self.name, self.version)

    @property
    def warehouse(self) -> Warehouse:
        return self.bench.warehouse

    def fresh(self) -> Manifest:
        """Return the manifest as the build left it."""
        artifacts = tuple(record(file, self.name, self.version) for file in self.files)
        return Manifest(artifacts=artifacts, plan=self.plan())

    def plan(self) -> Plan:
        """Return the plan of the job that checked: a tag that publishes to the bench."""
        goal = Destination(index=self.bench.upload_url, publish=True, reason="A tag.", environment="pypi")
        return msgspec.structs.replace(
            tiny_plan.PLAN,
            name=self.name,
            version=self.version,
            pythons=("3.13",),
            event="push",
            destination=goal,
        )

    def runner(self) -> Runner:
        job = self.bench.job
        if job is None:
            return PlainRunner()
        environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": job.event,
            "GITHUB_REPOSITORY": job.repository,
            "GITHUB_REF": job.ref,
            "GITHUB_WORKFLOW_REF": job.workflow_ref,
            "GITHUB_RUN_ID": "77",
        }
        if self.permitted:
            environ |= {
                "ACTIONS_ID_TOKEN_REQUEST_URL": self.bench.token_url,
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": issuer.BEARER,
            }
        return GitHubRunner(environ | self.environ)

    def inputs(self, command: str, **options: Any) -> Inputs:
        given = {"index": self.bench.upload_url, "attestations": "best-effort", **self.options, **options}
        # The start of a command compares it with the file; here the stages are run by themselves.
        given.setdefault("manifest_digest", "0" * 64)
        return Inputs(command=command, path=self.work.parent, work=self.work, **given)

    def publish(self, **options: Any) -> Manifest:
        self.manifest = pipeline.run(
            ("publish",), self.manifest, self.inputs("publish", **options), self.runner()
        )
        return self.manifest

    def verify(self, **options: Any) -> Manifest:
        self.manifest = pipeline.run(
            ("verify",), self.manifest, self.inputs("verify", **options), self.runner()
        )
        return self.manifest

    def release(self) -> Manifest:
        """Publish, and verify where that came to its end."""
        manifest = self.publish()
        return manifest if manifest.failure or manifest.blocking else self.verify()

    def public(self) -> dict[str, bytes]:
        """Return what the index has of the project."""
        project = self.warehouse.projects.get(self.name)
        return {name: file.content for name, file in project.files.items()} if project else {}

    def intended(self) -> dict[str, bytes]:
        return {file.filename: file.data for file in self.files}

    @property
    def complete(self) -> bool:
        """Whether the index has exactly the release, each file taken once."""
        return self.public() == self.intended() and sorted(self.warehouse.archive) == sorted(self.intended())


@contextmanager
def staged(work: Path, *, clock: Any = None, existing: bool = True, **settings: Any) -> Iterator[Scene]:
    """Serve a bench that trusts the job of the scene, and return the scene.

    Args:
        work: the work folder.
        clock: of the index; a fake one by default.
        existing: whether the project exists; else a pending publisher waits for it.
        settings: of the scene.
    """
    clock = clock or FakeClock()
    warehouse = Warehouse(clock)
    name = settings.get("name", "demo")
    if existing:
        warehouse.project(name, PUBLISHER)
    else:
        warehouse.pending[name] = PUBLISHER
    with server.serve(warehouse) as bench:
        yield Scene(bench, work, clock, **settings)
