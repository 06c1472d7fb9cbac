"""Trusted publishing: an ID token of the job is exchanged for a short-lived token of the index.

How PyPI judges the exchange: warehouse, `oidc/views.py`, `oidc/models/github.py`. Minting with a pending
publisher creates the project, so nothing here mints before an upload needs the token.
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from slipway.credential import Credential
from slipway.errors import ToolError
from slipway.index import addresses, clock, transport
from slipway.index.addresses import NAMES, Index
from slipway.index.clock import Patience
from slipway.index.credentials import TOKEN_USER, Kind
from slipway.rules.publisher.facts import Claims
from slipway.runner import IdTokenRequest

TRYING = 120.0
"""Seconds to go on trying when the issuer or the index answers with faults."""

RENEWED_BEFORE = 120.0
"""Seconds before its end at which a token is renewed; one upload fits into them."""

LIFETIME = 900.0
"""Seconds a minted token lives where the answer does not say it (warehouse, `oidc/views.py`)."""

OWN_AUDIENCE = "slipway-preflight"
"""For a look at our own claims: no index takes a token with this audience in exchange for anything."""

JSON_LIMIT = 1024 * 1024

_ONCE: dict[str, Any] = {"stream": True, "allow_redirects": False}
"""How each request is made: a redirect could carry the ID token to another server."""


class MintRefused(Exception):  # noqa: N818 - named for what happened
    """The index does not exchange the ID token.

    Attributes:
        code: the index's own code, such as `invalid-publisher`.
        description: its own words.
    """

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


def read_claims(token: str) -> Claims:
    """Return the claims of an ID token; its signature is for the index to judge.

    Raises:
        ValueError: it is no such token.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return Claims(
            issuer=str(claims["iss"]),
            repository=str(claims["repository"]),
            job_workflow_ref=str(claims["job_workflow_ref"]),
            workflow_ref=str(claims.get("workflow_ref") or claims["job_workflow_ref"]),
            environment=str(claims["environment"]) if claims.get("environment") else None,
        )
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError(
            f"the ID token has no {error}" if isinstance(error, KeyError) else str(error)
        ) from None


def id_token(
    request: IdTokenRequest, audience: str, *, mask: Callable[[str], None], patience: float = TRYING
) -> str:
    """Return a fresh ID token for an audience.

    Args:
        request: where the runner hands them out.
        audience: whom the token is for.
        mask: gets the token before anything else happens.
        patience: seconds to go on trying.

    Raises:
        ToolError: the runner's service gives none.
    """

    def ask(session: requests.Session) -> requests.Response:
        headers = {"Authorization": f"bearer {request.bearer}", "Accept": "application/json"}
        # The address has a query of its own already; requests adds to it.
        return session.get(request.url, params={"audience": audience}, headers=headers, **_ONCE)

    status, answer = _exchange(ask, "The runner's ID token service", patience=patience)
    token = answer.get("value")
    if status != requests.codes.ok or not isinstance(token, str) or not token:
        raise ToolError(
            f"The runner's ID token service answered {status} instead of giving a token.",
            cause="The job's permission for ID tokens has ended, or the service has a fault.",
            remedy="Run the job again; if it happens again, see that the job has `permissions: id-token: write`.",
        )
    mask(token)
    return token


def audience_of(index: Index, *, patience: float = TRYING) -> str | None:
    """Return the audience an index wants in ID tokens, or None where it knows no trusted publishing.

    Raises:
        ToolError: it cannot be reached, or claims the audience of another index.
    """
    if index.site is None:
        return None
    url = urljoin(index.site, "_/oidc/audience")
    status, answer = _exchange(
        lambda session: session.get(url, headers={"Accept": "application/json"}, **_ONCE),
        f"The index at {urlsplit(url).hostname}",
        patience=patience,
    )
    audience = answer.get("audience")
    if status != requests.codes.ok or not isinstance(audience, str) or not audience:
        return None
    if not _may_ask_for(index, audience):
        raise ToolError(
            f"{index.title} asks for an ID token made out to {audience[:100]}.",
            cause="A token made out to another service could be used there in your name. An index may ask for its own name: "
            "pypi, testpypi, or the host in its address.",
            remedy="Nothing was sent. Check the address of the index; if it is right, publish with a token (SLIPWAY_TOKEN).",
        )
    return audience


