"""The log of a build: every line goes to the screen and into `build.log`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.runner import Runner


@contextmanager
def build_log(folder: Path, runner: Runner, title: str) -> Iterator[Callable[[str], None]]:
    """Yield a function that takes one line of a build's output.

    Args:
        folder: where `build.log` is written; made if it is missing.
        runner: shows the lines as text of others.
        title: of the group that the lines are shown in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        runner.untrusted(title) as show,
        (folder / "build.log").open("w", encoding="utf-8", newline="\n") as stream,
    ):

        def log(line: str) -> None:
            stream.write(line + "\n")
            show(line)

        yield log
