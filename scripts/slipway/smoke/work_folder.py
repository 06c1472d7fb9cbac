"""The work folder while foreign code runs: what appears or changes there was not written by Slipway."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.digests import recheck
from slipway.errors import InputError, TamperedError
from slipway.manifest import Manifest
from slipway.options import Inputs


@contextmanager
def unchanged(manifest: Manifest, inputs: Inputs) -> Iterator[None]:
    """Run foreign code in the body, and look afterwards that the artifacts and the list of files are as before.

    Raises:
        InputError: an artifact is not the one that was built.
        TamperedError: something was written into the work folder.
    """
    recheck(manifest, inputs.locate)
    before = _files(inputs)
    yield
    added = sorted(_files(inputs) - before)
    if added:
        raise _tampered(
            f"{added[0]} appeared in {inputs.work}" + (f", and {len(added) - 1} more" if added[1:] else "")
        )
    try:
        recheck(manifest, inputs.locate)
    except InputError as error:
        raise _tampered(error.happened.rstrip(".")) from error


def _files(inputs: Inputs) -> set[str]:
    """Return what is in the work folder, relative to it; the logs are written meanwhile."""
    found = set()
    for parent, folders, names in os.walk(inputs.work):
        folders[:] = [name for name in folders if Path(parent, name) != inputs.logs]
        found |= {Path(parent, name).relative_to(inputs.work).as_posix() for name in (*folders, *names)}
    return found


def _tampered(happened: str) -> TamperedError:
    return TamperedError(
        f"{happened}, while the package was tested.",
        cause="Code of the package, of a dependency or of a test wrote there, as an attack would.",
        remedy="Find that code before anything is published. A test that writes files needs a folder of its own.",
        read="docs/threat-model.md in Slipway's repository",
    )
