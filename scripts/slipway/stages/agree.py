"""Agree: whether a second build of the same commit made the same."""

from pathlib import Path

import msgspec

from slipway.artifacts import filename
from slipway.comparing import second_build
from slipway.digests import recheck
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publishing.decision import demand_digest_in_job
from slipway.rules.rule import judge
from slipway.rules.second_build import RULES
from slipway.rules.second_build.facts import TwiceFacts
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Compare the artifacts with those that a second build made, and judge what differs.

    The job that decides compares with what the job handed over that builds once more; that this made neither more nor
    fewer files than it should was judged with the hand-over.

    Raises:
        InputError: an artifact is missing, the folder holds nothing of a second build, or a job was not given the digest
            of the manifest.
    """
    if inputs.with_ is not None:
        demand_digest_in_job(inputs, runner)
        recheck(manifest, inputs.locate)
        facts = _read(manifest, inputs, inputs.with_, runner)
        return _judged(manifest, facts, facts)
    if not (manifest.artifacts and inputs.rebuilt.is_dir() and any(inputs.rebuilt.iterdir())):
        return Addition(skipped="the two builds did not hand over files that can be compared")
    facts = _read(manifest, inputs, inputs.rebuilt, runner)
    there = tuple(one for one in facts.artifacts if one.verdict != "missing")
    return _judged(manifest, facts, msgspec.structs.replace(facts, artifacts=there, others=()))


def _read(manifest: Manifest, inputs: Inputs, folder: Path, runner: Runner) -> TwiceFacts:
    runner.say(f"comparing with the second build in {folder}")
    return second_build.read([inputs.locate(one.filename) for one in manifest.artifacts], folder)


def _judged(manifest: Manifest, facts: TwiceFacts, judged: TwiceFacts) -> Addition:
    return msgspec.structs.replace(
        judge(RULES, judged, ignored=manifest.ignored),
        artifacts=tuple(map(filename.named, manifest.artifacts)),
        built_twice=facts.artifacts,
    )
