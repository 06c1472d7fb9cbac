"""Smoke: every artifact is installed in a clean environment, imported, and uninstalled again."""

from __future__ import annotations

from slipway import environments, legs
from slipway.inputs import Inputs
from slipway.legs import Candidate
from slipway.manifest import Addition, Manifest, recheck
from slipway.rules import smoke as smoke_rules
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Install, import and uninstall every artifact of the manifest and return what happened.

    Raises:
        InputError: an artifact is not the one that was built, or no interpreter fits.
        ToolError: the index cannot be reached.
    """
    recheck(manifest, inputs.locate)
    candidates = [
        Candidate(artifact=artifact.filename, requirement=str(inputs.locate(artifact.filename)))
        for artifact in manifest.artifacts
    ]
    requires = manifest.artifacts[0].requires_python if manifest.artifacts else None
    interpreter = environments.choose_interpreter(requires, inputs.python)
    outcomes = legs.exercise(candidates, interpreter, timeout=inputs.smoke_timeout)
    legs.show(outcomes, runner)
    return smoke_rules.judge_legs(outcomes, ignored=manifest.ignored)