def _may_ask_for(index: Index, audience: str) -> bool:
    """Return whether ID tokens for an index may be made out to an audience."""
    if index.name in NAMES:
        return audience == index.name
    host = urlsplit(index.upload).hostname or ""
    # What is sent to this machine itself leaves it only with somebody who is on it already.
    return audience == host or (addresses.is_loopback(host) and audience not in {*NAMES, "sigstore"})


class TrustedPublisher:
    """Mints upload tokens when they are needed, and new ones before they end.

    Args:
        index: where the token is for.
        audience: what the index wants in the ID token.
        request: where the runner hands out ID tokens.
        mask: gets every secret before anything else happens.
    """

    kind: Kind = "trusted-publishing"
    title = "trusted publishing"

    def __init__(
        self, index: Index, *, audience: str, request: IdTokenRequest, mask: Callable[[str], None]
    ) -> None:
        self._index = index
        self._audience = audience
        self._request = request
        self._mask = mask
        self._credential: Credential | None = None
        self._ends = 0.0

    def current(self) -> Credential:
        """Return a token that is valid for at least one more upload.

        Raises:
            MintRefused: the index gives none.
            ToolError: the index or the runner's service cannot be reached.
        """
        if self._credential is None or clock.CLOCK.now() > self._ends - RENEWED_BEFORE:
            self._credential = self._mint()
        return self._credential

    def renew(self) -> bool:
        self._credential = None
        return True

    def _mint(self) -> Credential:
        url = urljoin(self._index.site or self._index.upload, "_/oidc/mint-token")

        def exchange(session: requests.Session) -> requests.Response:
            # One ID token mints once (warehouse, `invalid-reuse-token`), so each attempt gets a fresh one.
            token = id_token(self._request, self._audience, mask=self._mask)
            return session.post(url, json={"token": token}, headers={"Accept": "application/json"}, **_ONCE)

        status, answer = _exchange(exchange, self._index.title, patience=TRYING)
        token = answer.get("token")
        if status == requests.codes.ok and isinstance(token, str) and token:
            self._mask(token)
            expires = answer.get("expires")
            lasts = clock.CLOCK.now() + LIFETIME
            self._ends = float(expires) if isinstance(expires, int | float) else lasts
            return Credential(TOKEN_USER, token)
        raise _refusal(status, answer)


def _refusal(status: int, answer: dict[str, Any]) -> MintRefused:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = str(first.get("code") or status)
    reason = str(first.get("description") or answer.get("message") or "no reason given")
    return MintRefused(code[: transport.LONGEST_WORDS], reason[: transport.LONGEST_WORDS])


def _exchange(
    ask: Callable[[requests.Session], requests.Response], who: str, *, patience: float
) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object of an answer; transient faults are retried."""
    waiting = Patience(patience)
    with transport.session() as session:
        while True:
            retry_after = None
            try:
                with ask(session) as response:
                    status, retry_after = response.status_code, transport.retry_after(response)
                    if response.is_redirect:
                        raise _redirected(who, response)
                    body = transport.content(response, limit=JSON_LIMIT)
                answer = _object(body)
                if not transport.is_transient(status) and (answer is not None or not response.ok):
                    return status, answer or {}
                reason = f"it answered {transport.status(response)}"
                if answer is None and response.ok:
                    reason = "its answer is not valid; a proxy or a login page may answer in its place"
            except (*transport.FAULTS, transport.TooLarge) as error:
                reason = str(error)
            if not waiting.pause(at_least=retry_after):
                raise ToolError(
                    f"{who} gave no token.",
                    cause=f"It has a fault that lasted: {reason}.",
                    remedy="Run the same command again in some minutes.",
                )


def _redirected(who: str, response: requests.Response) -> ToolError:
    goal = urlsplit(response.headers.get("Location", "")).hostname or "another address"
    return ToolError(
        f"{who} sends a token request on to {goal}.",
        cause="A redirect would take the token to a server that was not asked for.",
        remedy="Nothing was sent there. Check the address of the index; if it has moved, name the new one.",
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
