"""What the jobs of a workflow hand over: their manifests, and the artifacts beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.errors import InputError
from slipway.manifest import FILENAME, Manifest, read_manifest, sha256
from slipway.records import Plan

SUFFIXES = (".whl", ".tar.gz")
PLANNER = "plan"
"""The job that plans for all others in python-package.yml."""

MOST_FILES = 20_000
"""Most files that are read below the folder; a release has far fewer."""


@dataclass(frozen=True, kw_only=True)
class Handover:
    """Everything found below one folder.

    Attributes:
        plan: what was to be built and tested; the jobs go by the same one.
        manifests: the last one of each job.
        files: every artifact by its filename, with the digest of each place it was found at.
    """

    plan: Plan | None
    manifests: tuple[Manifest, ...]
    files: Mapping[str, Mapping[Path, str]]

    @property
    def jobs(self) -> frozenset[str]:
        """The names of the jobs that handed in a manifest."""
        return frozenset(manifest.job for manifest in self.manifests)


def read(folder: Path) -> Handover:
    """Return the manifests and artifacts below a folder.

    Raises:
        InputError: there is nothing, or a manifest cannot be read.
    """
    manifests: dict[str, Manifest] = {}
    files: dict[str, dict[Path, str]] = {}
    for path in _walk(folder):
        if path.name == FILENAME:
            manifest = read_manifest(path)
            if manifest.job not in manifests or manifests[manifest.job].attempt < manifest.attempt:
                manifests[manifest.job] = manifest
        elif path.name.endswith(SUFFIXES):
            files.setdefault(path.name, {})[path] = sha256(path)
    if not manifests and not files:
        raise InputError(
            f"{folder} holds neither a manifest nor an artifact.",
            cause="No job before this one handed anything over, or it was downloaded to another folder.",
            remedy="Look at the jobs that build; `from` names the folder that their artifacts are downloaded to.",
        )
    planned = [manifest for manifest in manifests.values() if manifest.plan is not None]
    # The plan of the job that plans counts; without one, the others must have made the same plan.
    first = min(planned, key=lambda manifest: (manifest.job != PLANNER, manifest.job), default=None)
    return Handover(plan=first.plan if first else None, manifests=tuple(manifests.values()), files=files)


def _walk(folder: Path) -> Iterator[Path]:
    seen = 0
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            seen += 1
            if seen > MOST_FILES:
                raise InputError(
                    f"{folder} holds more than {MOST_FILES} files.",
                    cause="It is not a folder of artifacts and manifests.",
                    remedy="Name the folder that the artifacts of the other jobs were downloaded to.",
                )
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path
