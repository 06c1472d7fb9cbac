"""An artifact on disk: its facts, and its record in the manifest."""

from collections.abc import Callable
from pathlib import Path

from slipway.artifacts import dist_info, sdist, wheel, zip_directory
from slipway.artifacts.filename import SDIST_EXTENSIONS, Kind
from slipway.artifacts.metadata import MetadataFacts
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.errors import InputError
from slipway.manifest import sha256
from slipway.records import Artifact

CONTENTS_LISTED = 500
"""Paths of an artifact that its record lists."""


def read(path: Path, *, described: Callable[[MetadataFacts], None] | None = None) -> SdistFacts | WheelFacts:
    """Return the facts about an sdist or a wheel, recognised by the extension of its name.

    Args:
        path: the file.
        described: takes the metadata of a wheel before the rest of it is read.

    Raises:
        InputError: there is no such file, or it is neither.
    """
    return wheel.read(path, described=described) if kind_of(path) == "wheel" else sdist.read(path)


def read_metadata(path: Path) -> MetadataFacts | None:
    """Return the metadata alone, from a wheel without reading the rest of it; None where there is none.

    Raises:
        InputError: there is no such file, or it is neither an sdist nor a wheel.
    """
    if kind_of(path) == "sdist":
        return sdist.read(path).metadata
    with path.open("rb") as stream:
        directory = zip_directory.read(stream, path.stat().st_size)
        return dist_info.read(stream, directory, path.name)[0].metadata


def identify(path: Path) -> Artifact:
    """Return the record of a file that is to be read later: its name and its bytes, and nothing of what is in it.

    Raises:
        InputError: there is no such file, or it is neither an sdist nor a wheel.
    """
    kind = kind_of(path)
    return Artifact(filename=path.name, kind=kind, size=path.stat().st_size, sha256=sha256(path))


def kind_of(path: Path) -> Kind:
    """Return whether a file is an sdist or a wheel, by the extension of its name.

    Raises:
        InputError: there is no such file, or it is neither.
    """
    if not path.is_file():
        raise InputError(
            f"There is no file {path}.",
            cause="The name is misspelt, or nothing was built yet.",
            remedy="Build first (`slipway build`), or name the files: `slipway inspect dist/*`.",
        )
    if path.suffix.lower() == ".whl":
        return "wheel"
    if path.name.lower().endswith(SDIST_EXTENSIONS):
        return "sdist"
    raise InputError(
        f"{path.name} is neither an sdist nor a wheel.",
        cause="Its name ends neither in .tar.gz nor in .whl; eggs and installers are no longer published.",
        remedy="Name only sdists and wheels.",
    )


def record(facts: SdistFacts | WheelFacts) -> Artifact:
    """Return the record of an artifact for the manifest."""
    metadata = facts.metadata
    names = sorted(member.path for member in facts.members if member.kind != "dir")
    return Artifact(
        filename=facts.filename,
        kind=facts.kind,
        size=facts.size,
        sha256=facts.sha256,
        name=metadata.one("name") if metadata else None,
        version=metadata.one("version") if metadata else None,
        requires_python=metadata.one("requires-python") if metadata else None,
        tags=tuple(sorted(map(str, facts.parts.tags))) if facts.parts else (),
        members=len(names),
        contents=tuple(names[:CONTENTS_LISTED]),
    )
