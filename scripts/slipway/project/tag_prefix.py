"""What stands before the version in the release tags of a project.

It is what is set; else what the workflow has that `slipway init` wrote; else what the tags have that are there; else it
follows from the project's folder. All commands ask here, so that a tag that one of them makes starts the other's workflow.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from packaging.version import Version

from slipway import git, versions
from slipway.errors import SlipwayError
from slipway.options import Inputs
from slipway.project import git as git_facts

DEFAULT = "v"

OPTION = "tag-prefix"

_OF_ALL = ("v", "", "V", "release-", "release/", "release-v", "release/v")
_ENDS = ("-v", "-", "/v", "/")


def of_project(inputs: Inputs, *, name: str | None) -> str:
    """Return the prefix for the project that a command was pointed at.

    Args:
        inputs: what was asked for.
        name: the project's name, None where it is not known.
    """
    is_set = OPTION in inputs.given or inputs.tag_prefix != DEFAULT
    return inputs.tag_prefix if is_set else chosen(inputs.path, name=name)


def chosen(folder: Path, *, name: str | None) -> str:
    """Return the prefix for a project that sets none.

    Args:
        folder: the project's folder.
        name: its name, None where it is not known.
    """
    # A job that verifies has nothing to read YAML with, and asks for no prefix.
    from slipway.project import written_workflow

    place = None
    with suppress(OSError, SlipwayError):
        place = git.place(folder)
    if place is None:
        return DEFAULT
    top, inside = place[0], place[1] or "."
    if there := written_workflow.read(top, inside):
        return versions.prefix_meant(there.tag_prefix)
    found = _of_tags(top, inside, name)
    return by_folder(inside) if found is None else found


def by_folder(inside: str) -> str:
    """Return the prefix that follows from a project's folder in its repository; `.` is the top."""
    return f"{word(inside)}-v" if word(inside) else DEFAULT


def word(inside: str) -> str:
    """Return a project's folder in its repository as one word, for tags and names of files; empty for the top."""
    return re.sub(r"[^a-z0-9]+", "-", inside.lower()).strip("-") if inside != "." else ""


def _of_tags(top: Path, inside: str, name: str | None) -> str | None:
    """Return the prefix of the highest version that is tagged, None where no tag is one of this project."""
    prefixes = tuple(dict.fromkeys(_possible(inside, name)))
    newest: dict[str, Version] = {}
    for tag in git_facts.tags(top):
        for prefix in prefixes:
            rest = tag.removeprefix(prefix)
            # PEP 440 takes a version with a v before it, which is part of the prefix here.
            is_one = tag.startswith(prefix) and rest[:1].isdigit() and "." in rest
            version = versions.parsed(rest) if is_one else None
            if version is not None and version >= newest.get(prefix, version):
                newest[prefix] = version
    return max(newest, key=lambda prefix: (newest[prefix], -prefixes.index(prefix))) if newest else None


def _possible(inside: str, name: str | None) -> Iterator[str]:
    # In a folder below the top, a tag without a name belongs to the repository as a whole.
    if inside == ".":
        yield from _OF_ALL
    for stem in filter(None, (word(inside), inside.rpartition("/")[2].strip("."), name or "")):
        yield from (f"{stem}{end}" for end in _ENDS)
