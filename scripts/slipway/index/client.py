"""Reading an index: what it lists for a project, and the bytes it serves."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import requests
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from slipway import system
from slipway.credential import Credential
from slipway.errors import InputError, SlipwayError, ToolError
from slipway.index import addresses, listing_answer, transport
from slipway.index.addresses import Index
from slipway.index.clock import Patience
from slipway.index.listing import Listing, ServedFile

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
"""The simple API in JSON where the index has it, else in HTML (PEP 691)."""

PROVENANCE = "application/vnd.pypi.integrity.v1+json"

READING = 120.0
"""Seconds to go on trying one request when the index answers with faults."""

LARGEST_FILE = 2 * 1024**3
"""Bytes read of one file; the largest that PyPI allows is half of that."""

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, GONE = 401, 403, 404, 410

MAY_WANT_CREDENTIAL = {UNAUTHORIZED, FORBIDDEN, NOT_FOUND}
"""What an index answers where reading needs a credential; some, such as GitLab's, hide then what they have."""

Answer = TypeVar("Answer")


class Client:
    """Reads one index, past every cache on the way.

    Args:
        index: its addresses.
        credential: for an index that wants one for reading: it is shown after a refusal, to the index itself and to no
            other server. PyPI and TestPyPI are read by everybody and never see it.
        patience: seconds to go on trying each request; None for the usual ones.
        say: shows a line before each further attempt.
    """

    def __init__(
        self,
        index: Index,
        *,
        credential: Credential | None = None,
        patience: float | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.index = index
        self.credential = None if index.name in addresses.NAMES else credential
        self._is_shown = False
        self._say = say
        self._seconds = READING if patience is None else patience
        self._session = transport.session({"Cache-Control": "no-cache", "Pragma": "no-cache"})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def trying_for(self, seconds: float) -> closing[Client]:
        """Return a client of the same index that goes on trying each request for that long, for a `with`."""
        return closing(Client(self.index, credential=self.credential, patience=seconds, say=self._say))

    def listing(self, name: str) -> Listing:
        """Return what the index lists for a project.

        Raises:
            InputError: the index wants a credential for reading, or refuses the one it got.
            ToolError: the index cannot be reached, or its answer is not valid.
        """

        def understand(response: requests.Response, body: bytes) -> Listing:
            return listing_answer.read(
                body, content_type=response.headers.get("Content-Type", ""), base=response.url
            )

        page = f"{canonicalize_name(name)}/"
        found = self._fetch(urljoin(self.index.simple, page), ACCEPT, understand)
        if found is None and self._moved():
            found = self._fetch(urljoin(self.index.simple, page), ACCEPT, understand)
        return Listing(exists=False) if found is None else found

    def _moved(self) -> bool:
        """Look once for the simple API at the places it may have; return whether it is elsewhere."""
        guesses = (self.index.simple, *self.index.guesses) if self.index.guesses else ()
        answering = (place for place in guesses if self._persist(place, ACCEPT, lambda _: True))
        simple, before = next(answering, self.index.simple), self.index.simple
        self.index = replace(self.index, simple=simple, guesses=())
        return simple != before

    def provenance(self, file: ServedFile, *, project: str, version: str) -> dict[str, Any] | None:
        """Return the provenance object of a file (PEP 740), or None where the index has none.

        Raises:
            ToolError: the index cannot be reached, or its answer is not valid.
        """
        url = file.provenance
        if url is None and self.index.site is not None:
            path = (
                f"integrity/{canonicalize_name(project)}/{quote(version)}/{quote(file.filename)}/provenance"
            )
            url = urljoin(self.index.site, path)
        return self.json(url, accept=PROVENANCE) if url else None

    def project(self, name: str) -> dict[str, Any] | None:
        """Return the JSON API's answer about a project, or None where the index has no such API or project.

        Raises:
            ToolError: the index cannot be reached, or its answer is not valid.
        """
        if self.index.site is None:
            return None
        return self.json(urljoin(self.index.site, f"pypi/{canonicalize_name(name)}/json"))

    def json(self, url: str, *, accept: str = "application/json") -> dict[str, Any] | None:
        """Return the JSON object at a URL, or None where there is nothing.

        Raises:
            ToolError: the index cannot be reached, or its answer is not valid.
        """
        return self._fetch(url, accept, lambda _, body: _object(body))

    def project_names(self) -> frozenset[str] | None:
        """Return the names of all projects, or None where the index does not list them in JSON.

        Raises:
            ToolError: the index cannot be reached, or its answer is not valid.
        """

        def understand(response: requests.Response, body: bytes) -> frozenset[str] | None:
            if "json" not in response.headers.get("Content-Type", ""):
                return None
            return frozenset(project["name"] for project in _object(body).get("projects", ()))

        return self._fetch(self.index.simple, JSON, understand)

    def download(
        self, file: ServedFile, target: Path, *, limit: int = LARGEST_FILE, seconds: float = math.inf
    ) -> str:
        """Download a file and return the SHA-256 of the bytes that came.

        Args:
            file: what to download.
            target: where to.
            limit: bytes that are taken at most.
            seconds: how long one attempt may take.

        Raises:
            ToolError: it cannot be downloaded, is larger, or takes longer.
        """

        def save(response: requests.Response) -> str:
            digest, size, deadline = hashlib.sha256(), 0, time.monotonic() + seconds
            with target.open("wb") as stream:
                for block in response.iter_content(1 << 20):
                    size += len(block)
                    if size > limit:
                        raise transport.TooLarge(f"a file of more than {limit} bytes")
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"it did not arrive within {seconds:.0f} s")
                    digest.update(block)
                    stream.write(block)
            return digest.hexdigest()

        digest = self._persist(file.url, "*/*", save)
        if digest is None:
            raise _refused(file.url, f"{NOT_FOUND} Not Found")
        return digest

    def _fetch(
        self, url: str, accept: str, understand: Callable[[requests.Response, bytes], Answer]
    ) -> Answer | None:
        return self._persist(url, accept, lambda r: understand(r, transport.content(r)))

    def _persist(self, url: str, accept: str, use: Callable[[requests.Response], Answer]) -> Answer | None:
        """Return what `use` makes of the answer to a request, or None for 404; transient faults are retried."""
        patience = Patience(self._seconds)
        trouble: SlipwayError
        while True:
            retry_after = None
            try:
                with self._get(url, accept) as response:
                    if response.status_code in {NOT_FOUND, GONE}:
                        return None
                    if response.ok:
                        return system.interruptible(partial(use, response))
                    trouble = self._refusal(url, response)
                    if not transport.is_transient(response.status_code):
                        raise trouble
                    retry_after = transport.retry_after(response)
            except transport.FAULTS as error:
                trouble = _unreachable(url, error)
            except (ValueError, TypeError, KeyError, RecursionError, transport.TooLarge) as error:
                trouble = _senseless(url, error)
            if not patience.pause(at_least=retry_after):
                raise trouble
            self._say(f"{trouble.happened} Trying again, for {patience.left:.0f} seconds more.")

    def _get(self, url: str, accept: str) -> requests.Response:
        may_show = self.credential is not None and self._is_own(url)
        response = self._ask(url, accept, with_credential=may_show and self._is_shown)
        if may_show and not self._is_shown and response.status_code in MAY_WANT_CREDENTIAL:
            response.close()
            refused, response = response.status_code, self._ask(url, accept, with_credential=True)
            self._is_shown = response.status_code != refused
        return response

    def _ask(self, url: str, accept: str, *, with_credential: bool) -> requests.Response:
        auth = self.credential.pair if with_credential and self.credential else _no_auth
        return self._session.get(url, headers={"Accept": accept}, stream=True, auth=auth)

    def _refusal(self, url: str, response: requests.Response) -> SlipwayError:
        status = transport.status(response)
        if response.status_code not in {UNAUTHORIZED, FORBIDDEN} or self.index.name in addresses.NAMES:
            return _refused(url, status)
        if not self._is_own(url):
            return _on_another_host(url, status)
        return _wants_credential(url, status, given=self.credential is not None)

    def _is_own(self, url: str) -> bool:
        return transport.same_origin(url, self.index.simple)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Given in place of None, for which requests would look into the machine's .netrc.
    return request


