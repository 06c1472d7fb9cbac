"""Gather: collects what other jobs built and tested, instead of doing it again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from slipway.artifacts import handover
from slipway.artifacts.handover import Handover
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.records import Artifact
from slipway.rules.jobs import RULES as JOB_RULES
from slipway.rules.rule import combined, judge
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Copy the artifacts handed over into the work folder and return them with the plan.

    A check also returns everything that the other jobs found, and judges whether all of them are there.

    Raises:
        InputError: nothing was handed over.
    """
    del manifest
    if inputs.from_ is None:
        raise InputError(
            "The folder with the work of other jobs is not named.",
            cause="The stage that gathers was run without a folder to gather from.",
            remedy="Name the folder with --from.",
        )
    handed = handover.read(inputs.from_)
    runner.say(f"from {len(handed.manifests)} jobs, {len(handed.files)} files")
    addition = Addition(plan=handed.plan, artifacts=tuple(_collect(handed, inputs.dist)))
    if inputs.command != "check":
        return addition
    judged = judge(JOB_RULES, handed, ignored=handed.plan.ignored if handed.plan else {})
    parts = combined([*map(_of_job, handed.manifests), judged])
    return replace(
        addition,
        # What several jobs found or skipped alike counts once.
        findings=tuple(dict.fromkeys(parts.findings)),
        skipped_rules=tuple(dict.fromkeys(parts.skipped_rules)),
        broken_rules=tuple(dict.fromkeys(parts.broken_rules)),
        smoke_results=tuple(replace(r, job=m.job) for m in handed.manifests for r in m.smoke_results),
        stages=tuple(replace(s, job=m.job) for m in handed.manifests for s in m.stages if s.name != "gather"),
    )


def _of_job(manifest: Manifest) -> Addition:
    """Return the findings of a job, each with the job's name, and its skipped and broken rules."""
    return Addition(
        findings=tuple(replace(finding, job=manifest.job) for finding in manifest.findings),
        skipped_rules=manifest.skipped_rules,
        broken_rules=manifest.broken_rules,
    )


def _collect(handed: Handover, dist: Path) -> Iterable[Artifact]:
    """Copy each artifact once and yield its record: the digest in a job's manifest counts, then the bytes found."""
    written = {
        artifact.filename: artifact for manifest in handed.manifests for artifact in manifest.artifacts
    }
    if dist.exists():
        shutil.rmtree(dist)
    dist.mkdir(parents=True)
    for filename, places in sorted(handed.files.items()):
        wanted = written[filename].sha256 if filename in written else None
        source = next((path for path, digest in places.items() if digest == wanted), next(iter(places)))
        shutil.copyfile(source, dist / filename)
        yield Artifact(
            filename=filename,
            kind="wheel" if filename.endswith(".whl") else "sdist",
            size=source.stat().st_size,
            sha256=wanted or places[source],
        )
