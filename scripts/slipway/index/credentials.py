"""What proves to an index who uploads: in memory only, never shown.

The order: trusted publishing, then SLIPWAY_TOKEN (with SLIPWAY_USERNAME) or twine's own variables, then on somebody's
own machine `.pypirc` and the keyring.
"""

import contextlib
from collections.abc import Mapping
from typing import Literal, Protocol

from msgspec import Struct

from slipway.credential import Credential
from slipway.index.addresses import Index

TOKEN_USER = "__token__"  # noqa: S105 - the user name the index wants beside an API token

Kind = Literal["trusted-publishing", "variable", "pypirc", "keyring", "own"]


class Source(Protocol):
    """Where a credential comes from."""

    @property
    def kind(self) -> Kind:
        """Which kind of source it is."""

    @property
    def title(self) -> str:
        """What it is, as in a sentence."""

    def current(self) -> Credential:
        """Return a credential that is valid now."""

    def renew(self) -> bool:
        """Throw the credential away, so that the next is a new one; False where there is no other."""


class Fixed(Struct, frozen=True):
    """A credential that somebody gave once and for all."""

    kind: Kind
    title: str
    credential: Credential

    def current(self) -> Credential:
        return self.credential

    def renew(self) -> bool:
        return False


def stored(index: Index, environ: Mapping[str, str], *, own_machine: bool) -> Fixed | None:
    """Return the credential that somebody stored for an index, or None.

    Args:
        index: where it is for.
        environ: the variables of this process.
        own_machine: read `.pypirc` and the keyring too; a runner has neither.
    """
    given = _from_variables(environ)
    if given or not own_machine:
        return given
    return _from_pypirc(index) or _from_keyring(index)


def _from_variables(environ: Mapping[str, str]) -> Fixed | None:
    if token := environ.get("SLIPWAY_TOKEN", "").strip():
        user = environ.get("SLIPWAY_USERNAME", "").strip() or TOKEN_USER
        return Fixed("variable", "the token in SLIPWAY_TOKEN", Credential(user, token))
    if password := environ.get("TWINE_PASSWORD", "").strip():
        user = environ.get("TWINE_USERNAME", "").strip() or TOKEN_USER
        return Fixed("variable", "the password in TWINE_PASSWORD", Credential(user, password))
    return None


def _from_pypirc(index: Index) -> Fixed | None:
    import configparser

    from twine import exceptions, utils

    # A damaged file is no reason to stop where another source may do; its parse errors quote its secrets.
    with contextlib.suppress(OSError, configparser.Error, exceptions.TwineException):
        for section, settings in utils.get_config(utils.DEFAULT_CONFIG_FILE).items():
            matches = (settings.get("repository") or "").rstrip("/") == index.upload.rstrip("/")
            if matches and (password := settings.get("password")):
                user = settings.get("username") or TOKEN_USER
                return Fixed("pypirc", f"[{section}] in .pypirc", Credential(user, password))
    return None


def _from_keyring(index: Index) -> Fixed | None:
    from twine.auth import CredentialInput, Private

    # Read through twine, so that `twine upload` and Slipway find the same entry; neither prompts.
    resolver = Private({"repository": index.upload}, CredentialInput(username=TOKEN_USER))
    user = resolver.get_username_from_keyring()
    if user:
        resolver = Private({"repository": index.upload}, CredentialInput(username=user))
    password = resolver.get_password_from_keyring()
    if not password:
        return None
    return Fixed("keyring", "the keyring of this machine", Credential(user or TOKEN_USER, password))