def _object(body: bytes) -> dict[str, Any]:
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise TypeError("the answer is no JSON object")
    return answer


def _unreachable(url: str, error: Exception) -> ToolError:
    return ToolError(
        f"The index at {urlsplit(url).hostname} cannot be reached.",
        cause=f"The connection failed: {error}.",
        remedy="Check the connection, the proxy and the address of the index, then run again.",
    )


def _refused(url: str, status: str) -> ToolError:
    return ToolError(
        f"The index answered {status} to a request for {urlsplit(url).path}.",
        cause="The index has a fault.",
        remedy="Wait a minute and run again; what was uploaded stays as it is.",
    )


def _on_another_host(url: str, status: str) -> InputError:
    return InputError(
        f"{urlsplit(url).hostname} answered {status} to a request for {urlsplit(url).path}.",
        cause="The index names another host for this, which wants a credential; the index's own is not shown to it.",
        remedy="Let the index serve its files itself, or from addresses that need no credential.",
    )


def _wants_credential(url: str, status: str, *, given: bool) -> InputError:
    host = urlsplit(url).hostname
    if given:
        return InputError(
            f"The index at {host} answered {status} to a request with the credential of this run.",
            cause="The user name or the token is wrong, has expired, or may upload and not read.",
            remedy="Give one that may read as well, as SLIPWAY_TOKEN with its user name as SLIPWAY_USERNAME, and run "
            "again; what was uploaded stays as it is.",
        )
    return InputError(
        f"The index at {host} answered {status}: it wants a credential for reading, and this run has none.",
        cause="SLIPWAY_TOKEN is empty. In a workflow the secret is missing, or is not handed to this job.",
        remedy="Give it as SLIPWAY_TOKEN (in the action, the input `token`), its user name as SLIPWAY_USERNAME, and run "
        "again; what was uploaded stays as it is.",
    )


def _senseless(url: str, error: Exception) -> ToolError:
    return ToolError(
        f"The index's answer to a request for {urlsplit(url).path} makes no sense.",
        cause=f"It is not what its API promises ({error}); a proxy or a login page may answer in its place.",
        remedy="Open that address in a browser to see what answers, then run again.",
    )
