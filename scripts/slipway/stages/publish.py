"""Publish: exactly the files the manifest names, to the index the run names, with a receipt for each.

The index is the authority on what is public: whatever an earlier run did, this one reads it and sends the rest.
"""

import shutil
from contextlib import closing

import msgspec

from slipway.digests import recheck
from slipway.errors import InputError, SlipwayError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publishing import after_failure, decision, preflight, release
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Upload every file that the index does not serve yet and return a receipt for each.

    Raises:
        InputError: there is nothing to publish, an earlier stage failed, or no index is named that can be used.
    """
    if manifest.blocking:
        return Addition(skipped="the findings block it")
    _require_success(manifest)
    refused = decision.refused_by_event(manifest, inputs, runner)
    if refused.findings:
        return refused
    index = decision.publish_to(manifest, inputs, runner)
    try:
        checked = preflight.check(manifest, inputs, runner, index)
    except SlipwayError as error:
        return after_failure.before(error, command=after_failure.next_command(inputs, runner, index))
    with closing(checked.client):
        blocked = bool(manifest.with_addition(checked.judged, stage="publish").blocking)
        for line in preflight.introduction(checked, in_full=blocked or inputs.dry_run):
            runner.say(line)
        if blocked:
            return checked.judged
        if inputs.dry_run:
            _set_aside(manifest, inputs)
            return msgspec.structs.replace(checked.judged, skipped="a dry run sends nothing")
        return release.Release(manifest, inputs, runner, checked).publish()


def _set_aside(manifest: Manifest, inputs: Inputs) -> None:
    """Fill an empty folder with exactly the files of the manifest, for another program that uploads a folder."""
    recheck(manifest, inputs.locate)
    shutil.rmtree(inputs.packages, ignore_errors=True)
    inputs.packages.mkdir(parents=True)
    for artifact in manifest.artifacts:
        shutil.copyfile(inputs.locate(artifact.filename), inputs.packages / artifact.filename)
    recheck(manifest, lambda filename: inputs.packages / filename)


def _require_success(manifest: Manifest) -> None:
    failed = [
        s.name for s in manifest.stages if s.outcome == "failed" and s.name not in {"publish", "verify"}
    ]
    if failed:
        raise InputError(
            f"This release did not get through {', '.join(map(str, failed))}. Nothing was sent.",
            cause="An earlier command failed before it had judged and tried every file.",
            remedy="Run `slipway check` until it passes, then publish what it made.",
        )
    if not manifest.artifacts:
        raise InputError(
            "There is nothing to publish: the manifest names no files.",
            cause="The command before planned or validated, and built nothing.",
            remedy="Run `slipway check`, then publish what it made.",
        )
