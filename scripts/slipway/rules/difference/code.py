"""Rules on what the code of a release can do that the code before it could not."""

import re
from collections.abc import Iterable, Iterator

from slipway.artifacts.abilities import NONE, Ability
from slipway.artifacts.outline import WRITTEN_ANEW
from slipway.rules.difference.facts import DifferenceFacts, Pair, once
from slipway.rules.families import difference
from slipway.rules.rule import Evidence
from slipway.rules.wording import listed, named, quoted

HIDING = frozenset({Ability.HIDDEN, Ability.FETCHED, Ability.BLOB})
ACTING = frozenset({Ability.NETWORK, Ability.PROGRAMS})
IN_SETUP = ACTING | {Ability.TEXT, Ability.MACHINE}

GROWN = 10
"""How many times as large a file that is imported first may become."""
MUCH = 4_000
"""Bytes; what grows by less is not worth a look."""
_BESIDE = re.compile(r"(?:^|/)(?:tests?|testing|docs?|examples?|benchmarks?)/")
"""Folders of an sdist that nobody installs."""
FILES = 3
"""Files of one kind of finding that have a line of their own."""


@difference.warning(
    "hidden-code-added",
    title="The release has code that hides what it runs",
    why="Code that is decoded or downloaded before it runs cannot be read by who reviews it; most stolen releases do it.",
    fix="Read the file in the artifact. If no commit of yours brought it, do not publish: rotate the project's credentials.",
    example='exec(base64.b64decode("aW1wb3J0IG9z…")), in a file that had nothing of the kind',
)
def hidden_code_added(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once((p, pair) for pair in facts.pairs for p in pair.abilities if _gained(pair, p, HIDING))
    yield from _files(found, HIDING)


@difference.warning(
    "import-does-more",
    title="Importing the package starts programs or uses the network, which it did not before",
    why="It happens to everybody who imports it, before they call anything.",
    fix="Find out which commit brought it. If it is meant, do it in a function that is called when it is needed.",
    example="urllib.request.urlopen(…) at the top of demo/__init__.py",
)
def import_does_more(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once(
        (p, pair)
        for pair in facts.wheels
        for p, abilities in pair.abilities.items()
        if abilities.at_import & ACTING - pair.could(p).at_import
    )
    yield from _files(found, ACTING, "as soon as it is imported", at_import=True)


@difference.warning(
    "setup-does-more",
    title="Building the sdist does more than before",
    why="What setup.py and the files beside it do happens to everybody who installs from the sdist.",
    fix="Find out which commit brought it; a file that only the sdist has was made by the build.",
    example="requests.post(…) in setup.py, which is not in the repository",
)
def setup_does_more(facts: DifferenceFacts) -> Iterator[Evidence]:
    found = once(
        (p, pair)
        for pair in facts.sdists
        for p in pair.abilities
        if "/" not in p and _gained(pair, p, IN_SETUP)
    )
    yield from _files(found, IN_SETUP, "when it is built")


def _gained(pair: Pair, path: str, which: frozenset[Ability]) -> frozenset[Ability]:
    return pair.abilities.get(path, NONE).anywhere & which - pair.could(path).anywhere


def _files(
    found: dict[str, Pair], which: frozenset[Ability], when: str = "", *, at_import: bool = False
) -> Iterator[Evidence]:
    for path, pair in [*found.items()][:FILES]:
        has, had = pair.abilities[path], pair.could(path)
        gained = (has.at_import - had.at_import if at_import else has.anywhere - had.anywhere) & which
        what = " and ".join(ability.value for ability in Ability if ability in gained)
        acts = f"{f'{when} ' if when else ''}{what}"
        is_changed = path in pair.before.files
        yield Evidence(
            f"{quoted(path)} {f'{acts}, which it did not before' if is_changed else f'is new, and {acts}'}.",
            file=path,
            artifact=pair.now.filename,
        )
    if rest := [*found][FILES:]:
        yield Evidence(
            f"The same goes for {named(rest)}.", artifact=found[rest[0]].now.filename, seen=listed(rest)
        )


@difference.warning(
    "start-code-grew",
    title="Code that is imported first has become many times as large",
    why="What stands in an `__init__.py` runs for everybody who imports any part of the package.",
    fix="Read what was added to it. If no commit of yours brought it, do not publish.",
    example="demo/__init__.py with 60 kB, where it had 200 bytes",
)
def start_code_grew(facts: DifferenceFacts) -> Iterator[Evidence]:
    grown = once((p, pair) for pair in facts.wheels for p in pair.changed if _has_grown(pair, p))
    for path, pair in grown.items():
        now, before = pair.now.files[path].size, pair.before.files[path].size
        yield Evidence(
            f"{quoted(path)} has {now} bytes, and had {before} before.",
            file=path,
            artifact=pair.now.filename,
            seen=f"{now} bytes",
            expected=f"about {before} bytes",
        )


def _has_grown(pair: Pair, path: str) -> bool:
    now, before = pair.now.files[path].size, pair.before.files[path].size
    return path.endswith("__init__.py") and now > GROWN * before and now - before > MUCH


def looked_at(paths: Iterable[str], *, of_sdist: bool) -> list[str]:
    """Return those of some files whose abilities the rules here want to know: in an sdist, what may be built from it."""
    return [
        path
        for path in paths
        if path.endswith((".py", ".pyw", ".pth"))
        and path not in WRITTEN_ANEW
        and not (of_sdist and _BESIDE.search(path))
    ]
