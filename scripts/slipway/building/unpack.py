"""Unpacking an sdist the way an installer does."""

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from slipway.errors import ToolError


def unpack(sdist: Path, target: Path) -> Path:
    """Unpack an sdist as an installer would and return its top folder.

    Raises:
        ToolError: the backend made something that is not a safe archive.
    """
    try:
        with tarfile.open(sdist, "r:gz") as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(target, filter="data")
            else:  # Python 3.11 before 3.11.4, which Debian 12 has
                archive.extractall(target, members=_harmless(archive))  # noqa: S202 - each member was looked at
        return next(path for path in target.iterdir() if path.is_dir())
    except (tarfile.TarError, OSError, EOFError, StopIteration) as error:
        raise ToolError(
            f"The sdist {sdist.name} that the backend made cannot be unpacked: {error}.",
            cause="It holds a path or a link that leads outside, or it is not a tar archive with one top folder.",
            remedy="Look at what the project puts into its sdist; installers refuse this one as well.",
            read="https://packaging.python.org/en/latest/specifications/source-distribution-format/",
        ) from error


def _harmless(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members of an archive.

    Raises:
        tarfile.TarError: one of them, or what it links to, is outside of the archive or behind another link, or is no
            file at all.
    """
    links = {os.path.normpath(member.name) for member in archive if member.issym() or member.islnk()}
    for member in archive:
        place = PurePosixPath(member.name)
        goal = place.parent / member.linkname if member.issym() else PurePosixPath(member.linkname)
        for path in (place, goal):
            if path.is_absolute() or os.path.normpath(path).startswith(".."):
                raise tarfile.TarError(f"{member.name!r} leads outside")
            # Links that each stay inside can lead outside when they are followed one after the other.
            ways = (*path.parents, path) if path is goal and member.islnk() else path.parents
            if not links.isdisjoint(map(os.path.normpath, ways)):
                raise tarfile.TarError(f"{member.name!r} leads through another link")
        if member.isdev():
            raise tarfile.TarError(f"{member.name!r} is a device")
        yield member
