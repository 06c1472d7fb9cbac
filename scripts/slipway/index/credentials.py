"""What proves to an index who uploads: in memory only, never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slipway.errors import InputError

TOKEN_USER = "__token__"  # noqa: S105 - the user name the index wants beside an API token


@dataclass(frozen=True)
class Credential:
    """A user name and a secret."""

    username: str
    secret: str = field(repr=False)

    @property
    def pair(self) -> tuple[str, str]:
        """Both, in the order in which clients want them."""
        return self.username, self.secret


def from_environment(environ: Mapping[str, str]) -> Credential:
    """Return the API token given by the environment: SLIPWAY_TOKEN, or twine's own variables.

    Raises:
        InputError: there is none.
    """
    if token := environ.get("SLIPWAY_TOKEN"):
        return Credential(TOKEN_USER, token)
    if password := environ.get("TWINE_PASSWORD"):
        return Credential(environ.get("TWINE_USERNAME", TOKEN_USER), password)
    raise InputError(
        "There is no credential to publish with.",
        cause="Neither SLIPWAY_TOKEN nor TWINE_PASSWORD is set.",
        remedy="Put an API token of the index into SLIPWAY_TOKEN for this one command.",
    )
