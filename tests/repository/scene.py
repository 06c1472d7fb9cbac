"""A release that the gate handed on, and the job that announces it to a stand-in for GitHub on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import tiny_plan
from slipway import pipeline
from slipway.manifest import FILENAME, Manifest, read_manifest, write_manifest
from slipway.options import Inputs
from slipway.records import Artifact, Destination, Git, Notes, Plan, Sbom
from slipway.repository import stand_in
from slipway.repository.stand_in import Fault
from slipway.repository.stand_in_repository import Call, Document, Repository
from slipway.runner import Event
from trust.jobs import JobRunner

TAG = "v1.0"
COMMIT = "c" * 40
EVENT = Event(name="push", ref=f"refs/tags/{TAG}", repository="acme/demo", run_id="7")
LAPTOP = Event(name="local")
FILES = {"demo-1.0.tar.gz": b"the sdist", "demo-1.0-py3-none-any.whl": b"the wheel"}
SECTION = Notes(file="CHANGELOG.md", line=3, text="### Added\n\n- A feature.\n")

BODY = "### Added\n\n- A feature.\n\n## What's Changed\n* Everything"
"""The notes that the release gets: the section, and what the stand-in generates."""


def planned(**values: Any) -> Plan:
    """Return the plan of a release that its tag started."""
    given = {
        "event": "push",
        "ref": EVENT.ref,
        "tag": TAG,
        "tag_version": "1.0",
        "git": Git(commit=COMMIT, tags=(TAG,), dirty=(), shallow=False, committed_at=1),
        "destination": Destination(index="pypi", publish=True, reason="The release tag publishes to PyPI."),
        "notes": SECTION,
        **values,
    }
    return msgspec.structs.replace(tiny_plan.PLAN, **given)


def handed_on(**values: Any) -> Manifest:
    """Return the manifest of the gate; values are of its plan."""
    artifacts = tuple(
        Artifact(
            filename=name,
            kind="wheel" if name.endswith(".whl") else "sdist",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            name="demo",
            version="1.0",
        )
        for name, content in FILES.items()
    )
    return Manifest(slipway="0", command="check", job="gate", plan=planned(**values), artifacts=artifacts)


@dataclass
class Scene:
    """The stand-in, and a work folder as actions/download-artifact fills it.

    Attributes:
        fault: what happens to each request; asked by the stand-in.
        said: the lines of the last run.
        sbom: the bill of materials, where the manifest names one.
    """

    folder: Path
    github: Repository
    fault: Any = None
    manifest: Manifest = field(default_factory=handed_on)
    event: Event = EVENT
    said: list[str] = field(default_factory=list)
    sbom: bytes = b""

    @property
    def work(self) -> Path:
        return self.folder / ".slipway"

    @property
    def digest(self) -> str:
        return hashlib.sha256((self.work / FILENAME).read_bytes()).hexdigest()

    def download(self) -> None:
        """Fill the work folder."""
        (self.work / "dist").mkdir(parents=True, exist_ok=True)
        for name, content in FILES.items():
            (self.work / "dist" / name).write_bytes(content)
        if self.manifest.sbom is not None:
            (self.work / "sbom").mkdir(exist_ok=True)
            (self.work / "sbom" / self.manifest.sbom.filename).write_bytes(self.sbom)
        write_manifest(self.manifest, self.work)

    def lists(self, sbom: bytes) -> None:
        """Let the release have a bill of materials."""
        self.sbom = sbom
        record = Sbom(
            filename="demo-1.0.cdx.json",
            sha256=hashlib.sha256(sbom).hexdigest(),
            size=len(sbom),
            format="CycloneDX 1.6",
            wheel="demo-1.0-py3-none-any.whl",
            components=1,
            python="3.13",
            platform="linux-x86_64",
        )
        self.manifest = msgspec.structs.replace(self.manifest, sbom=record)

    def inputs(self, **values: Any) -> Inputs:
        given = {"manifest_digest": self.digest, "github": self.github.api, **values}
        return Inputs(command="announce", path=self.folder, work=self.work, **given)

    def announce(self, **values: Any) -> Manifest:
        """Run the command as a job that starts with a new work folder."""
        self.download()
        return self.go_on(**values)

    def go_on(self, **values: Any) -> Manifest:
        """Run the command in the work folder as it is."""
        inputs = self.inputs(**values)
        runner = JobRunner(self.event)
        self.said.clear()
        runner.say = self.said.append  # type: ignore[method-assign]
        given = read_manifest(self.work / FILENAME, digest=inputs.manifest_digest)
        return pipeline.run(["announce"], given, inputs, runner)

    def expected(self) -> dict[str, bytes]:
        """Return every file that the release has to have, with its bytes."""
        self.download()
        sums = "".join(f"{one.sha256}  {one.filename}\n" for one in self.manifest.artifacts)
        return {
            **FILES,
            **({self.manifest.sbom.filename: self.sbom} if self.manifest.sbom else {}),
            "SHA256SUMS": sums.encode(),
            FILENAME: (self.work / FILENAME).read_bytes(),
        }

    def attached(self, release: Document) -> dict[str, bytes]:
        """Return what is attached to a release, unfinished uploads left out."""
        return {
            asset["name"]: self.github.contents[asset["id"]]
            for asset in release["assets"]
            if asset["state"] == "uploaded"
        }

    def the_release(self) -> Document:
        """Return the one release there is; it is public, and has exactly the files."""
        [release] = self.github.releases
        assert release["draft"] is False
        assert [asset["state"] for asset in release["assets"]] == ["uploaded"] * len(release["assets"])
        assert self.attached(release) == self.expected()
        return release


@contextmanager
def opened(folder: Path) -> Iterator[Scene]:
    """Serve a repository that has the tag; what fails is said by `Scene.fault`."""
    scene: Scene | None = None

    def faults(call: Call) -> Fault | None:
        fault: Fault | None = scene.fault(call) if scene and scene.fault else None
        return fault

    with stand_in.serve("acme/demo", faults=faults) as github:
        github.push(TAG, COMMIT)
        scene = Scene(folder, github)
        yield scene


def dead_from(number: int, *, late: bool) -> Any:
    """Return faults that cut one request, before or after its effect, and all that follow: as if the run was killed."""

    def fault(call: Call) -> Fault | None:
        if call.number < number:
            return None
        return Fault(is_late=late and call.number == number)

    return fault


def once(method: str, path: str, fault: Fault, *, times: int = 1) -> Any:
    """Return faults that hit the first requests of a kind."""
    left = [times]

    def chosen(call: Call) -> Fault | None:
        if call.method == method and call.path.startswith(path) and left[0]:
            left[0] -= 1
            return fault
        return None

    return chosen
