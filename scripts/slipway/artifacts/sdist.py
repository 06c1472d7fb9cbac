"""What a source distribution contains.

Source distribution format: https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slipway.artifacts import metadata, tarball, zip_directory, zip_members
from slipway.artifacts.archive import Member
from slipway.artifacts.contents import Contents
from slipway.artifacts.distribution import DistributionFacts
from slipway.artifacts.filename import parse
from slipway.artifacts.metadata import MetadataFacts

MAX_TEXT_FILES = 8
"""How many candidates for PKG-INFO are kept while the top directory is not known yet."""


@dataclass(frozen=True, kw_only=True)
class SdistFacts(DistributionFacts):
    """What a source distribution is and holds, without opinions.

    Attributes:
        top_directory: the directory everything is in; None where there is not exactly one.
        mixed_roots: absolute and relative names are mixed.
    """

    kind: Literal["sdist"] = "sdist"
    top_directory: str | None = None
    mixed_roots: bool = False

    def at_top(self, name: str) -> str | None:
        """Return the path of a file directly in the top directory, None where it is absent."""
        path = f"{self.top_directory}/{name}"
        return path if path in self.paths else None


def read(path: Path) -> SdistFacts:
    """Return the facts of an sdist; whatever is wrong with its bytes is recorded, never raised.

    Raises:
        OSError: the file itself cannot be read.
    """
    texts: dict[str, bytes] = {}
    contents = Contents(path)
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        if path.name.endswith(".zip"):
            opened = zip_members.read(stream, size, zip_directory.read(stream, size))
        else:
            opened = tarball.read(stream, size)
        for name, text in contents.files(opened, _pkg_info):
            if text is not None and len(texts) < MAX_TEXT_FILES:
                texts[name] = text
    top, mixed = _top_directory({member.path for member in contents.members})
    parts = parse(path.name, "sdist")
    return SdistFacts(
        filename=path.name,
        size=size,
        sha256=contents.sha256,
        parts=None if parts.problem else parts,
        members=tuple(contents.members),
        problems=tuple(contents.problems),
        top_directory=top,
        mixed_roots=mixed,
        metadata=_metadata(contents.members, f"{top}/PKG-INFO", texts),
        secrets=tuple(contents.secrets),
        pointers=tuple(contents.pointers),
    )


def _pkg_info(path: str, data: bytes) -> bytes | None:
    return data if path.partition("/")[2] == "PKG-INFO" else None


def _top_directory(paths: Iterable[str]) -> tuple[str | None, bool]:
    """Return the one directory that holds everything, and whether absolute and relative names are mixed.

    This is how the index finds it: the longest common path, which must be more than nothing.
    """
    try:
        common = posixpath.commonpath(paths)
    except ValueError:
        return None, bool(paths)
    return (None, False) if common in ("", ".", "/") else (common, False)


def _metadata(members: Iterable[Member], pkg_info: str, texts: dict[str, bytes]) -> MetadataFacts | None:
    if pkg_info in texts:
        return metadata.parse(texts[pkg_info], file=pkg_info)
    size = max((member.size for member in members if member.path == pkg_info), default=0)
    too_large = size > metadata.MAX_BYTES
    return metadata.MetadataFacts(file=pkg_info, size=size, too_large=True) if too_large else None
