"""Gather: what other jobs built and tested comes together here, instead of being done again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from slipway.artifacts import handover
from slipway.artifacts.handover import Handover
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.records import Artifact, Finding, SkippedRule, SmokeResult, StageResult
from slipway.rules.jobs import RULES as JOB_RULES
from slipway.rules.rule import judge
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
            "Nothing says where the work of other jobs is.",
            cause="The stage that gathers was run without a folder to gather from.",
            remedy="Name the folder with --from.",
        )
    handed = handover.read(inputs.from_)
    runner.say(f"from {len(handed.manifests)} jobs, {len(handed.files)} files")
    addition = Addition(plan=handed.plan, artifacts=tuple(_collect(handed, inputs.dist)))
    if inputs.command != "check":
        return addition
    ignored = handed.plan.ignored if handed.plan else {}
    judged = judge(JOB_RULES, handed, ignored=ignored)
    told = _told(handed.manifests)
    return msgspec.structs.replace(
        addition,
        findings=told.findings + judged.findings,
        skipped_rules=told.skipped_rules + judged.skipped_rules,
        broken_rules=told.broken_rules + judged.broken_rules,
        smoke_results=told.smoke_results,
        stages=told.stages,
    )


def _collect(handed: Handover, dist: Path) -> Iterable[Artifact]:
    """Copy each artifact once and yield its record: the digest a job wrote down counts, then the bytes found."""
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


def _told(manifests: Iterable[Manifest]) -> Addition:
    """Return what the jobs found and did, each with the job's name, and what all of them say only once."""
    findings: dict[Finding, None] = {}
    skipped: dict[SkippedRule, None] = {}
    broken: dict[SkippedRule, None] = {}
    results: list[SmokeResult] = []
    stages: list[StageResult] = []
    for manifest in manifests:
        findings |= {msgspec.structs.replace(f, job=manifest.job): None for f in manifest.findings}
        skipped |= dict.fromkeys(manifest.skipped_rules)
        broken |= dict.fromkeys(manifest.broken_rules)
        results += [msgspec.structs.replace(result, job=manifest.job) for result in manifest.smoke_results]
        stages += [
            msgspec.structs.replace(s, job=manifest.job) for s in manifest.stages if s.name != "gather"
        ]
    return Addition(
        findings=tuple(findings),
        skipped_rules=tuple(skipped),
        broken_rules=tuple(broken),
        smoke_results=tuple(results),
        stages=tuple(stages),
    )
