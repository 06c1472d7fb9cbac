"""The project's changelog: which versions have an entry in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

_NAMES = ("changelog", "changes", "history", "news", "release_notes", "releases", "whatsnew")
_SUFFIXES = ("", ".md", ".rst", ".txt", ".adoc")
_FOLDERS = ("", "docs", "doc", "docs/source", "doc/source")
_READ = 2 * 1024 * 1024
_ENTRIES_READ = 2000
_VERSION = re.compile(
    r"(?<![\w.])v?(\d{1,50}(?:\.\d{1,50}){1,50}(?:[-_.]?(?:alpha|beta|preview|post|dev|rc|a|b|c)[-_.]?\d{0,50}){0,6})(?![\w])",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r" {0,3}(?:#{1,6}|={1,6})[ \t]+(?P<text>.+)|[ \t]*<h[1-6]\b[^>]*>(?P<html>.+)", re.IGNORECASE
)
"""A heading of Markdown or AsciiDoc, or one in HTML."""
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_<>])\1{2,}\s*")
"""The line below a heading in reStructuredText, and the two of Markdown."""
_ENTRY = re.compile(
    r"(?:[*+-][ \t]+)?(?:\*\*|__)?\[?(?:(?:version|release)[ \t]+)?v?\d{1,9}+(?:\.\d{1,9}+){1,9}+\w{0,50}+\]?"
    r"(?:\*\*|__)?:?(?:[ \t]*[(\[,:\u2013\u2014-][ \t]*(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"
    r"|(?:\w{1,30}[ .,]{1,5}){0,4}\d{4}|unreleased)\b.*)?\s*",
    re.IGNORECASE,
)
"""A line of its own that is nothing but a version, or a version with its date: `* 1.2.0 (2026-01-01)`, `1.2.0:`."""
_LINK_TARGET = re.compile(r"\]\([^()\[\]]{0,500}\)")


@dataclass(frozen=True, kw_only=True)
class Changelog:
    """A changelog file.

    Attributes:
        file: its path in the project, with forward slashes.
        versions: the versions named in its headings.
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
    for match in (
        match for heading in headings(text) for match in _VERSION.finditer(_LINK_TARGET.sub("]", heading))
    ):
        try:
            found.add(Version(match[1]))
        except ValueError:
            continue
    return frozenset(found)


def headings(text: str) -> Iterator[str]:
    """Yield the headings of a changelog, and lines that are one in effect; nothing from a fenced block of code."""
    fence = ""
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        elif fence:
            continue
        elif marked := _MARKED.match(line):
            yield marked["text"] or marked["html"]
        elif (_UNDERLINE.fullmatch(below) and line.strip()) or _ENTRY.fullmatch(line):
            yield line
