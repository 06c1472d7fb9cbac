"""Validate: what can be known about the source before anything is built."""

from __future__ import annotations

from slipway.facts import source
from slipway.inputs import Inputs
from slipway.manifest import Addition, Manifest
from slipway.rules import catalogue
from slipway.rules.rule import judge
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Judge the project's source by the rules of the family `project`.

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
    return judge(catalogue.family("project"), facts, ignored=plan.ignored, backend=plan.backend)
