"""How findings are worded: values in quotes, several paths in one sentence, text cut to a readable length."""

from collections.abc import Iterator, Sequence

from slipway.rules.rule import Evidence

SHOWN_CHARACTERS = 120
PARSED_CHARACTERS = 5000
"""A longer value is not given to a parser: some take minutes for it, and no real value is near."""
SHOWN = 8
"""How many lines of a list are shown."""
NAMED = 3
"""How many paths of a group are named; more would hide the sentence around them."""


def over_length(value: str) -> str | None:
    """Return what is wrong with a value that is too long to be parsed, else None."""
    return f"it has {len(value)} characters" if len(value) > PARSED_CHARACTERS else None


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, without a final full stop."""
    return str(error).strip() or type(error).__name__.splitlines()[0].rstrip(".: ")


def shortened(value: str) -> str:
    """Return a value that is not longer than `SHOWN_CHARACTERS`."""
    return value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 1] + "…"


def quoted(value: str) -> str:
    """Return a value for use in a sentence: in quotes, on one line, not longer than can be read."""
    text = shortened(value)
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text) + '"'


def named(paths: Sequence[str]) -> str:
    """Return paths for use in a sentence: the first few in quotes, and how many there are beside them."""
    shown = ", ".join(map(quoted, paths[:NAMED]))
    return shown if len(paths) <= NAMED else f"{shown} and {len(paths) - NAMED} more"


def together(paths: Sequence[str], singular: str, plural: str | None = None) -> list[Evidence]:
    """Return one piece of evidence for all the paths, none if there are none.

    Args:
        paths: what was found.
        singular: the sentence for one of them; `{}` stands for it.
        plural: the sentence for several, where it is another one; `{}` stands for them.
    """
    if not paths:
        return []
    sentence = singular if plural is None or len(paths) == 1 else plural
    return [Evidence(sentence.replace("{}", named(paths)), file=paths[0])]


def first(found: Sequence[Evidence], most: int, rest: str) -> Iterator[Evidence]:
    """Yield the first pieces of evidence, and one that says how many more there are.

    Args:
        found: all of them.
        most: how many are yielded.
        rest: the sentence on the others; `{}` stands for their number.
    """
    yield from found[:most]
    if len(found) > most:
        yield Evidence(rest.replace("{}", str(len(found) - most)))


def listed(lines: Sequence[str]) -> str:
    """Return the first `SHOWN` lines, and how many more there are."""
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])
