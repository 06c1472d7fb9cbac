"""A run in a terminal: a moving line while something works, one quiet line when it is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.text import Text

from slipway.runner.base import Sink, printable
from slipway.runner.terminal import PlainRunner


class LiveRunner(PlainRunner):
    """Progress with rich; the last line of a build is shown as it comes, all of them with `--verbose`."""

    def __init__(self, *, verbose: bool = False) -> None:
        super().__init__(verbose=verbose)
        self._console = Console(stderr=True, highlight=False)
        self._status: Status | None = None
        self._title = ""

    @contextmanager
    def stage(self, title: str) -> Iterator[Callable[[str], None]]:
        title = printable(title)
        reasons: list[str] = []
        started = time.monotonic()
        self._title = title
        with self._console.status(Text(title)) as status:
            self._status = status
            try:
                yield lambda reason: reasons.append(printable(reason))
            except BaseException:
                self._console.print(Text.assemble(("✗ ", "bold red"), title))
                raise
            finally:
                self._status = None
        if reasons:
            self._console.print(Text.assemble(("• ", "bold yellow"), title, (f" {reasons[-1]}", "dim")))
            return
        seconds = f" {time.monotonic() - started:.1f} s"
        self._console.print(Text.assemble(("✓ ", "bold green"), title, (seconds, "dim")))

    def say(self, line: str) -> None:
        self._console.print(Text(f"  {printable(line)}", style="dim"))

    @contextmanager
    def untrusted(self, title: str) -> Iterator[Sink]:
        def show(line: str) -> None:
            text = printable(line)
            if self._verbose:
                self._console.print(Text(f"  {title} │ {text}", style="dim"))
            elif self._status is not None and text.strip():
                room = max(self._console.width - len(self._title) - 8, 10)
                self._status.update(Text.assemble(self._title, (f"  {text.strip()[:room]}", "dim")))

        yield show
        if self._status is not None:
            self._status.update(Text(self._title))
