"""Follows `slipway status` blindly: reads what it prints, does what stands behind `Next:`, and asks again."""

import shlex
from collections.abc import Callable
from typing import Any

from index.scene import Scene
from slipway import cli
from slipway.errors import SlipwayError
from slipway.manifest import Manifest, write_manifest
from slipway.releasing import status
from slipway.report import standing
from slipway.runner import GitHubApi
from slipway.runner.terminal import PlainRunner

ROUNDS = 6
"""No release takes more; one that does goes in circles."""

COMPLETE = "complete"


class Laptop(PlainRunner):
    """A machine that knows no repository on GitHub."""

    def github(self) -> GitHubApi:
        return GitHubApi("https://api.github.com")


def shown(scene: Scene) -> list[str]:
    """Return what `status` prints; an error is printed as its sentences."""
    try:
        return list(standing.lines(status.read(scene.inputs("status", manifest_digest=None), Laptop())))
    except SlipwayError as error:
        return [error.happened, error.cause, error.remedy]


def next_of(lines: list[str]) -> str | None:
    """Return what stands behind `Next:`."""
    found = [line.removeprefix("Next: ") for line in lines if line.startswith("Next: ")]
    assert len(found) <= 1, lines
    return found[0] if found else None


def follow(scene: Scene) -> str:
    """Follow `status` from where a publication stands, and return how that ends."""
    if not (scene.work / "manifest.json").is_file():
        write_manifest(scene.manifest, scene.work)
    return until_the_end(lambda: shown(scene), lambda command, arguments: run(scene, command, arguments))


def until_the_end(show: Callable[[], list[str]], do: Callable[[str, list[str]], object]) -> str:
    """Do what is shown until that is nothing more, and return how it ends.

    The end is `complete`, or a clear stop: a page to open, another release to make, an error that says what to do, or a
    failure that is quoted and that came back when its command was run again.

    Args:
        show: returns what `status` prints.
        do: runs a command of Slipway with the words behind it.
    """
    seen: list[list[str]] = []
    for _ in range(ROUNDS):
        lines = show()
        step = next_of(lines)
        if step == standing.NOTHING:
            return COMPLETE
        if step is None:
            assert lines[-1], "an error says what to do"
            return "stop: nothing can be asked"
        if step.startswith("http"):
            return f"stop: {'yank' if '/manage/' in step else 'page'}"
        program, command, *arguments = shlex.split(step)
        assert program == "slipway", step
        if command in {"release", "check"}:
            return f"stop: {command}"
        if lines in seen:
            assert command == "status" or "The last run ended with this" in "\n".join(lines), lines
            return f"stop: {command} fails again"
        seen.append(lines)
        do(command, arguments)
    raise AssertionError(f"no end after {ROUNDS} rounds: {lines}")


def run(scene: Scene, command: str, arguments: list[str]) -> Manifest | None:
    """Run a command as it was printed, with the options that the command line reads from it."""
    assert read(command, arguments)["index"] == scene.bench.upload_url
    does: dict[str, Callable[[], Manifest | None]] = {
        "publish": scene.publish,
        "verify": scene.verify,
        "status": lambda: None,
    }
    return does[command]()


def read(command: str, arguments: list[str]) -> dict[str, Any]:
    """Return what the command line reads from the words behind a command."""
    return cli.slipway.commands[command].make_context(command, list(arguments)).params
