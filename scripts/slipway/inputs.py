"""What was asked for: the frozen record of the values of the options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slipway.index.credentials import Credential
from slipway.options import OPTIONS, Option
from slipway.records import Severity

__all__ = ["OPTIONS", "Inputs", "Installer", "Option", "Resolution"]

Installer = Literal["uv", "pip"]
Resolution = Literal["highest", "lowest-direct"]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The values of the options for one run, and what the command was pointed at.

    Attributes:
        command: the command's name.
        path: the project's folder, absolute.
        work: the work folder, absolute; `dist` is inside it.
        files: the artifacts named on the command line, for `inspect` and `smoke`.
        keeps: whether the manifest and the report are written into the work folder.
        from_: the folder that other jobs' artifacts and manifests were downloaded to.
        credential: what an index of our own wants; for every other one it comes from the environment.
    """

    command: str
    path: Path
    work: Path
    files: tuple[Path, ...] = ()
    keeps: bool = True
    json: bool = False
    verbose: bool = False
    fail_on: Severity = Severity.ERROR
    tag: str | None = None
    tag_prefix: str = "v"
    index: str | None = None
    all_projects: bool = False
    only_changed: bool = False
    python: tuple[str, ...] = ()
    thorough: bool = False
    installer: tuple[Installer, ...] = ()
    resolution: tuple[Resolution, ...] = ()
    extras: tuple[str, ...] = ()
    constraint: tuple[str, ...] = ()
    wheelhouse: Path | None = None
    find_links: tuple[str, ...] = ()
    smoke_command: str | None = None
    test_command: str | None = None
    test_requires: tuple[str, ...] = ()
    test_sources: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    python_versions: tuple[str, ...] = ()
    smoke_jobs: int = 12
    runners: tuple[str, ...] = ()
    from_: Path | None = None
    job: str = ""
    called_workflow: str | None = None
    uses: str | None = None
    check: bool = False
    overwrite: bool = False
    build_timeout: float = 1800.0
    smoke_timeout: float = 600.0
    attestations: Literal["required", "best-effort", "off"] = "best-effort"
    dry_run: bool = False
    simple_index: str | None = None
    publish_timeout: float = 900.0
    verify_timeout: float = 900.0
    credential: Credential | None = None

    @property
    def dist(self) -> Path:
        """The folder the artifacts are in."""
        return self.work / "dist"

    @property
    def logs(self) -> Path:
        """The folder the full output of builds and tests is kept in."""
        return self.work / "logs"

    def locate(self, filename: str) -> Path:
        """Return the path of an artifact: the file named on the command line, else the one in `dist`."""
        return next((file for file in self.files if file.name == filename), self.dist / filename)
