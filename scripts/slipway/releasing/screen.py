"""What a release says while it goes on: a line for each step, on stdout."""

import os

from slipway import system
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
    return " ".join(("slipway", "release", *words)) + place(inputs, "--path")


def status(inputs: Inputs, version: str) -> str:
    """Return the command line that says where a release stands, as it is typed where this one was."""
    return f"slipway status {version}{place(inputs, '--path')}"


def place(inputs: Inputs, *option: str) -> str:
    """Return what leads a command to the project, with a blank before it; nothing where this one was typed there."""
    try:
        path = os.path.relpath(inputs.path)
    except ValueError:  # on Windows, from one drive to another
        path = str(inputs.path)
    return "" if path == "." else f" {' '.join(map(system.typed, (*option, path)))}"


def quoted(text: str) -> str:
    """Return text in the quotation marks that a command line takes."""
    return system.typed(text)
