"""The release to compare with: the last one on the index, another version there, or files on this machine."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from packaging.utils import canonicalize_name
from packaging.version import Version

from slipway import versions
from slipway.artifacts import filename
from slipway.artifacts.filename import Filename
from slipway.comparing.differences import likeness, system
from slipway.errors import InputError, SlipwayError
from slipway.index.client import Client
from slipway.index.listing import Listing, ServedFile

MOST_WHEELS = 3
"""Wheels of a release that are downloaded; the others differ from them in machine code."""
MOST_BYTES = 150 * 1024**2
"""Bytes of one file that are downloaded."""
SECONDS = 120.0
"""How long one file may take to arrive."""

_NAME = re.compile(r"[\w.+!-]{1,255}")
"""What stands in the name of an sdist or a wheel; nothing that leads out of a folder."""


class Nothing(Exception):  # noqa: N818 - an outcome
    """There is nothing to compare with; the text says why."""


class Other(Struct, frozen=True, kw_only=True):
    """The release to compare with.

    Attributes:
        version: its version.
        place: where it is, as in a sentence: `on PyPI`.
        files: what was taken of it.
        listing: the names of all its files.
        untried: what was not taken, and why, a clause for each.
    """

    version: str
    place: str
    files: tuple[Path, ...]
    listing: Listing
    untried: tuple[str, ...] = ()


def on_index(
    client: Client,
    project: str,
    version: str,
    names: Iterable[str],
    folder: Path,
    *,
    wanted: str | None = None,
) -> Other:
    """Download a release of a project from an index.

    What is downloaded is foreign: it is checked against the digest that the index lists, and never executed.

    Args:
        client: reads the index.
        project: name of the project.
        version: the version that is compared; the newest final release before it is taken.
        names: filenames of what is compared.
        folder: where the files go; it is empty.
        wanted: the version that is taken instead.

    Raises:
        Nothing: there is no such release, or nothing of it can be taken.
        ToolError: the index cannot be reached, or its answer is not valid.
    """
    listing, title = client.listing(project), client.index.title
    if wanted is not None:
        served: Sequence[ServedFile] = listing.of_version(wanted)
    else:
        served = listing.before(versions.parsed(version))
    ours = [one for one in served if is_of(one.filename, project)]
    if not ours:
        raise Nothing(
            f"{title} has no {f'{project} {wanted}' if wanted else 'earlier release'} to compare with"
        )
    chosen = _chosen(ours, list(names))
    untried: list[str] = []
    files = tuple(_downloaded(client, chosen, folder, untried))
    if not files:
        raise Nothing("; ".join(untried))
    wheels = sum(one.filename.endswith(".whl") for one in ours)
    taken = sum(one.filename.endswith(".whl") for one in chosen)
    if wheels > taken:
        untried.append(f"{wheels - taken} of {wheels} wheels {title} has were not downloaded")
    found = next(one.version for one in ours if one.version is not None)
    return Other(
        version=str(found),
        place=f"on {title}",
        files=files,
        listing=Listing(exists=True, files=tuple(served)),
        untried=tuple(untried),
    )


def is_of(name: str, project: str) -> bool:
    """Return whether a filename that an index lists is that of an sdist or a wheel of a project."""
    kind = filename.kind_of(name)
    return (
        _NAME.fullmatch(name) is not None
        and kind is not None
        and filename.parse(name, kind).name == canonicalize_name(project)
    )


def _chosen(served: Sequence[ServedFile], names: Sequence[str]) -> list[ServedFile]:
    """Return the sdist, and of the wheels those that are most like the ones that are compared."""
    sdists = [one for one in served if not one.filename.endswith(".whl")]
    wheels = {one.filename: one for one in served if one.filename.endswith(".whl")}
    parsed = {name: filename.parse(name, "wheel") for name in wheels}
    ours = [filename.parse(name, "wheel") for name in names if name.endswith(".whl")]
    nearest = [_nearest(one, parsed) for one in ours if parsed]
    # One of each system first: wheels for Windows differ from others in every line end.
    systems: dict[str, str] = {}
    for name in nearest:
        systems.setdefault(system(name.rpartition("-")[2]), name)
    most_alike = [*dict.fromkeys((*systems.values(), *nearest))]
    return [*sdists[:1], *(wheels[name] for name in most_alike[:MOST_WHEELS])]


def _nearest(own: Filename, others: Mapping[str, Filename]) -> str:
    return max(sorted(others), key=lambda other: likeness(own.tags, others[other].tags))


def _downloaded(
    client: Client, chosen: Iterable[ServedFile], folder: Path, untried: list[str]
) -> Iterator[Path]:
    for file in chosen:
        target = folder / file.filename
        if file.sha256 is None:
            untried.append(f"{file.filename}: the index lists no SHA-256 of it")
        elif (file.size or 0) > MOST_BYTES:
            untried.append(
                f"{file.filename} has more than the {MOST_BYTES // 1024**2} MiB that are downloaded"
            )
        else:
            try:
                digest = client.download(file, target, limit=MOST_BYTES, seconds=SECONDS)
            except SlipwayError as error:
                untried.append(f"{file.filename} could not be downloaded: {error.cause.rstrip('.')}")
                continue
            if digest != file.sha256:
                untried.append(f"{file.filename} does not have the SHA-256 that the index lists")
            else:
                yield target


def from_paths(paths: Sequence[Path]) -> Other:
    """Return the release that some files on this machine are, or the sdists and wheels in a folder.

    Raises:
        InputError: there is no sdist and no wheel.
    """
    files = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    found = {file: parts for file in files if (parts := _parts(file)) is not None}
    if not found:
        raise InputError(
            f"There is no sdist and no wheel in {paths[0]}.",
            cause="It is another folder, or the files have names that are not those of an sdist or a wheel.",
            remedy="Name the files of the other release, or the folder that they are in.",
        )
    known = {parts.version for parts in found.values() if parts.version is not None}
    return Other(
        version=str(max(known)) if known else "an unknown version",
        place=f"in {paths[0].name}",
        files=tuple(found),
        listing=Listing(exists=True, files=tuple(ServedFile(filename=file.name, url="") for file in found)),
    )


def _parts(file: Path) -> Filename | None:
    kind = filename.kind_of(file.name)
    parts = filename.parse(file.name, kind) if kind and file.is_file() else None
    return parts if parts and parts.version else None


def is_version(text: str) -> bool:
    """Return whether a text is a version, and not a path."""
    parsed: Version | None = versions.parsed(text)
    return parsed is not None and not Path(text).exists()
