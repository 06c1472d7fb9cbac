"""A whole release against an index of its own: everything is real but the place it goes to."""

from __future__ import annotations

from dataclasses import replace

from slipway import pipeline
from slipway.environments import disposable
from slipway.index import loopback
from slipway.inputs import Inputs
from slipway.manifest import Manifest
from slipway.runner import Runner


def run(inputs: Inputs, runner: Runner) -> Manifest:
    """Check the project, publish it to an index on loopback, verify it there, and return the whole manifest.

    The index lives as long as this call; nothing leaves the machine.
    """
    with disposable.scratch() as folder, loopback.serve(folder) as index:
        own = replace(inputs, index=index.address, credential=index.credential)
        return pipeline.run(pipeline.COMMANDS["rehearse"], Manifest(), own, runner)
