"""Lines on a screen: wrapped to its width, with colours and links where it is a terminal that has them."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from slipway.runner.base import printable

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 100
"""Columns of a line where the width of the output is not known."""

NARROWEST = 40
"""Columns that lines are wrapped to at least; a terminal that is narrower breaks them itself."""


class Line(Struct, frozen=True):
    """One line, wrapped to the width of the output.

    Attributes:
        style: as rich names it.
        words: the part of the text that is a link, where the terminal can show one.
        address: returns where it leads to, if that is known; most outputs show no links, and git has to be asked.
    """

    text: str
    style: str = ""
    words: str = ""
    address: Callable[[], str | None] | None = None


def show(lines: Callable[[int], Iterable[Line]]) -> None:
    """Print lines to stdout: with colours in a terminal, plain elsewhere.

    Args:
        lines: makes the lines for a number of columns.
    """
    if is_on_terminal():
        from rich.console import Console

        console = Console(highlight=False)
        print_on(console, lines(max(console.width, NARROWEST)), linking=can_link(os.environ))
    else:
        for line in lines(PIPE_WIDTH):
            print(printable(line.text))


def is_on_terminal() -> bool:
    """Return whether stdout is a terminal that has colours."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def print_on(console: Console, lines: Iterable[Line], *, linking: bool) -> None:
    """Print lines on a console of rich, with their colours, and with their links where it can show them."""
    from rich.text import Text

    for line in lines:
        text = Text(printable(line.text), style=line.style)
        start = text.plain.find(line.words) if line.words else -1
        if start >= 0 and linking and line.address and (address := line.address()):
            text.stylize(f"link {address}", start, start + len(line.words))
        console.print(text, soft_wrap=True)


def wrapped(
    text: str, width: int, *, lead: str = "", hanging: int | None = None, style: str = ""
) -> Iterator[Line]:
    """Yield text as lines of at most `width` columns, where a word allows it.

    Args:
        text: what is to be wrapped; its own lines stay lines.
        width: columns.
        lead: what the first line begins with.
        hanging: blanks that the other lines begin with; by default as many as the lead is long.
        style: as rich names it.
    """
    indent = " " * (len(lead) if hanging is None else hanging)
    for number, paragraph in enumerate(printable(text).splitlines() or [""]):
        first = lead if number == 0 else indent
        # An option, a path or an address that is broken cannot be copied.
        pieces = textwrap.wrap(
            paragraph,
            width,
            initial_indent=first,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        # Without any text, the lead stands alone.
        for piece in pieces or [first.rstrip()]:
            yield Line(piece, style)


def can_link(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal is known to show links (OSC 8), by the variables that terminals set.

    https://github.com/Alhadis/OSC8-Adoption lists them. Others could show the address as signs that nobody can read.
    """
    if environ.get("TERM", "").startswith("screen") or "TMUX" in environ or "CI" in environ:
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in LINKING_PROGRAMS
        or environ.get("TERM") in LINKING_TERMS
        or any(environ.get(name) for name in ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM"))
        or (vte.isdigit() and int(vte) >= LINKING_VTE)
    )


LINKING_PROGRAMS = {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "zed", "rio"}
LINKING_TERMS = {"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "contour"}
LINKING_VTE = 5000
"""The library of GNOME Terminal and others, from 0.50 on."""
