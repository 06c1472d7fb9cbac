"""How rules word what they found: values in quotes, several paths in one sentence, text cut to a readable length."""

from __future__ import annotations

from collections.abc import Sequence

from slipway.rules.rule import Evidence

SHOWN_CHARACTERS = 120
PARSED_CHARACTERS = 5000
"""A longer value is not given to a parser: some take minutes for it, and no honest value comes near."""
NAMED = 3
"""So many paths of a group are named; more would hide the sentence they stand in."""


def over_length(value: str) -> str | None:
    """Return what there is to say of a value that is too long to be parsed, else None."""
    return f"it has {len(value)} characters" if len(value) > PARSED_CHARACTERS else None


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, without a final full stop."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".: ")


def quoted(value: str) -> str:
    """Return a value for use in a sentence: in quotes, on one line, not longer than can be read."""
    text = value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 1] + "…"
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text) + '"'


def named(paths: Sequence[str]) -> str:
    """Return paths for use in a sentence: the first few in quotes, and how many there are beside them."""
    shown = ", ".join(map(quoted, paths[:NAMED]))
    return shown if len(paths) <= NAMED else f"{shown} and {len(paths) - NAMED} more"


def together(paths: Sequence[str], singular: str, plural: str) -> list[Evidence]:
    """Return one piece of evidence for all the paths, none if there are none.

    Args:
        paths: what was found.
        singular: the sentence for one of them; `{}` stands for it.
        plural: the sentence for several; `{}` stands for them.
    """
    if not paths:
        return []
    sentence = singular if len(paths) == 1 else plural
    return [Evidence(message=sentence.replace("{}", named(paths)), file=paths[0])]
