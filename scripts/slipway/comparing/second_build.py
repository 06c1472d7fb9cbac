"""Two builds of the same commit: whether they made the same bytes, the same content, or something else.

The second build may come from another job or another machine, so its files are read as foreign ones, within the limits of
every archive, and no link is followed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from slipway.artifacts import filename, outline
from slipway.comparing import archive_form, causes
from slipway.comparing.archive_form import Archive
from slipway.comparison import BuiltTwice
from slipway.errors import InputError
from slipway.manifest import sha256
from slipway.rules.second_build.facts import TwiceFacts

MOST = 1000
"""Files of a folder that are looked at."""
LARGER = 50
"""How many times as large as the first one the file of a second build may be; compression does less."""
LISTED = 50
"""Members of an artifact that are listed."""
EXPLAINED = 20
"""Members that are looked into for a cause."""
FOLLOWING = ".dist-info/RECORD"
"""The end of the path of what differs because other members do."""


def read(paths: Sequence[Path], folder: Path) -> TwiceFacts:
    """Return how artifacts compare with those of the same names in a folder or in its `dist`.

    Args:
        paths: the artifacts.
        folder: holds what the second build made.

    Raises:
        InputError: there is no sdist and no wheel in it, or it holds the very files themselves.
    """
    made = dict(_made(folder))
    if not made:
        raise InputError(
            f"There is no sdist and no wheel in {folder}.",
            cause="It is another folder, or the second build failed.",
            remedy="Build the commit again with `slipway build --work FOLDER`, and name its folder.",
        )
    for path in paths:
        if path.name in made and path.samefile(made[path.name]):
            raise InputError(
                f"{folder} does not hold a second build: its {path.name} is the very file that is to be compared.",
                cause="The folder is that of the first build, or its files are linked from there.",
                remedy="Build the commit again with `slipway build --work FOLDER`, and name its folder.",
            )
    compared = tuple(_compared(path, made.get(path.name)) for path in paths)
    others = sorted(made.keys() - {path.name for path in paths})
    return TwiceFacts(artifacts=compared, others=tuple(others))


def _made(folder: Path) -> Iterator[tuple[str, Path]]:
    for place in (folder / "dist", folder):
        found = sorted(place.iterdir())[:MOST] if place.is_dir() else []
        for path in found:
            if filename.kind_of(path.name) and path.is_file() and not path.is_symlink():
                yield path.name, path


def _compared(path: Path, other: Path | None) -> BuiltTwice:
    if other is None:
        return BuiltTwice(filename=path.name, verdict="missing")
    sizes = path.stat().st_size, other.stat().st_size
    if sizes[1] > LARGER * sizes[0]:
        detail = (
            f"that of the second build is not compared: it has {sizes[1]} bytes, the first one {sizes[0]}"
        )
        return BuiltTwice(filename=path.name, verdict="different", differs=(detail,))
    if sha256(path) == sha256(other):
        return BuiltTwice(filename=path.name, verdict="identical")
    mine, theirs = archive_form.read(path), archive_form.read(other)
    for archive, which in ((mine, "first"), (theirs, "second")):
        if archive.problems:
            detail = f"that of the {which} build is not compared: {archive.problems[0].detail}"
            return BuiltTwice(filename=path.name, verdict="different", differs=(detail,))
    if mine.content() == theirs.content():
        fields = archive_form.differences(mine, theirs)
        explained = causes.of_fields(fields)
        return BuiltTwice(filename=path.name, verdict="same-content", differs=fields, causes=explained)
    return _different(path, mine, other, theirs)


def _different(path: Path, mine: Archive, other: Path, theirs: Archive) -> BuiltTwice:
    ours, others = mine.content(), theirs.content()
    changed = [name for name in sorted(ours.keys() & others.keys()) if ours[name] != others[name]]
    leading = [name for name in changed if not name.endswith(FOLLOWING)]
    alone = [
        *(f"{name} (in the first build alone)" for name in sorted(ours.keys() - others.keys())),
        *(f"{name} (in the second build alone)" for name in sorted(others.keys() - ours.keys())),
    ]
    named = leading if leading or alone else changed
    contents = [*_contents(path, other, named[:EXPLAINED])]
    places = {name: f"{name} ({causes.place(one, two)})" for name, one, two in contents}
    return BuiltTwice(
        filename=path.name,
        verdict="different",
        differs=tuple([*alone, *(places.get(name, name) for name in named)][:LISTED]),
        causes=tuple(dict.fromkeys(causes.of_members(contents))),
    )


def _contents(path: Path, other: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes, bytes]]:
    one, two = (dict(outline.contents(file, names)) for file in (path, other))
    yield from ((name, one[name], two[name]) for name in names if name in one and name in two)
