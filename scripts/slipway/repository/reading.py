"""Reading a repository's settings: nothing but GET requests, and what cannot be read is unknown."""

from collections.abc import Iterator
from typing import Protocol, TypeVar

from slipway.errors import ToolError
from slipway.index.clock import Patience
from slipway.repository.github import NOT_FOUND, PAGE, PAGES, Refused, Unsettled
from slipway.rules.repository.facts import Unknown

PATIENCE = 10.0
"""Seconds to go on asking GitHub, for all requests of a run together."""

Answer = TypeVar("Answer")


class Reads(Protocol):
    """What of GitHub's API is used here; there is no way to write."""

    def get(self, path: str, kind: type[Answer], **query: str | int) -> Answer:
        """Return what is at a path below the repository."""


class Reader:
    """Reads from GitHub, and returns why where it cannot.

    Args:
        github: the repository.
        has_token: whether the requests carry one.
    """

    def __init__(self, github: Reads, *, has_token: bool) -> None:
        self._github = github
        self._has_token = has_token
        self._patience = Patience(PATIENCE)
        self._given_up: Unknown | None = None

    def first(self, kind: type[Answer]) -> Answer:
        """Return the repository itself.

        Raises:
            Refused: GitHub does not show it.
            Unsettled: it does not answer.
            ToolError: its answer makes no sense.
        """
        return self._persist("", kind)

    def read(
        self, path: str, kind: type[Answer], *, absent: Answer | None = None, **query: str | int
    ) -> Answer | Unknown:
        """Return what is at a path below the repository, or why that is not known.

        Args:
            path: such as `environments`; its parts are escaped already.
            kind: the type of the answer.
            absent: what 404 stands for, where it cannot mean that the token lacks a right.
            query: parameters.
        """
        if self._given_up is not None:
            return self._given_up
        try:
            return self._persist(path, kind, **query)
        except Refused as refused:
            if refused.status == NOT_FOUND and absent is not None:
                return absent
            return Unknown(self._reason(refused))
        except Unsettled as unsettled:
            # GitHub may block who goes on asking at its limit; and where it is not reached, each request takes long.
            self._given_up = Unknown(_lasting(unsettled))
            return self._given_up
        except ToolError as error:
            return Unknown(error.happened.rstrip("."))

    def all(self, path: str, kind: type[Answer]) -> list[Answer] | Unknown:
        """Return a whole list, page by page, or why it is not known; one that is cut off is not."""
        found: list[Answer] = []
        for page in range(1, PAGES + 1):
            entries = self.read(path, list[kind], per_page=PAGE, page=page)  # type: ignore[valid-type]
            if isinstance(entries, Unknown):
                return entries
            found += entries
            if len(entries) < PAGE:
                return found
        return Unknown(f"{path} has more than {PAGE * PAGES} entries")

    def _persist(self, path: str, kind: type[Answer], **query: str | int) -> Answer:
        while True:
            try:
                return self._github.get(path, kind, **query)
            except Unsettled as unsettled:
                if not self._patience.pause(at_least=unsettled.at_least):
                    raise

    def _reason(self, refused: Refused) -> str:
        """Return why GitHub does not answer a request."""
        answer = f"GitHub answers {refused.status} to {refused.request}"
        if refused.single_sign_on:
            return f"{answer}: the organisation wants the token authorised for single sign-on"
        return "".join((answer, *self._because(refused)))

    def _because(self, refused: Refused) -> Iterator[str]:
        if not self._has_token:
            yield " without a token"
        elif refused.wanted:
            yield f": the token would need {refused.wanted}"
        elif refused.status == NOT_FOUND:
            yield ", which may mean that the token has not the right to see it"
        else:
            yield f": {refused.words}"


def _lasting(unsettled: Unsettled) -> str:
    wait = f"; it asks to wait {unsettled.at_least:.0f} s" if unsettled.at_least else ""
    return f"{unsettled}{wait}"
