"""Rules on which files a release installs that the one before did not, and the other way round."""

from collections.abc import Iterator

from slipway.rules.difference.facts import DifferenceFacts, Pair, commands, once, plugins
from slipway.rules.families import difference
from slipway.rules.index.previous_release import platforms
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.wording import listed, named

LIBRARIES = (".so", ".pyd", ".dll", ".dylib")
TENFOLD = 10
LITTLE = 100_000
"""Bytes; what changes by less is not worth a look."""


@difference.warning(
    "program-added",
    title="The release brings a program for the machine, where the one before had none of the kind",
    why="Nobody can read what it does, and it is outside of what Python's tools look at.",
    fix="Find out which commit or which step of the build brought it; build it from source, or leave it out.",
    example="demo/data/updater.exe, in a wheel that had nothing but Python before",
)
def program_added(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once((path, pair) for pair in facts.pairs for path in pair.added if _is_new_program(pair, path))
    if found:
        forms = {path: pair.now.files[path].form for path, pair in found.items()}
        are = "is new: it is" if len(found) == 1 else "are new; the first is"
        yield Evidence(
            f"{named(list(found))} {are} {next(iter(forms.values()))}.",
            file=next(iter(found)),
            artifact=next(iter(found.values())).now.filename,
            seen=listed([f"{path}: {form}" for path, form in forms.items()]),
        )


def _is_new_program(pair: Pair, path: str) -> bool:
    """Return whether a file is a program, and not one more library among those that a compiled package has."""
    if pair.now.files[path].form is None:
        return False
    is_library = path.lower().endswith(LIBRARIES) or ".so." in path
    return not (is_library and any(file.form for file in pair.before.files.values()))


@difference.warning(
    "import-name-added",
    title="The release installs a top-level package that the one before did not",
    why="It stands beside everything else in site-packages, and may take the place of another project's package.",
    fix="If it slipped in, such as tests or a build folder, leave it out of the wheel; if it is meant, say so in the notes.",
    example="yaml/ beside demo/, in the wheel of demo",
)
def import_name_added(facts: DifferenceFacts) -> Iterator[Evidence]:
    yield from _names(facts, "added")


@difference.warning(
    "import-name-gone",
    title="A top-level package of the release before is not in this one",
    why="Who imports it gets an ImportError with the next upgrade.",
    fix="If it was not meant, look at how the build finds packages; else say it in the release notes, with what to use.",
    example="no demo_compat/, which 1.2.0 installed",
)
def import_name_gone(facts: DifferenceFacts) -> Iterator[Evidence]:
    yield from _names(facts, "gone")


def _names(facts: DifferenceFacts, which: str) -> Iterator[Evidence]:
    found = once(
        (name, pair)
        for pair in facts.wheels
        if pair.now.complete and pair.before.complete
        for name in sorted(
            pair.now.top_level - pair.before.top_level
            if which == "added"
            else pair.before.top_level - pair.now.top_level
        )
    )
    if found:
        what = "can be imported now" if which == "added" else "can no longer be imported"
        yield Evidence(
            f"{named(list(found))} {what}.",
            artifact=next(iter(found.values())).now.filename,
            seen=listed(list(found)),
        )


@difference.warning(
    "size-changed-tenfold",
    title="An artifact is ten times as large as the one before, or a tenth of it",
    why="A build folder, data or a foreign program may have slipped in; or most of the package is missing.",
    fix="Compare what is in both: `slipway compare --json` lists the files that are new, changed and gone.",
    example="a wheel of 4 MB, where the release before had 40 kB",
    cause="grew-many-times",
)
def size_changed_tenfold(facts: DifferenceFacts) -> Iterator[Evidence]:
    for pair in facts.pairs:
        now, before = pair.now.size, pair.before.size
        if max(now, before) >= TENFOLD * min(now, before) and abs(now - before) > LITTLE:
            times = f"{now / before:.0f} times" if now > before else f"one {before / now:.0f}th"
            yield Evidence(
                f"{pair.now.filename} has {times} the size of {pair.before.filename}.",
                artifact=pair.now.filename,
                seen=f"{now} bytes",
                expected=f"about {before} bytes",
                subject=pair.now.filename,
            )


@difference.warning(
    "platforms-gone",
    title="These files have no wheel for platforms that the release before had wheels for",
    why="Users of those platforms get the sdist with the next upgrade, and need a compiler all of a sudden.",
    fix="If they are built by other jobs or on other machines, nothing has to be done; else build the platform again.",
    example="no win_arm64 wheel, where 1.2.0 had some",
)
def platforms_gone(facts: DifferenceFacts) -> Iterator[Evidence]:
    if not facts.names:
        raise Skipped("the rule fewer-platforms-than-before has compared the platforms")
    now = platforms([outline.filename for outline in facts.now])
    gone = sorted(platforms(facts.names) - now)
    if gone and "any" not in now:
        yield Evidence(f"There is no wheel for {', '.join(gone)}.", artifact=facts.main, seen=listed(gone))


@difference.note(
    "entry-point-gone",
    title="Commands or plugins of the release before are not in this one",
    why="Who calls the command, or relies on the plugin, finds nothing there after the upgrade.",
    fix="If it was not meant, put it back; else say it in the release notes, with what to use in its place.",
    example="no command demo-admin, which 1.2.0 had",
)
def entry_point_gone(facts: DifferenceFacts) -> Iterator[Evidence]:
    now = [commands(pair.now) | plugins(pair.now) for pair in facts.wheels]
    before = [commands(pair.before) | plugins(pair.before) for pair in facts.wheels]
    if gone := sorted(frozenset[str]().union(*before) - frozenset[str]().union(*now)):
        yield Evidence(
            f"{named(gone)} {'is' if len(gone) == 1 else 'are'} gone.", artifact=facts.main, seen=listed(gone)
        )
