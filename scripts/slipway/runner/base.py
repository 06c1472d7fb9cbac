"""The interface between Slipway and the runner: a GitHub runner, a terminal or a pipe."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

Level = Literal["error", "warning", "notice"]
Sink = Callable[[str], None]

_HIDDEN = {
    code: f"\\u{code:04x}"
    for codes in (
        (0, 9),
        (11, 32),
        (127, 160),
        (0x61C, 0x61D),
        (0x200E, 0x2010),
        (0x2028, 0x202F),
        (0x2066, 0x206A),
    )
    for code in range(*codes)
} | {ord("\r"): " "}


def printable(text: str) -> str:
    """Return text with every character escaped that could command a terminal or change the order of what is read.

    These are the control characters, but for tab and newline, the line separators and the signs for the direction of
    writing (UAX #9). A carriage return, which progress bars use, becomes a space. The escapes are those of JSON, so
    that a JSON document stays the same document.
    """
    return text.translate(_HIDDEN)


class Event(Struct, frozen=True, kw_only=True):
    """What started this run, as the runner reports it.

    Attributes:
        name: GitHub's event name, or `local` where there is no event.
        ref: the full ref, such as `refs/tags/v1.0`.
        repository: `owner/name` of the repository that runs.
        head_repository: `owner/name` that a pull request comes from.
        attempt: how often this run has been started, the first time included.
        workflow_ref: `owner/name/.github/workflows/file@ref` of the workflow that was started.
        run_id: number of the run, for the commands that start it again.
    """

    name: str
    ref: str | None = None
    repository: str | None = None
    head_repository: str | None = None
    attempt: int = 1
    workflow_ref: str | None = None
    run_id: str | None = None


class IdTokenRequest(Struct, frozen=True):
    """Where the runner hands out ID tokens about the job, and the bearer token it wants for one.

    GitHub gives both to jobs with the permission `id-token: write` ("OpenID Connect reference").
    """

    url: str
    bearer: str

    def __repr__(self) -> str:
        """Return a text without the token."""
        return f"{type(self).__name__}(url={self.url!r})"


class GitHubApi(Struct, frozen=True):
    """Where GitHub's REST API is, for which repository, and the token for it.

    Attributes:
        url: its address, such as `https://api.github.com`.
        repository: `owner/name`, where the runner knows it.
        token: what the requests carry, if there is one.
    """

    url: str
    repository: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        """Return a text without the token."""
        return f"{type(self).__name__}(url={self.url!r}, repository={self.repository!r})"


class Runner(Protocol):
    """What a stage may ask of the runner. Everything it shows goes to stderr, never to stdout."""

    def stage(self, title: str) -> AbstractContextManager[Callable[[str], None]]:
        """Frame a stage: show that it began, keep it visible while it runs, show how it ended.

        The stage calls what this yields with a reason where it had nothing to do or did not finish.
        """

    def say(self, line: str) -> None:
        """Show one line about what is being done."""

    def untrusted(self, title: str) -> AbstractContextManager[Sink]:
        """Frame what foreign code prints; lines given to the sink cannot command the runner."""

    def quoting(self) -> AbstractContextManager[None]:
        """Frame what is printed to stdout and may quote foreign text; no line of it can command the runner."""

    def annotate(
        self, level: Level, message: str, *, title: str, file: Path | None = None, line: int | None = None
    ) -> None:
        """Attach a message to a file, by its absolute path, and line, where the runner can show that."""

    def summarise(self, render: Callable[[], str]) -> None:
        """Show a report in the summary of the job, if there is one.

        Args:
            render: makes the report, as Markdown; called where it is shown.
        """

    def set_output(self, name: str, value: str) -> None:
        """Set an output for the steps that follow, if there are any."""

    def mask(self, secret: str) -> None:
        """Keep a secret out of all logs from now on."""

    def event(self) -> Event:
        """Return what started this run."""

    def id_tokens(self) -> IdTokenRequest | None:
        """Return where ID tokens are handed out, or None where this job gets none."""

    def github(self) -> GitHubApi:
        """Return where GitHub's REST API is, and the token that this process was given for it."""
