"""What a comparison showed, in words: with the last release, and with a second build."""

from collections.abc import Iterator, Sequence

from slipway.comparison import ComparedFile, Comparison
from slipway.manifest import Manifest
from slipway.report import verdict

NAMED = 3
"""Requirements, commands and files that are named in the line; the rest is listed below it."""

SIGNS = {"added": "+", "gone": "-", "changed": "~"}
"""How a file is listed, by what became of it."""


def line(compared: Comparison) -> str:
    """Return one line on how a release differs from the one before."""
    if not (shown := _main(compared)):
        return f"Since {compared.version} {compared.place}: no file has a counterpart there."
    added, gone, changed = shown.counts
    parts = [
        f"{number} {word}"
        for number, word in ((added, "new"), (gone, "gone"), (changed, "changed"))
        if number
    ]
    kind = "wheel" if shown.filename.endswith(".whl") else "sdist"
    files = (
        f"of the files in the {kind} {', '.join(parts)}" if parts else f"the files in the {kind} are the same"
    )
    sizes = f"{verdict.size(shown.size)}, and {verdict.size(shown.other_size)} before"
    more = [*_named("requirement", compared.requirements, "+ "), *_named("command", compared.commands, "")]
    return "; ".join([f"Since {compared.version} {compared.place}: {files} ({sizes})", *more]) + "."


def _main(compared: Comparison) -> ComparedFile | None:
    wheels = [one for one in compared.files if one.filename.endswith(".whl")]
    return next(iter([*wheels, *compared.files]), None)


def _named(word: str, values: Sequence[str], begin: str) -> Iterator[str]:
    new = [value.removeprefix(begin) for value in values if value.startswith(begin)]
    if new:
        more = f" and {len(new) - NAMED} more" if len(new) > NAMED else ""
        yield f"new {word}: {', '.join(new[:NAMED])}{more}"


def listed(compared: Comparison) -> list[str]:
    """Return every difference, a line each: requirements, the files of each artifact, what was not compared."""
    lines = [*compared.requirements, *(f"+ command {name}" for name in compared.commands)]
    seen: set[str] = set()
    for one in compared.files:
        rows = [f"{SIGNS[what]} {path}" for what in SIGNS for path in getattr(one, what)]
        # Wheels for several platforms differ in the same files.
        new = [row for row in rows if row not in seen]
        seen |= set(new)
        if new:
            lines += [f"{one.filename}, beside {one.other}:", *(f"  {row}" for row in new)]
        if (left := sum(one.counts) - len(rows)) > 0:
            lines.append(f"  … and {left} more")
    return [*lines, *(f"not compared: {reason}" for reason in compared.untried)]


AGREED = {
    "identical": "made the same bytes",
    "same-content": "made the same content in another form",
    "different": "made other content",
    "missing": "did not make these",
}


def agreement(manifest: Manifest) -> Iterator[str]:
    """Yield a sentence on what a second build made: one for all where it is the same for all."""
    verdicts = [one.verdict for one in manifest.built_twice]
    for kind in dict.fromkeys(verdicts):
        names = [one.filename for one in manifest.built_twice if one.verdict == kind]
        subject = ", ".join(names)
        if len(names) == len(verdicts) > 1:
            subject = f"all {len(names)} files"
        elif len(names) > NAMED:
            subject = f"{len(names)} of {len(verdicts)} files"
        fields = dict.fromkeys(f for one in manifest.built_twice if one.verdict == kind for f in one.differs)
        form = f" (what differs: {', '.join(fields)})" if kind == "same-content" else ""
        yield f"A second build {AGREED[kind]}{form}: {subject}."
