"""Foreign text inside Markdown: shown as it is, never as markup."""

import re
from collections.abc import Sequence


def text(value: str) -> str:
    """Return text so that Markdown and HTML show it as it is, on one line."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u2060")
    for sign in "\\`*[]|#":
        escaped = escaped.replace(sign, f"\\{sign}")
    # Inside a word an underscore is no markup, and names are full of them.
    escaped = re.sub(r"(?<![^\W_])_+|_+(?![^\W_])", lambda found: r"\_" * len(found[0]), escaped)
    # GitHub makes links of bare addresses; a comment within one is not shown and keeps it from being an address.
    escaped = re.sub(r"(?i)www(?=\.)|:(?=//)", r"\g<0><!-- -->", escaped)
    return " ".join(escaped.split())


def sentence(value: str) -> str:
    """Return a sentence of ours, in which a value may stand between backticks, as Markdown on one line."""
    parts = value.split("`")
    if len(parts) % 2 == 0:
        return text(value)
    return "".join(
        (code(part) if part.strip() else "") if number % 2 else _spaced(part)
        for number, part in enumerate(parts)
    ).strip()


def _spaced(part: str) -> str:
    lead, tail = (" " if part[:1].isspace() else ""), (" " if part[-1:].isspace() else "")
    return f"{lead}{text(part)}{tail}" if part.strip() else " " * bool(part)


def code(value: str) -> str:
    """Return a value as inline code that cannot end early."""
    fence = "`" * (_longest_run(value, "`") + 1)
    pad = " " if "`" in value else ""
    return f"{fence}{pad}{' '.join(value.split())}{pad}{fence}".replace("|", "\\|")


def block(lines: str) -> list[str]:
    """Return lines as a code block that cannot end early."""
    fence = "`" * max(3, _longest_run(lines, "`") + 1)
    return [f"{fence}text", *lines.splitlines(), fence]


def shortened(lines: Sequence[str], *, most: int, longest: int) -> list[str]:
    """Return the first lines, each cut to a length, and one that says how many more there are.

    Args:
        lines: all of them.
        most: how many are kept.
        longest: characters kept of each.
    """
    shown = [line if len(line) <= longest else f"{line[:longest]} …" for line in lines[:most]]
    left = len(lines) - len(shown)
    return [*shown, *([f"and {left} lines more"] if left else [])]


def _longest_run(value: str, sign: str) -> int:
    longest = current = 0
    for character in value:
        current = current + 1 if character == sign else 0
        longest = max(longest, current)
    return longest
