"""The project's changelog: which versions it has something to say about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

_NAMES = ("changelog", "changes", "history", "news", "release_notes", "releases", "whatsnew")
_SUFFIXES = ("", ".md", ".rst", ".txt", ".adoc")
_FOLDERS = ("", "docs", "doc", "docs/source", "doc/source")
_READ = 2 * 1024 * 1024
_ENTRIES_READ = 2000
_VERSION = re.compile(
    r"(?<![\w.])v?(\d{1,50}(?:\.\d{1,50}){1,50}(?:[-_.]?(?:alpha|beta|preview|post|dev|rc|a|b|c)[-_.]?\d{0,50}){0,6})(?![\w])",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Changelog:
    """A changelog file.

    Attributes:
        file: its path in the project, with forward slashes.
        versions: all versions it mentions.
    """

    file: str
    versions: frozenset[Version] = frozenset()


def find(root: Path) -> Changelog | None:
    """Return the changelog of a project: the first file that is named like one."""
    for folder in _FOLDERS:
        for path in _entries(root / folder):
            stem, _, suffix = path.name.lower().partition(".")
            if stem.replace("-", "_") in _NAMES and (f".{suffix}" if suffix else "") in _SUFFIXES:
                return Changelog(file=path.relative_to(root).as_posix(), versions=_versions(path))
    return None


def _entries(folder: Path) -> list[Path]:
    try:
        return [path for path in sorted(folder.iterdir())[:_ENTRIES_READ] if path.is_file()]
    except OSError:
        return []


def _versions(path: Path) -> frozenset[Version]:
    try:
        with path.open("rb") as stream:
            text = stream.read(_READ).decode("utf-8", "replace")
    except OSError:
        return frozenset()
    found = set()
    for match in _VERSION.finditer(text):
        try:
            found.add(Version(match[1]))
        except InvalidVersion:
            continue
    return frozenset(found)
