"""Agree: whether a second build of the same commit made the same."""

import msgspec

from slipway.artifacts import filename
from slipway.comparing import second_build
from slipway.digests import recheck
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publishing.decision import demand_digest_in_job
from slipway.rules.rule import judge
from slipway.rules.second_build import RULES
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Compare the artifacts with those that a second build made, and judge what differs.

    Raises:
        InputError: an artifact is missing, the folder holds nothing of a second build, or a job was not given the digest
            of the manifest.
    """
    if inputs.with_ is None:
        return Addition(skipped="no second build is named")
    demand_digest_in_job(inputs, runner)
    recheck(manifest, inputs.locate)
    paths = [inputs.locate(one.filename) for one in manifest.artifacts]
    runner.say(f"comparing with the second build in {inputs.with_}")
    facts = second_build.read(paths, inputs.with_)
    return msgspec.structs.replace(
        judge(RULES, facts, ignored=manifest.ignored),
        artifacts=tuple(map(filename.named, manifest.artifacts)),
        built_twice=facts.artifacts,
    )
