"""A run without a runner: plain lines on stderr."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.runner.base import Event, GitHubApi, IdTokenRequest, Level, Sink, printable
from slipway.runner.github import rest_api


class PlainRunner:
    """Plain lines: for pipes, files and simple terminals."""

    def __init__(self, *, verbose: bool = False) -> None:
        self._verbose = verbose

    @contextmanager
    def stage(self, title: str) -> Iterator[Callable[[str], None]]:
        self.say(f"{title} …")
        yield lambda reason: self.say(f"{title}: {reason}")

    def say(self, line: str) -> None:
        print(printable(line), file=sys.stderr, flush=True)

    @contextmanager
    def untrusted(self, title: str) -> Iterator[Sink]:
        def show(line: str) -> None:
            if self._verbose:
                self.say(f"  {title} │ {line}")

        yield show

    @contextmanager
    def quoting(self) -> Iterator[None]:
        yield

    def annotate(
        self, level: Level, message: str, *, title: str, file: Path | None = None, line: int | None = None
    ) -> None:
        """Do nothing: the report that follows shows it."""

    def summarise(self, render: Callable[[], str]) -> None:
        """Do nothing: report.md holds it."""

    def set_output(self, name: str, value: str) -> None:
        """Do nothing: there are no steps that follow."""

    def mask(self, secret: str) -> None:
        """Do nothing: nothing is recorded here."""

    def event(self) -> Event:
        return Event(name="local")

    def id_tokens(self) -> IdTokenRequest | None:
        return None

    def github(self) -> GitHubApi:
        return rest_api(os.environ)
