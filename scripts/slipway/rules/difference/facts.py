"""A release beside another one of the same project: what each of their files holds, and what differs."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from slipway.artifacts.abilities import NONE, Abilities
from slipway.artifacts.entry_points import SCRIPT_GROUPS
from slipway.artifacts.outline import DATA, WRITTEN_ANEW, Outline

SCRIPTS = f"{DATA}/scripts/"


class Pair(Struct, frozen=True, kw_only=True, dict=True):
    """Two artifacts that stand for the same thing in two releases; paths are the comparable ones.

    Attributes:
        abilities: what the Python files that are new or changed can do.
        abilities_before: what those that were changed or are gone could do.
    """

    now: Outline
    before: Outline
    abilities: Mapping[str, Abilities] = field(default_factory=dict)
    abilities_before: Mapping[str, Abilities] = field(default_factory=dict)

    @cached_property
    def added(self) -> tuple[str, ...]:
        """The files that are new."""
        return tuple(sorted(self.now.files.keys() - self.before.files.keys() - WRITTEN_ANEW))

    @cached_property
    def gone(self) -> tuple[str, ...]:
        """The files that are no longer there."""
        return tuple(sorted(self.before.files.keys() - self.now.files.keys() - WRITTEN_ANEW))

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The files that are in both and differ."""
        both = self.now.files.keys() & self.before.files.keys() - WRITTEN_ANEW
        return tuple(
            sorted(path for path in both if self.now.files[path].sha256 != self.before.files[path].sha256)
        )

    def could(self, path: str) -> Abilities:
        """Return what a file could do before; for a new one what the files could do that are gone, as it may be one."""
        if path in self.before.files:
            return self.abilities_before.get(path, NONE)
        gone = [self.abilities_before.get(one, NONE) for one in self.gone]
        return Abilities(
            at_import=frozenset[str]().union(*(one.at_import for one in gone)),  # type: ignore[arg-type]
            anywhere=frozenset[str]().union(*(one.anywhere for one in gone)),  # type: ignore[arg-type]
        )


class Interface(Struct, frozen=True, kw_only=True):
    """How the public names of a package differ.

    Attributes:
        lines: a line for each module: its name, and what breaks for who uses it.
        problem: why nothing is known, None where it is.
    """

    lines: tuple[str, ...] = ()
    problem: str | None = None


class DifferenceFacts(Struct, frozen=True, kw_only=True):
    """A release and the one it is compared with.

    Attributes:
        project: name of the project.
        version: of the release.
        earlier: version of the other one.
        pairs: which artifacts stand for the same thing.
        now: every artifact of the release that was read; `before` those of the other.
        names: filenames of all files of the other release; empty where its platforms were compared before.
        interface: how the public names differ; None where nobody looked.
    """

    project: str
    version: str
    earlier: str
    pairs: tuple[Pair, ...]
    now: tuple[Outline, ...]
    before: tuple[Outline, ...]
    names: tuple[str, ...] = ()
    interface: Interface | None = None

    @property
    def main(self) -> str:
        """The filename that stands for the release: that of the first wheel, else of the first file."""
        names = [outline.filename for outline in self.now]
        return next((name for name in names if name.endswith(".whl")), names[0])

    @property
    def wheels(self) -> tuple[Pair, ...]:
        """The pairs that are wheels."""
        return tuple(pair for pair in self.pairs if pair.now.kind == "wheel")

    @property
    def sdists(self) -> tuple[Pair, ...]:
        """The pair of sdists, if there is one."""
        return tuple(pair for pair in self.pairs if pair.now.kind == "sdist")


def once(found: Iterable[tuple[str, Pair]]) -> dict[str, Pair]:
    """Return what was found by its path, each path with the first pair that has it."""
    first: dict[str, Pair] = {}
    for path, pair in found:
        first.setdefault(path, pair)
    return first


def commands(outline: Outline) -> frozenset[str]:
    """Return the names of the commands that an artifact installs."""
    points = {name for group in SCRIPT_GROUPS for name in outline.entry_points.get(group, {})}
    scripts = {path.removeprefix(SCRIPTS) for path in outline.files if path.startswith(SCRIPTS)}
    return frozenset(points | scripts)


def plugins(outline: Outline) -> frozenset[str]:
    """Return the entry points other than commands, as `group: name`."""
    return frozenset(
        f"{group}: {name}"
        for group, points in outline.entry_points.items()
        if group not in SCRIPT_GROUPS
        for name in points
    )


def every(outlines: Iterable[Outline], name: str) -> Iterator[str]:
    """Yield all values that a field of the metadata has in any of the artifacts; `name` as in `MetadataFacts.every`."""
    for outline in outlines:
        if outline.metadata is not None:
            yield from outline.metadata.every(name)
