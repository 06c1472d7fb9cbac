"""What a command starts from: nothing, artifacts that are named, or the manifest of an earlier command."""

from collections.abc import Collection

from slipway.manifest import FILENAME, Manifest, read_manifest
from slipway.options import Inputs


def manifest(inputs: Inputs, stages: Collection[str], *, is_on_files: bool, resumes: bool) -> Manifest:
    """Return the manifest that a command starts from.

    Args:
        inputs: what was asked for.
        stages: the stages of the command.
        is_on_files: whether it takes artifacts; without any it goes on from an earlier command.
        resumes: whether it always goes on from an earlier command.

    Raises:
        InputError: there is no such manifest, or no such artifact.
    """
    if resumes or (is_on_files and not inputs.files and not inputs.from_):
        return read_manifest(inputs.work / FILENAME, digest=inputs.manifest_digest or None)
    if not inputs.files:
        return Manifest()
    from slipway.artifacts import artifact

    # Where they are inspected or compared the stage reads them anyway, and a large wheel takes seconds.
    is_read_later = not {"inspect", "compare"}.isdisjoint(stages)
    records = (
        artifact.identify(f) if is_read_later else artifact.record(artifact.read(f)) for f in inputs.files
    )
    return Manifest(artifacts=tuple(records))
