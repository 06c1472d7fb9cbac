"""Whether files are still the ones that a manifest names, byte for byte."""

from collections.abc import Callable
from pathlib import Path

from slipway.errors import InputError
from slipway.manifest import Manifest, sha256


def recheck(manifest: Manifest, locate: Callable[[str], Path]) -> None:
    """Make sure that the artifacts are the ones the manifest names.

    Args:
        manifest: names the files.
        locate: returns the path of a file by its name.

    Raises:
        InputError: a file is missing or has other bytes.
    """
    for artifact in manifest.artifacts:
        require(locate(artifact.filename), artifact.filename, artifact.sha256)


def require(path: Path, filename: str, digest: str) -> None:
    """Make sure that a file is there and has the SHA-256 that the manifest says.

    Raises:
        InputError: it is missing or has other bytes.
    """
    require_there(path, filename)
    require_same(sha256(path), filename, digest)


def require_there(path: Path, filename: str) -> None:
    """Make sure that a file that the manifest names is there.

    Raises:
        InputError: it is missing.
    """
    if not path.is_file():
        raise InputError(
            f"{filename} is named in the manifest but is not in {path.parent}.",
            cause="The folder was emptied, or only part of it was handed on to this job.",
            remedy="Hand on the whole work folder, manifest.json and what is beside it together.",
        )


def require_same(found: str, filename: str, digest: str) -> None:
    """Make sure that a file's SHA-256 is the one that the manifest says.

    Raises:
        InputError: it is another one.
    """
    if found != digest:
        raise InputError(
            f"{filename} has changed: its SHA-256 is {found}, the manifest says {digest}.",
            cause="It was rebuilt or replaced after it was checked, so what was tested is not what is here.",
            remedy="Run `slipway check` again and publish exactly what it made.",
        )
