"""Compare: what differs from the last release, where one is planned or the command asks for it."""

from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Compare the artifacts with those of the last release, and judge what differs.

    A check does so where a release is planned to an index, which it has asked before; a job of a matrix leaves it to the
    job that decides.

    Raises:
        InputError: an artifact is missing, or what to compare with is neither a version nor files.
        ToolError: the command was asked to compare, and the index cannot be reached.
    """
    if reason := _not_now(manifest, inputs):
        return Addition(skipped=reason)
    # What talks to an index takes a tenth of a second to load, and most runs compare nothing.
    from slipway.comparing.last_release import compare

    return compare(manifest, inputs, runner, is_asked_for=inputs.command == "compare")


def _not_now(manifest: Manifest, inputs: Inputs) -> str | None:
    """Return why nothing is compared in this run, None where something is."""
    if inputs.command == "compare":
        return "the second build is what is compared" if inputs.with_ is not None else None
    if manifest.index in {None, "none"}:
        return "nothing was compared: no release is planned"
    if manifest.is_part:
        return "the job that decides compares the release with the last one"
    return None if manifest.artifacts else "there is nothing to compare"
