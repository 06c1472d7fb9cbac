"""Gather: take over what other jobs built and tested, instead of doing it again."""

import msgspec

from slipway.artifacts import handover
from slipway.artifacts.collected import collect
from slipway.artifacts.handover import Handover
from slipway.errors import InputError
from slipway.manifest import SET_UP, Addition, Manifest
from slipway.options import Inputs
from slipway.records import SECOND_BUILD, Artifact, Finding, SkippedRule
from slipway.rules.jobs import RULES as JOB_RULES
from slipway.rules.rule import judge
from slipway.runner import Runner

TESTED = ("smoke", "checks")
"""The stages that run the package's code, which is done in other jobs only."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Copy the artifacts handed over into the work folder and return them.

    With `built`, a check also returns what the other jobs found, and judges whether all of it is there.

    Raises:
        InputError: nothing was handed over, or it is not what the jobs that build put out.
    """
    folder = inputs.from_
    if folder is None:
        raise InputError(
            "Nothing says where the work of other jobs is.",
            cause="The stage that gathers was run without a folder to gather from.",
            remedy="Name the folder with --from.",
        )
    built = handover.parse_built(inputs.built)
    if inputs.command == "check" and inputs.built:
        if not built and manifest.blocking:
            return Addition(skipped="nothing was built, because of what was found before")
        handed = handover.read(
            folder, manifest.planned(), built, attempt=runner.event().attempt, own=inputs.job
        )
        runner.say(f"from {len(handed.manifests)} jobs, {len(handed.files)} files")
        tuple(collect(handed.files_again, inputs.rebuilt))
        return _judged(handed, tuple(collect(handed.files, inputs.dist)))
    plan, files = handover.take(folder, built) if inputs.built else handover.plain(folder)
    return Addition(plan=None if manifest.plan else plan, artifacts=tuple(collect(files, inputs.dist)))


def _judged(handed: Handover, artifacts: tuple[Artifact, ...]) -> Addition:
    """Return what the jobs found and did, each with the job's name, and what is wrong with the hand-over.

    Smoke tests are not done here again, so their results and findings are taken. A job that found something that blocks
    puts no file out, so that this cannot be found here either.
    """
    findings: dict[Finding, None] = {}
    skipped: dict[SkippedRule, None] = {}
    broken: dict[SkippedRule, None] = {}
    addition = Addition(artifacts=artifacts)
    for name, manifest in handed.manifests.items():
        stages = tuple(
            msgspec.structs.replace(one, job=name)
            for one in manifest.stages
            if one.name in (SET_UP, "build", "wheels", *TESTED) and one.outcome != "skipped"
        )
        addition = msgspec.structs.replace(addition, stages=addition.stages + stages)
        if name == SECOND_BUILD:
            # It tests nothing, and whether it agrees is not for it to say.
            continue
        taken = {*TESTED} if name in handed.builders else {*TESTED, "inspect", "index"}
        results = tuple(
            msgspec.structs.replace(one, job=name, origin="file") for one in manifest.smoke_results
        )
        addition = msgspec.structs.replace(addition, smoke_results=addition.smoke_results + results)
        for finding in (one for one in manifest.findings if one.stage in taken):
            # Whether a finding is ignored is decided by the settings of this checkout.
            reason = handed.plan.ignored.get(finding.rule)
            findings[msgspec.structs.replace(finding, job=name, ignored=reason)] = None
        skipped |= dict.fromkeys(rule for rule in manifest.skipped_rules if rule.stage in taken)
        broken |= dict.fromkeys(rule for rule in manifest.broken_rules if rule.stage in taken)
    judged = judge(JOB_RULES, handed, ignored={})
    return msgspec.structs.replace(
        addition,
        findings=(*findings, *judged.findings),
        skipped_rules=(*skipped, *judged.skipped_rules),
        broken_rules=(*broken, *judged.broken_rules),
    )
