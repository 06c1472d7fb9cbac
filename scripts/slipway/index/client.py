"""Reading an index: what files it serves for a project, with which digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from packaging.utils import canonicalize_name
from slipway.errors import ToolError

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
"""The simple API in JSON where the index has it, else in HTML (PEP 691)."""

TIMEOUT = (10, 30)
"""Seconds to connect, and between two pieces of an answer."""

LARGEST_FILE = 2 * 1024**3
"""Bytes read of one file; the largest that PyPI allows is half of that."""


@dataclass(frozen=True, kw_only=True)
class ServedFile:
    """A file the index lists. `sha256` is None where the index does not say it."""

    filename: str
    url: str
    sha256: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool = False


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What the simple API says of a project.

    Attributes:
        exists: False when the index has no such project.
        status: PEP 792 status: active, archived, quarantined or deprecated.
    """

    exists: bool
    files: tuple[ServedFile, ...] = ()
    status: str = "active"

    def named(self, filename: str) -> ServedFile | None:
        """Return the file of that name, if it is listed."""
        return next((file for file in self.files if file.filename == filename), None)


class Client:
    """Reads one index, past every cache on the way.

    Args:
        simple: the address of its simple API.
        auth: user name and password, where reading needs them.
    """

    def __init__(self, simple: str, *, auth: tuple[str, str] | None = None) -> None:
        self._simple = simple
        self._session = requests.Session()
        self._session.headers.update({"Accept": ACCEPT, "Cache-Control": "no-cache", "User-Agent": "slipway"})
        if auth is not None:
            self._session.auth = auth

    def listing(self, name: str) -> Listing:
        """Return what the index serves for a project.

        Raises:
            ToolError: the index cannot be reached or answers with an error.
        """
        url = urljoin(self._simple, f"{canonicalize_name(name)}/")
        response = self._get(url)
        if response.status_code == requests.codes.not_found:
            return Listing(exists=False)
        if not response.ok:
            raise _refused(url, response.status_code, response.reason)
        if "json" in response.headers.get("Content-Type", ""):
            return _from_json(response.json(), response.url)
        return _from_html(response.text, response.url)

    def digest(self, file: ServedFile) -> str:
        """Download a file and return the SHA-256 of the bytes that came.

        Raises:
            ToolError: it cannot be downloaded.
        """
        digest, size = hashlib.sha256(), 0
        response = self._get(file.url, stream=True)
        if not response.ok:
            raise _refused(file.url, response.status_code, response.reason)
        with response:
            for block in response.iter_content(1 << 20):
                size += len(block)
                if size > LARGEST_FILE:
                    break
                digest.update(block)
        return digest.hexdigest()

    def _get(self, url: str, *, stream: bool = False) -> requests.Response:
        try:
            return self._session.get(url, timeout=TIMEOUT, stream=stream)
        except requests.RequestException as error:
            raise ToolError(
                f"The index at {urlsplit(url).hostname} cannot be reached.",
                cause=str(error),
                remedy="Check the connection, the proxy and the address of the index, then run again.",
            ) from error


def _refused(url: str, status: int, reason: str) -> ToolError:
    return ToolError(
        f"The index answered {status} {reason} to a request for {urlsplit(url).path}.",
        cause="The index has a fault, or wants credentials for reading.",
        remedy="Wait a minute and run again; what was uploaded stays as it is.",
    )


def _from_json(answer: dict[str, Any], base: str) -> Listing:
    files = tuple(
        ServedFile(
            filename=file["filename"],
            url=urljoin(base, file["url"]),
            sha256=file.get("hashes", {}).get("sha256"),
            size=file.get("size"),
            upload_time=file.get("upload-time"),
            yanked=bool(file.get("yanked", False)),
        )
        for file in answer.get("files", ())
    )
    return Listing(exists=True, files=files, status=answer.get("project-status", {}).get("status", "active"))


def _from_html(page: str, base: str) -> Listing:
    parser = _Anchors(base)
    parser.feed(page)
    return Listing(exists=True, files=tuple(parser.files))


class _Anchors(HTMLParser):
    """The anchors of a simple repository page (PEP 503)."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.files: list[ServedFile] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a" or not (href := given.get("href")):
            return
        url, fragment = urldefrag(urljoin(self._base, href))
        sha256 = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else None
        filename = urlsplit(url).path.rpartition("/")[2]
        self.files.append(
            ServedFile(filename=filename, url=url, sha256=sha256, yanked="data-yanked" in given)
        )
