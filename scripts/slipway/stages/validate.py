"""Validate: what can be known about the source before anything is built."""

from __future__ import annotations

from slipway.inputs import Inputs
from slipway.manifest import Addition, Manifest
from slipway.project import source
from slipway.rules.project.judge import judge_source
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Judge the project's source and the static part of its metadata.

    Raises:
        InputError: there is no plan, or the project cannot be read.
    """
    del runner
    plan = manifest.planned()
    facts = source.read(
        inputs.path,
        event=plan.event,
        tag=plan.tag,
        tag_version=plan.tag_version,
        release=plan.destination.publish,
    )
    return judge_source(facts, ignored=plan.ignored)
