"""`slipway rehearse`: a release to an index on loopback; everything is real but the place."""

from collections.abc import Sequence
from dataclasses import replace

from slipway import pipeline
from slipway.environments import disposable
from slipway.index import loopback
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.runner import Runner


def run(inputs: Inputs, runner: Runner, *, stages: Sequence[str]) -> Manifest:
    """Publish the project as it is, verify it, and return the manifest.

    Args:
        inputs: what was asked for.
        runner: what the run reports to.
        stages: what a rehearsal runs.
    """
    with disposable.scratch() as folder, loopback.serve(folder) as index:
        own = replace(inputs, index=index.address, credential=index.credential)
        return pipeline.run(stages, Manifest(), own, runner)
