"""The addresses at the end of a changelog: `[Unreleased]: …/compare/v1.2.0...HEAD` and those of the releases."""

import re
from collections.abc import Iterator

from packaging.version import Version

from slipway.project import changelog
from slipway.project.changelog_sections import Entry, is_unnamed_heading
from slipway.releasing.source_text import Edit

_DEFINITION = re.compile(
    r"^(?P<open>[ \t]{0,3}\[|\.\. _`?)(?P<label>[^\]\[:`\r\n]{1,200})(?P<close>\]:|`?:)(?P<space>[ \t]{1,100})"
    r"(?P<address>[^\s]{1,1000})(?=[ \t]*\r?$)",
    re.MULTILINE,
)
_COMPARISON = re.compile(r"(?P<base>\S{1,800}/)(?P<old>[^/\s]{1,200}?)(?P<dots>\.{2,3})(?P<new>[^\s]{1,200})")


def edits(text: str, version: Version, entry: Entry, newline: str) -> Iterator[Edit]:
    """Yield the edits that make the addresses of a changelog fit a new release; none where it has no such addresses.

    Args:
        text: the changelog.
        version: the version that is released.
        entry: what was not released.
        newline: the line end of the file.
    """
    definitions = list(_DEFINITION.finditer(text))
    of_releases = [one for one in definitions if _version(one["label"])]
    for found in definitions:
        compared = _COMPARISON.fullmatch(found["address"])
        if compared is None or _version(compared["new"]) or not (tag := _tag(compared["old"], version)):
            continue
        if entry.versions and set(entry.versions) & set(changelog.versions_in(found["label"])):
            yield _edit(found, "label", _relabelled(found["label"], version))
            yield _edit(found, "address", f"{compared['base']}{compared['old']}{compared['dots']}{tag}")
        elif not entry.versions and is_unnamed_heading(found["label"]):
            yield _edit(found, "address", f"{compared['base']}{tag}{compared['dots']}{compared['new']}")
            like = of_releases[0] if of_releases else found
            label = _relabelled(like["label"], version) if of_releases else str(version)
            address = f"{compared['base']}{compared['old']}{compared['dots']}{tag}"
            line = f"{like['open']}{label}{like['close']}{like['space']}{address}"
            if of_releases and of_releases[0].start() < found.start():  # the newest is the last one there
                yield Edit(found.start(), found.start(), f"{line}{newline}")
            else:
                yield Edit(found.end(), found.end(), f"{newline}{line}")


def _edit(found: re.Match[str], group: str, text: str) -> Edit:
    return Edit(*found.span(group), text)


def _version(text: str) -> str | None:
    return next(changelog.spelled_versions(text), None)


def _tag(old: str, version: Version) -> str | None:
    """Return the tag of the new version, named like an earlier one; None for something that is no tag of a version."""
    found = _version(old)
    return old.replace(found, str(version)) if found else None


def _relabelled(label: str, version: Version) -> str:
    found = _version(label)
    return label.replace(found, str(version)) if found else label
