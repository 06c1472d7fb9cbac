"""The changelog of a release: what was not released becomes the entry of the version, in the style of those before it."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import takewhile
from pathlib import Path

from msgspec import Struct
from packaging.version import Version

from slipway.errors import InputError
from slipway.project import changelog, changelog_sections
from slipway.project.changelog_sections import Entry, Section
from slipway.releasing import changelog_links, source_text
from slipway.releasing.changelog_style import heading_for, renamed, replaced_date
from slipway.releasing.changes import Change, demand_writable
from slipway.releasing.source_text import Edit, SourceText

KEEP_A_CHANGELOG = "https://keepachangelog.com/en/1.1.0/"
_MARKS = re.compile(r"([^\w\s])\1+")
_SLIGHTLY = 2
"""Characters by which some make the marks below a title longer than it."""


def notes(root: Path, version: Version) -> Section | None:
    """Return the notes that a release of a version will have: its own section, else what is not released yet.

    Returns:
        None where the project has no changelog, or none of the two says anything.
    """
    found = (changelog_sections.section(root, version), changelog_sections.unreleased(root))
    return next((one for one in found if one and changelog_sections.has_notes(one.body)), None)


def released(root: Path, version: Version, on: date) -> tuple[Change, ...]:
    """Return what makes the unreleased section of a project's changelog that of a version. Nothing is written.

    Args:
        root: the project's folder.
        version: the version that is released.
        on: the day of the release.

    Returns:
        The change of the changelog; nothing where the version has a section of its own already.

    Raises:
        InputError: there is no changelog, nothing in it that is not released, or nothing below that heading.
    """
    found = changelog.find(root)
    if found is None:
        raise _no_changelog(version)
    data, source = source_text.read(root / found.file, found.file)
    suffix = Path(found.file).suffix
    entries = changelog_sections.releases(changelog_sections.entries_of(source.text, suffix))
    if any(version in entry.versions and not entry.unreleased for entry in entries):
        return ()
    entry = next(iter(entries), None)
    if entry is None or not entry.unreleased:
        raise _not_there(found.file, version, entry, suffix)
    if not changelog_sections.has_notes(entry.body):
        raise _empty(found.file, version, entry)
    demand_writable(root / found.file, found.file)
    release = _Release(source=source, version=version, on=on, entry=entry, earlier=entries[1:], suffix=suffix)
    edits = [*_heading_edits(release), *changelog_links.edits(source.text, version, entry, source.newline)]
    return (Change(found.file, data, source.encoded(source_text.edited(source, edits))),)


class _Release(Struct, frozen=True, kw_only=True):
    source: SourceText
    version: Version
    on: date
    entry: Entry
    earlier: tuple[Entry, ...]
    suffix: str


def _heading_edits(release: _Release) -> Iterator[Edit]:
    """Yield the edits that turn the heading, with the lines that mark it, into that of the version."""
    heading, source = release.entry.heading, release.source
    old = "".join(source.lines()[heading.first - 1 : heading.last])
    if release.entry.says_below:
        title = renamed(heading.text.strip(), release.version)
        yield _first_line(release)
    else:
        earlier = [entry.heading.text.strip() for entry in release.earlier if entry.versions]
        title = heading_for(heading.text.strip(), release.version, release.on, earlier)
    new = _marked(release, old, title)
    if not release.entry.versions:  # such a heading stays, for what comes next
        new = f"{old.rstrip()}{source.newline * (1 + _blank_lines(release))}{new}"
    start = source.offset(heading.first)
    yield Edit(start, start + len(old), new)


def _first_line(release: _Release) -> Edit:
    """Return the edit of the line below the heading that says that the version is not released."""
    lines = release.source.lines()
    number = next(n for n in range(release.entry.heading.last, len(lines)) if lines[n].strip())
    old = lines[number].strip()
    others = [entry.body.partition("\n")[0].strip() for entry in release.earlier]
    new = next((text for other in others if (text := replaced_date(other, release.on))), None)
    start = release.source.offset(number + 1) + lines[number].index(old)
    return Edit(start, start + len(old), new or f"Released {release.on.isoformat()}")


def _marked(release: _Release, old: str, title: str) -> str:
    """Return the lines of a heading with another title; a line of marks below or above it gets as long as it."""
    text = release.entry.heading.text.strip()
    made = []
    for line in old.splitlines(keepends=True):
        marks = line.strip()
        if marks != text and _MARKS.fullmatch(marks):
            made.append(line.replace(marks, marks[0] * _length(release, len(marks) - len(text), len(title))))
        else:
            made.append(line.replace(text, title, 1))
    return "".join(made)


def _length(release: _Release, longer: int, title: int) -> int:
    """Return how long the marks of a title are: by so many longer than it as the old ones were, or of a fixed length."""
    is_fixed = not 0 <= longer <= _SLIGHTLY and not _earlier_is_exact(release)
    fixed = longer + len(release.entry.heading.text.strip())
    if is_fixed and (longer > 0 or release.suffix == ".md"):
        return max(fixed, title) if longer > 0 else fixed
    return title + (longer if 0 <= longer <= _SLIGHTLY else 0)


def _earlier_is_exact(release: _Release) -> bool:
    """Return whether the marks below the newest release's heading are as long as it."""
    if not release.earlier:
        return False
    heading = release.earlier[0].heading
    return len(release.source.lines()[heading.last - 1].strip()) == len(heading.text.strip())


def _blank_lines(release: _Release) -> int:
    """Return how many blank lines there are above the heading of a release, at least one."""
    above = release.source.lines()[: release.earlier[0].heading.first - 1] if release.earlier else []
    return max(1, sum(1 for _ in takewhile(lambda line: not line.strip(), reversed(above))))


def _no_changelog(version: Version) -> InputError:
    return InputError(
        f"There is no changelog to enter {version} into.",
        cause="No file in the project, docs/ or doc/ is named like one: CHANGELOG.md, CHANGES.rst, HISTORY.md, NEWS.rst.",
        remedy="Write a CHANGELOG.md with a section `## [Unreleased]` that says what changed.",
        read=KEEP_A_CHANGELOG,
    )


def _not_there(file: str, version: Version, newest: Entry | None, suffix: str) -> InputError:
    first = f"Its first entry is `{newest.heading.text.strip()}`" if newest else "It has no entry"
    heading = (
        "the line `Unreleased` with as many `=` below it"
        if suffix == ".rst"
        else "the heading `## [Unreleased]`"
    )
    return InputError(
        f"{file} has no section of what is not released, which would become {version}. {first}.",
        cause="Nothing was entered since the last release, or it was entered below the last release's heading.",
        remedy=f"Put {heading} above the newest entry of {file}, and below it what changed.",
        read=KEEP_A_CHANGELOG,
    )


def _empty(file: str, version: Version, entry: Entry) -> InputError:
    return InputError(
        f"{file}, line {entry.heading.line}, has nothing below `{entry.heading.text.strip()}`, so {version} has no notes.",
        cause="Nothing was entered since the last release.",
        remedy="Write below that heading what changed since the last release; `git log` has it.",
        read=KEEP_A_CHANGELOG,
    )
