"""Reading an index: what it lists for a project, and the bytes it serves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import requests
from packaging.utils import canonicalize_name

from slipway.credential import Credential
from slipway.errors import ToolError
from slipway.index import listing, transport
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

NOT_FOUND, GONE = 404, 410

Answer = TypeVar("Answer")


class Client:
    """Reads one index, past every cache on the way.

    Args:
        index: its addresses.
        credential: where reading needs one; it is shown to the index itself and to no other server.
        patience: seconds to go on trying each request; None for the usual ones.
    """

    def __init__(
        self, index: Index, *, credential: Credential | None = None, patience: float | None = None
    ) -> None:
        self.index = index
        self.credential = credential
        self._seconds = READING if patience is None else patience
        self._session = transport.session({"Cache-Control": "no-cache", "Pragma": "no-cache"})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def trying_for(self, seconds: float) -> closing[Client]:
        """Return a client of the same index that goes on trying each request for that long, for a `with`."""
        return closing(Client(self.index, credential=self.credential, patience=seconds))

    def listing(self, name: str) -> Listing:
        """Return what the index lists for a project.

        Raises:
            ToolError: the index cannot be reached, or its answer is not valid.
        """
        url = urljoin(self.index.simple, f"{canonicalize_name(name)}/")

        def understand(response: requests.Response, body: bytes) -> Listing:
            return listing.read(
                body, content_type=response.headers.get("Content-Type", ""), base=response.url
            )

        found = self._fetch(url, ACCEPT, understand)
        return Listing(exists=False) if found is None else found

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

    def download(self, file: ServedFile, target: Path) -> str:
        """Download a file and return the SHA-256 of the bytes that came.

        Raises:
            ToolError: it cannot be downloaded.
        """

        def save(response: requests.Response) -> str:
            digest, size = hashlib.sha256(), 0
            with target.open("wb") as stream:
                for block in response.iter_content(1 << 20):
                    size += len(block)
                    if size > LARGEST_FILE:
                        raise transport.TooLarge(f"a file of more than {LARGEST_FILE} bytes")
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
        while True:
            retry_after = None
            try:
                with self._get(url, accept) as response:
                    if response.status_code in {NOT_FOUND, GONE}:
                        return None
                    if response.ok:
                        return use(response)
                    trouble = _refused(url, transport.status(response))
                    if not transport.is_transient(response.status_code):
                        raise trouble
                    retry_after = transport.retry_after(response)
            except transport.FAULTS as error:
                trouble = _unreachable(url, error)
            except (ValueError, TypeError, KeyError, RecursionError, transport.TooLarge) as error:
                trouble = _senseless(url, error)
            if not patience.pause(at_least=retry_after):
                raise trouble

    def _get(self, url: str, accept: str) -> requests.Response:
        own = self.credential is not None and transport.same_origin(url, self.index.simple)
        auth = self.credential.pair if own and self.credential else _no_auth
        return self._session.get(url, headers={"Accept": accept}, stream=True, auth=auth)


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
        cause="The index has a fault, or wants credentials for reading.",
        remedy="Wait a minute and run again; what was uploaded stays as it is.",
    )


def _senseless(url: str, error: Exception) -> ToolError:
    return ToolError(
        f"The index's answer to a request for {urlsplit(url).path} makes no sense.",
        cause=f"It is not what its API promises ({error}); a proxy or a login page may answer in its place.",
        remedy="Open that address in a browser to see what answers, then run again.",
    )
