"""Rules on what a release asks for that the one before did not: dependencies, a Python, extras."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from slipway.artifacts.outline import Outline
from slipway.rules.difference.facts import DifferenceFacts, every
from slipway.rules.families import difference
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.wording import PARSED_CHARACTERS, listed, named

PROJECTS = frozenset(Path(__file__).with_name("well_known.txt").read_text("utf-8").split())
"""Projects of PyPI that nearly everybody knows: names that others imitate."""
MOST = 2_000
"""Requirements that are read; no release has more."""
SHORTEST = 5
"""Letters of a name; between shorter ones a letter that differs says nothing."""
MINORS = tuple(f"3.{minor}" for minor in range(6, 16))
"""Versions of Python that are asked about."""


def required(outlines: Iterable[Outline]) -> dict[str, set[str]]:
    """Return what artifacts require, by normalized name: the requirements as packaging writes them."""
    found: dict[str, set[str]] = {}
    for one in parsed(outlines):
        found.setdefault(canonicalize_name(one.name), set()).add(str(one))
    return found


def parsed(outlines: Iterable[Outline]) -> Iterator[Requirement]:
    """Yield the requirements of artifacts that can be parsed, each once."""
    texts = [*dict.fromkeys(every(outlines, "requires-dist"))][:MOST]
    for text in texts:
        if len(text) <= PARSED_CHARACTERS:
            try:
                yield Requirement(text)
            except InvalidRequirement:
                continue


def _always(outlines: Iterable[Outline]) -> set[str]:
    """Return the normalized names of what is required without an extra."""
    return {canonicalize_name(r.name) for r in parsed(outlines) if "extra" not in str(r.marker or "")}


@difference.warning(
    "dependency-resembles-another",
    title="A new dependency is called almost like a well-known project",
    why="Names that differ from a well-known one in a letter are registered to be installed by mistake.",
    fix="Look at the project of that name on the index: its owners, its age, its repository. If it is the right one, "
    "nothing has to be done.",
    example='"reqeusts", beside requests',
)
def dependency_resembles_another(facts: DifferenceFacts) -> Iterator[Evidence]:
    before = required(facts.before)
    known = PROJECTS | before.keys()
    for name in sorted(required(facts.now).keys() - known):
        if alike := next((one for one in sorted(known) if _is_alike(name, one)), None):
            yield Evidence(
                f"The new dependency {name} is called almost like {alike}.", artifact=facts.main, seen=name
            )


def _is_alike(one: str, other: str) -> bool:
    """Return whether two normalized names differ in one letter, in two letters that changed places, or in separators."""
    if min(len(one), len(other)) < SHORTEST:
        return False
    bare, known = one.replace("-", ""), other.replace("-", "")
    return (
        bare == known or bare in {f"python{known}", f"py{known}", f"{known}py"} or _is_one_slip(bare, known)
    )


def _is_one_slip(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    is_swapped = a[1:2] + a[:1] + a[2:] == b
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or is_swapped


@difference.note(
    "dependency-added",
    title="The release requires projects that the one before did not",
    why="They are installed for everybody who upgrades, with all their code.",
    fix="Make sure that each of them is the project you mean, and is used.",
    example='"httpx", new in dependencies',
)
def dependency_added(facts: DifferenceFacts) -> Iterator[Evidence]:
    if not any(outline.metadata for outline in facts.before):
        raise Skipped("the release before has no metadata that can be read")
    new = _always(facts.now) - required(facts.before).keys() - {canonicalize_name(facts.project)}
    if new:
        whole = required(facts.now)
        yield Evidence(
            f"{named(sorted(new))} {'is a new dependency' if len(new) == 1 else 'are new dependencies'}.",
            artifact=facts.main,
            seen=listed([text for name in sorted(new) for text in sorted(whole[name])]),
        )


@difference.note(
    "python-range-narrowed",
    title="The release needs a Python that the one before did not",
    why="Installers on other Pythons go on choosing the release before; who asks for this one there is refused.",
    fix="If it is meant, say it in the release notes; else widen `requires-python`.",
    example='requires-python = ">=3.12", that was ">=3.9"',
)
def python_range_narrowed(facts: DifferenceFacts) -> Iterator[Evidence]:
    now, before = _pythons(facts.now), _pythons(facts.before)
    lost = [minor for minor in MINORS if minor in before and minor not in now]
    if lost:
        yield Evidence(
            f"It can no longer be installed on Python {', '.join(lost)}.",
            artifact=facts.main,
            seen=", ".join(sorted(set(every(facts.now, "requires-python")))),
            expected=", ".join(sorted(set(every(facts.before, "requires-python")))) or "any Python",
        )


def _pythons(outlines: Iterable[Outline]) -> set[str]:
    """Return the versions of Python for which all the artifacts that say so are."""
    found = set(MINORS)
    for text in set(every(outlines, "requires-python")):
        try:
            asked = SpecifierSet(text) if len(text) <= PARSED_CHARACTERS else SpecifierSet()
        except InvalidSpecifier:
            continue
        # Of a minor version the newest patch release counts.
        found = {minor for minor in found if asked.contains(f"{minor}.99")}
    return found


@difference.note(
    "extra-gone",
    title="Extras of the release before are not in this one",
    why="Who asks for them gets the package without what they stood for, and a warning at most.",
    fix="Keep the old name beside the new one for a while, or say it in the release notes.",
    example="no demo[speed], which 1.2.0 had",
)
def extra_gone(facts: DifferenceFacts) -> Iterator[Evidence]:
    now, before = (
        {canonicalize_name(extra): extra for extra in every(outlines, "provides-extra")}
        for outlines in (facts.now, facts.before)
    )
    gone = sorted(before[name] for name in before.keys() - now.keys())
    if gone:
        yield Evidence(
            f"The extra{'s' if len(gone) > 1 else ''} {named(gone)} {'is' if len(gone) == 1 else 'are'} gone.",
            artifact=facts.main,
            seen=listed(gone),
        )


def changes(now: Mapping[str, set[str]], before: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return how requirements differ, a line each: `+ httpx>=0.27`, `- requests`, `~ attrs>=23 (was attrs>=21)`."""
    lines = [f"+ {'; '.join(sorted(now[name]))}" for name in sorted(now.keys() - before.keys())]
    lines += [f"- {'; '.join(sorted(before[name]))}" for name in sorted(before.keys() - now.keys())]
    lines += [
        f"~ {', '.join(sorted(now[name]))} (was {', '.join(sorted(before[name]))})"
        for name in sorted(now.keys() & before.keys())
        if now[name] != before[name]
    ]
    return tuple(lines)
