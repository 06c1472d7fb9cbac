"""A run on a GitHub runner: workflow commands, the job summary, outputs and the event.

Workflow commands and environment files are documented in GitHub's "Workflow commands for GitHub Actions".
This is the only module that knows the names of GITHUB_* and ACTIONS_* variables.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slipway.runner.base import Event, GitHubApi, IdTokenRequest, Level, Sink, printable

SUMMARY_LIMIT = 1_000_000
"""Bytes of one step's summary; GitHub refuses more than a MiB."""


API_URL, REPOSITORY = "GITHUB_API_URL", "GITHUB_REPOSITORY"
JOB_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of a variable
"""The name of the job's own token among the secrets, and of the variable that many programs look for a token in."""
API_TOKENS = ("SLIPWAY_GITHUB_TOKEN", "GH_TOKEN", JOB_TOKEN)
"""Variables with a token for GitHub's REST API: the one that the action sets, then those of GitHub's program `gh`."""


def _token() -> str:
    """Return what nobody can guess."""
    import secrets  # a command on a laptop has no use for it

    return secrets.token_hex(16)


def rest_api(environ: Mapping[str, str]) -> GitHubApi:
    """Return where GitHub's REST API is, which repository runs, and the token for it.

    GitHub gives the first two to each job ("Variables reference"); elsewhere it is the API of github.com.
    """
    given = (environ.get(name, "").strip() for name in API_TOKENS)
    return GitHubApi(
        url=environ.get(API_URL, "").strip() or "https://api.github.com",
        repository=environ.get(REPOSITORY) or None,
        token=next(filter(None, given), None),
    )


def escape_data(text: str) -> str:
    """Return text for the message part of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Return text for a property of a workflow command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def without_commands(text: str) -> str:
    """Return text in which a runner finds no workflow command.

    It obeys `::command::` where only blanks stand before it, and `##[command]` anywhere in a line
    (actions/runner, ActionCommand.cs).
    """
    lines = text.replace("\r", "\n").replace("##[", "# #[").split("\n")
    return "\n".join(f"│ {line}" if line.lstrip().startswith("::") else line for line in lines)


class GitHubRunner:
    """Everything goes to stderr, which the runner reads for commands just like stdout."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def _command(self, name: str, message: str = "", **properties: str) -> None:
        listed = ",".join(f"{key}={escape_property(value)}" for key, value in properties.items())
        line = f"::{name}{' ' if listed else ''}{listed}::{escape_data(message)}"
        print(printable(line), file=sys.stderr, flush=True)

    @contextmanager
    def stage(self, title: str) -> Iterator[Callable[[str], None]]:
        self.say(f"{title} …")
        yield lambda reason: self.say(f"{title}: {reason}")

    def say(self, line: str) -> None:
        # A line of ours may quote text of a project.
        print(printable(without_commands(line)), file=sys.stderr, flush=True)

    @contextmanager
    def untrusted(self, title: str) -> Iterator[Sink]:
        token = _token()
        self._command("group", title)
        self._command("stop-commands", token)
        try:
            yield lambda line: print(printable(line), file=sys.stderr, flush=True)
        finally:
            self._command(token)
            self._command("endgroup")

    @contextmanager
    def quoting(self) -> Iterator[None]:
        # The report goes to stdout, which the runner reads beside stderr.
        token = _token()
        print(f"::stop-commands::{token}", flush=True)
        try:
            yield
        finally:
            print(f"::{token}::", flush=True)

    def annotate(
        self, level: Level, message: str, *, title: str, file: Path | None = None, line: int | None = None
    ) -> None:
        properties = {"title": title}
        if file is not None:
            properties["file"] = self._in_repository(file)
        if line is not None:
            properties["line"] = str(line)
        self._command(level, message, **properties)

    def _in_repository(self, file: Path) -> str:
        # GitHub shows an annotation at a path that starts from the repository's top folder.
        workspace = self._environ.get("GITHUB_WORKSPACE")
        inside = workspace and file.is_relative_to(workspace)
        return (file.relative_to(workspace) if workspace and inside else file).as_posix()

    def summarise(self, render: Callable[[], str]) -> None:
        if path := self._environ.get("GITHUB_STEP_SUMMARY"):
            room = SUMMARY_LIMIT - Path(path).stat().st_size if Path(path).exists() else SUMMARY_LIMIT
            with Path(path).open("ab") as stream:
                stream.write(printable(render()).encode()[:room])

    def set_output(self, name: str, value: str) -> None:
        if path := self._environ.get("GITHUB_OUTPUT"):
            delimiter = f"slipway-{_token()}"
            with Path(path).open("a", encoding="utf-8", newline="\n") as stream:
                stream.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def mask(self, secret: str) -> None:
        self._command("add-mask", secret)

    def event(self) -> Event:
        payload = self._payload()
        head = ((payload.get("pull_request") or {}).get("head") or {}).get("repo") or {}
        return Event(
            name=self._environ.get("GITHUB_EVENT_NAME", "unknown"),
            ref=self._environ.get("GITHUB_REF"),
            repository=self._environ.get(REPOSITORY),
            head_repository=head.get("full_name"),
            attempt=int(attempt)
            if (attempt := self._environ.get("GITHUB_RUN_ATTEMPT", "")).isdecimal()
            else 1,
            workflow_ref=self._environ.get("GITHUB_WORKFLOW_REF"),
            run_id=self._environ.get("GITHUB_RUN_ID"),
        )

    def id_tokens(self) -> IdTokenRequest | None:
        url = self._environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
        bearer = self._environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        return IdTokenRequest(url, bearer) if url and bearer else None

    def github(self) -> GitHubApi:
        return rest_api(self._environ)

    def _payload(self) -> dict[str, Any]:
        path = self._environ.get("GITHUB_EVENT_PATH")
        try:
            payload = json.loads(Path(path).read_bytes()) if path else {}
        except (OSError, ValueError):
            return {}
        return payload if isinstance(payload, dict) else {}
