"""The project's changelog: its headings, and which versions have an entry in it."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
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
    r" {0,3}(?P<marks>#{1,6}|={1,6})[ \t]+(?P<text>.+)|[ \t]*<h(?P<rank>[1-6])\b[^>]*>(?P<html>.+)",
    re.IGNORECASE,
)
"""A heading of Markdown or AsciiDoc, or one in HTML."""
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_<>])\1{2,}\s*")
"""The line below a heading in reStructuredText, and the two of Markdown."""
_ENTRY = re.compile(
    r"(?:[*+-][ \t]+)?(?:\*\*|__)?\[?(?:(?:version|release)[ \t]+)?v?\d{1,9}+(?:\.\d{1,9}+){1,9}\w{0,50}+\]?"
    r"(?:\*\*|__)?:?(?:[ \t]*[(\[,:\u2013\u2014-][ \t]*(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"
    r"|(?:\w{1,30}[ .,]{1,5}){0,4}\d{4}|unreleased)\b.*)?\s*",
    re.IGNORECASE,
)
"""A line of its own that is nothing but a version, or a version with its date: `* 1.2.0 (2026-01-01)`, `1.2.0:`."""
_UNRELEASED = re.compile(r"(?:\*\*|__)?\[?unreleased\]?(?:\*\*|__)?:?[ \t]*", re.IGNORECASE)
_LINK_TARGET = re.compile(r"\]\([^()\[\]]{0,500}\)|[ \t]?<https?://[^<>\s]{0,500}>")
"""That of a link in Markdown, and in reStructuredText."""


class Changelog(Struct, frozen=True, kw_only=True):
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


def read_text(path: Path) -> str:
    """Return the text of a changelog as far as it is read, with its line ends as they are; empty where it is unreadable."""
    try:
        with path.open("rb") as stream:
            return stream.read(_READ).decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _versions(path: Path) -> frozenset[Version]:
    return frozenset(
        version for heading in headings(read_text(path)) for version in versions_in(heading.text)
    )


def versions_in(heading: str) -> Iterator[Version]:
    """Yield the versions that a heading names, those in the targets of its links left out."""
    for spelled in spelled_versions(without_targets(heading)):
        with contextlib.suppress(ValueError):
            yield Version(spelled)


def spelled_versions(text: str) -> Iterator[str]:
    """Yield what looks like a version in a text, as it is written, without a `v` before it."""
    return (match[1] for match in _VERSION.finditer(text))


def without_targets(heading: str) -> str:
    """Return a heading without the targets of its links."""
    return _LINK_TARGET.sub(lambda found: "]" if found[0].startswith("]") else "", heading)


def is_entry(heading: str) -> bool:
    """Return whether a heading is nothing but a version, or a version with its date."""
    return _ENTRY.fullmatch(without_targets(heading).strip()) is not None


class Heading(Struct, frozen=True, kw_only=True):
    """A heading of a changelog, or a line that is one in effect.

    Attributes:
        text: as it is written, without the marks that make it a heading.
        level: 1 for the highest.
        first: the first line of its markup, from 1.
        line: the line of its text.
        last: the last line of its markup.
    """

    text: str
    level: int
    first: int
    line: int
    last: int


def headings(text: str) -> Iterator[Heading]:
    """Yield the headings of a changelog, and lines that are one in effect; nothing from a fenced block of code."""
    fence = ""
    lines = re.split(r"\r\n|\r|\n", text)
    marks: list[str] = []
    for number, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True), start=1):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        elif fence:
            continue
        elif marked := _MARKED.match(line):
            level = len(marked["marks"]) if marked["marks"] else int(marked["rank"])
            found = marked["text"] or marked["html"]
            yield Heading(text=found, level=level, first=number, line=number, last=number)
        elif (underline := _UNDERLINE.fullmatch(below)) and line.strip():
            marks += [underline[1]] if underline[1] not in marks else []
            level = marks.index(underline[1]) + 1
            yield Heading(text=line, level=level, first=number, line=number, last=number + 1)
        elif _ENTRY.fullmatch(line) or _UNRELEASED.fullmatch(line):
            yield Heading(text=line, level=1, first=number, line=number, last=number)
