"""What a release says while it goes on: a line for each step, on stdout."""

import os
import shlex

from slipway.options import Inputs
from slipway.runner.base import printable
from slipway.runner.github import without_commands

DONE, WRONG, UNSURE, NOT_ASKED = "✓", "✗", "!", "?"


def say(text: str = "") -> None:
    """Print text that may quote a value from outside; no line of it can command a terminal or a runner."""
    print(printable(without_commands(text)), flush=True)


def done(text: str) -> None:
    """Say that a step is done."""
    say(f"{DONE} {text}")


def listed(paths: tuple[str, ...], limit: int = 3) -> str:
    """Return a few paths in one line."""
    more = f" and {len(paths) - limit} more" if len(paths) > limit else ""
    return ", ".join(paths[:limit]) + more


def command(inputs: Inputs, *words: str) -> str:
    """Return the command line of `slipway release` with some words, as it is typed where this one was."""
    place = os.path.relpath(inputs.path)
    path = () if place == "." else ("--path", shlex.quote(place))
    return " ".join(("slipway", "release", *words, *path))


def quoted(text: str) -> str:
    """Return text in the quotation marks that a command line takes."""
    return shlex.quote(text)
