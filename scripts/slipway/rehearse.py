"""A whole release against an index of its own: everything is real but the place it goes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from slipway import pipeline
from slipway.environments import disposable
from slipway.index import loopback
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.runner import Runner


def run(stages: Sequence[str], inputs: Inputs, runner: Runner) -> Manifest:
    """Check the project, publish it to an index on loopback, verify it there, and return the whole manifest.

    The index lives as long as this call; nothing leaves the machine.
    """
    with disposable.scratch() as folder, loopback.serve(folder) as index:
        own = replace(inputs, index=index.address, credential=index.credential)
        return pipeline.run(stages, Manifest(), own, runner)
