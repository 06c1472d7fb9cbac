"""What differs between the artifacts of two releases: which of them belong together, and what their files can do."""

import time
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace
from packaging.tags import Tag

from slipway.artifacts import abilities, outline
from slipway.artifacts.abilities import Abilities
from slipway.artifacts.outline import Outline
from slipway.rules.difference import code
from slipway.rules.difference.facts import Pair

LOOK_SECONDS = 30.0
"""Seconds of processor time for looking into the files of all artifacts; most releases take less than one."""


class Looked:
    """What the files of artifacts can do; each content is looked into once.

    Attributes:
        unread: paths of files that time was not left for.
    """

    def __init__(self) -> None:
        self._known: dict[str | None, Abilities] = {}
        self._left = LOOK_SECONDS
        self.unread: list[str] = []

    def abilities(self, sketch: Outline, paths: Iterable[str]) -> Mapping[str, Abilities]:
        """Return what some files of an artifact can do, by their comparable path; those without any ability are left out."""
        files = {path: sketch.files[path] for path in code.looked_at(paths, of_sdist=sketch.kind == "sdist")}
        wanted = {file.path: file.sha256 for file in files.values() if file.sha256 not in self._known}
        if wanted:
            started = time.thread_time()
            for path, data in outline.contents(sketch.location, wanted.keys()):
                if time.thread_time() - started > self._left:
                    self.unread.append(path)
                else:
                    self._known[wanted[path]] = abilities.read(data)
            self._left -= time.thread_time() - started
        known = {path: self._known.get(file.sha256, abilities.NONE) for path, file in files.items()}
        return {path: found for path, found in known.items() if found != abilities.NONE}


def pairs(now: Sequence[Outline], before: Sequence[Outline], looked: Looked) -> tuple[Pair, ...]:
    """Return which artifacts of two releases stand for the same thing, and what their files can do."""
    made = [Pair(now=one, before=other) for one in now if (other := nearest(one, before)) is not None]
    return tuple(
        replace(
            pair,
            abilities=looked.abilities(pair.now, (*pair.added, *pair.changed)),
            abilities_before=looked.abilities(pair.before, (*pair.gone, *pair.changed)),
        )
        for pair in made
    )


def nearest(one: Outline, others: Iterable[Outline]) -> Outline | None:
    """Return the artifact of another release that is most like one, None where there is none of its kind."""
    same = [other for other in others if other.kind == one.kind]
    return max(same, key=lambda other: likeness(one.parts.tags, other.parts.tags), default=None)


def likeness(one: Iterable[Tag], other: Iterable[Tag]) -> tuple[bool, bool, bool, bool]:
    """Return what the tags of two wheels have in common, what matters most first: system, platform, Python, ABI."""
    ours, theirs = list(one), list(other)
    return (
        bool({system(tag.platform) for tag in ours} & {system(tag.platform) for tag in theirs}),
        bool({_family(tag.platform) for tag in ours} & {_family(tag.platform) for tag in theirs}),
        bool({tag.interpreter for tag in ours} & {tag.interpreter for tag in theirs}),
        bool({tag.abi for tag in ours} & {tag.abi for tag in theirs}),
    )


def system(platform: str) -> str:
    """Return the system of a platform tag: `linux`, `macosx`, `win`, `any`."""
    return "linux" if "linux" in platform else platform.partition("_")[0].rstrip("0123456789")


def _family(platform: str) -> str:
    """Return a platform tag without the version of the system: `manylinux_x86_64` for `manylinux_2_28_x86_64`."""
    parts = platform.split("_")
    return "_".join([parts[0].rstrip("0123456789"), *(part for part in parts[1:] if not part.isdecimal())])
