"""Follows `slipway status` blindly: reads what it prints, does what stands behind `Next:`, and asks again."""

import shlex
from collections.abc import Callable

from index.scene import Scene
from slipway import cli
from slipway.errors import SlipwayError
from slipway.manifest import Manifest, write_manifest
from slipway.releasing import status
from slipway.report import standing
from slipway.runner.terminal import PlainRunner

ROUNDS = 6
"""No release takes more; one that does goes in circles."""

COMPLETE = "complete"


def shown(scene: Scene) -> list[str]:
    """Return what `status` prints; an error is printed as its sentences."""
    try:
        return list(standing.lines(status.read(scene.inputs("status", manifest_digest=None), PlainRunner())))
    except SlipwayError as error:
        return [error.happened, error.cause, error.remedy]


def next_of(lines: list[str]) -> str | None:
    """Return what stands behind `Next:`."""
    found = [line.removeprefix("Next: ") for line in lines if line.startswith("Next: ")]
    assert len(found) <= 1, lines
    return found[0] if found else None


def follow(scene: Scene) -> str:
    """Do what `status` says until it says nothing more, and return how that ends.

    The end is `complete`, or a clear stop: a page to open, another release to make, an error that says what to do, or a
    failure that `status` quotes and that came back when its command was run again.
    """
    if not (scene.work / "manifest.json").is_file():
        write_manifest(scene.manifest, scene.work)
    seen: list[list[str]] = []
    for _ in range(ROUNDS):
        lines = shown(scene)
        step = next_of(lines)
        if step == standing.NOTHING:
            return COMPLETE
        if step is None:
            assert lines[-1], "an error says what to do"
            return "stop: nothing can be asked"
        if step.startswith("http"):
            return f"stop: {'yank' if '/manage/' in step else 'page'}"
        words = shlex.split(step)
        assert words[0] == "slipway", step
        if words[1] in {"release", "check"}:
            return f"stop: {words[1]}"
        if lines in seen:
            assert words[1] == "status" or "The last run ended with this" in "\n".join(lines), lines
            return f"stop: {words[1]} fails again"
        seen.append(lines)
        run(scene, words[1], words[2:])
    raise AssertionError(f"no end after {ROUNDS} rounds: {lines}")


def run(scene: Scene, command: str, arguments: list[str]) -> Manifest | None:
    """Run a command as it was printed, with the options that the command line reads from it."""
    parsed = cli.slipway.commands[command].make_context(command, list(arguments)).params
    assert parsed["index"] == scene.bench.upload_url
    does: dict[str, Callable[[], Manifest | None]] = {
        "publish": scene.publish,
        "verify": scene.verify,
        "status": lambda: None,
    }
    return does[command]()
