"""A small client of GitHub's REST API for one repository (https://docs.github.com/en/rest).

The token goes to the API's own origin and to the host that takes its uploads, never anywhere else, and never along with
a redirect. Nothing is tried again in here: whether a request that broke off had an effect is found out by looking.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import requests
from requests.auth import AuthBase

from slipway.errors import InputError, ToolError
from slipway.index import addresses, clock, transport
from slipway.runner import GitHubApi
from slipway.runner import github as runner

VERSION = "2022-11-28"
"""The version of the API, which every request names (https://docs.github.com/en/rest/about-the-rest-api/api-versions)."""

PAGE = 100
"""Entries of one page of a list, the most that GitHub gives."""

PAGES = 30
"""Pages of a list that are read at most."""

LARGEST_ANSWER = 32 * 1024**2
"""Bytes read of one answer; a page of releases has all their notes in it."""

FORBIDDEN, NOT_FOUND, TOO_MANY = 403, 404, 429

REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")

Answer = TypeVar("Answer")


class Refused(Exception):  # noqa: N818 - named for what happened
    """GitHub does not do what it was asked for.

    Attributes:
        request: method and path, as in GitHub's documentation.
        status: of its answer.
        words: what it says, in its own words.
        codes: the codes of its errors, such as `already_exists`.
        single_sign_on: the page that authorises the token, where an organisation demands that.
        wanted: the permissions that would do, as GitHub names them; empty where it does not say.
    """

    def __init__(self, request: str, response: requests.Response) -> None:
        self.request = request
        self.status = response.status_code
        self.words, self.codes = _said(response)
        sso = re.search(r"url=(https://\S{1,500})", response.headers.get("X-GitHub-SSO", ""))
        self.single_sign_on = sso[1] if sso else None
        self.wanted = response.headers.get("X-Accepted-GitHub-Permissions", "")[:200]
        super().__init__(f"{transport.status(response)} to {request}: {self.words}")


class Unsettled(Exception):  # noqa: N818 - named for what happened
    """No answer came, or one that says to come again. Whether GitHub has acted is not known.

    Attributes:
        at_least: seconds that GitHub asks to wait.
    """

    def __init__(self, trouble: str, *, at_least: float | None = None) -> None:
        super().__init__(trouble)
        self.at_least = at_least


class _Bearer(AuthBase):
    """The token of one request; set in this way, a `.netrc` of this machine takes no effect."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class GitHub:
    """One repository on GitHub, as its REST API shows it.

    Args:
        api: where the API is, and the token for it.
        repository: `owner/name`.

    Raises:
        InputError: the address or the name cannot be used.
    """

    def __init__(self, api: GitHubApi, repository: str) -> None:
        parts = urlsplit(api.url)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and addresses.is_loopback(parts.hostname or "")
        )
        if not is_safe or "@" in parts.netloc:
            raise InputError(
                f"GitHub's REST API cannot be used at {parts.scheme}://{parts.hostname}.",
                cause=f"{runner.API_URL} holds a credential, or an address that does not begin with https://.",
                remedy="Remove the variable, or set it to the address of the API, such as https://api.github.com.",
            )
        if not REPOSITORY.fullmatch(repository):
            raise InputError(
                f"{repository[:100]!r} is not the name of a repository on GitHub.",
                cause=f"{runner.REPOSITORY} or the remote called origin names something else.",
                remedy="It has the form OWNER/NAME.",
            )
        self.repository = repository
        self._url = api.url.rstrip("/")
        self._token = api.token
        self.scopes: str | None = None
        """Those of a classic token, as GitHub lists them; None where it names none, as for tokens of other kinds."""
        self._session = transport.session({"X-GitHub-Api-Version": VERSION})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, path: str, kind: type[Answer], **query: str | int) -> Answer:
        """Return what is at a path below the repository.

        Args:
            path: such as `releases/latest`; its parts are escaped already.
            kind: the type of the answer.
            query: parameters.

        Raises:
            Refused: GitHub says no; `status` is 404 where there is nothing, or nothing that the token may see.
            Unsettled: it does not answer.
            ToolError: its answer is not what its documentation says.
        """
        return self._ask("GET", path, kind, params=query)

    def find(self, path: str, kind: type[Answer]) -> Answer | None:
        """Return what is at a path, or None where there is nothing; else like `get`."""
        try:
            return self.get(path, kind)
        except Refused as refused:
            if refused.status == NOT_FOUND:
                return None
            raise

    def all(self, path: str, kind: type[Answer], **query: str | int) -> Iterator[Answer]:
        """Yield the entries of a list, page by page; else like `get`."""
        for page in range(1, PAGES + 1):
            entries = self.get(path, list[kind], per_page=PAGE, page=page, **query)  # type: ignore[valid-type]
            yield from entries
            if len(entries) < PAGE:
                return

    def post(self, path: str, kind: type[Answer], document: Mapping[str, Any]) -> Answer:
        """Send a document to a path and return the answer; else like `get`."""
        return self._ask("POST", path, kind, json=document)

    def patch(self, path: str, kind: type[Answer], document: Mapping[str, Any]) -> Answer:
        """Change what is at a path and return it; else like `get`."""
        return self._ask("PATCH", path, kind, json=document)

    def delete(self, path: str) -> None:
        """Delete what is at a path; where there is nothing any more, that is as good. Else like `get`."""
        try:
            self._send("DELETE", self._address(path), f"DELETE {path}").close()
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise

    def upload(self, url: str, name: str, content: Path | bytes, kind: type[Answer]) -> Answer:
        """Upload an asset and return what GitHub made of it.

        Args:
            url: the `upload_url` of the release, a template for a URL (RFC 6570).
            name: of the asset.
            content: a file, or its bytes.
            kind: the type of the answer.

        Raises:
            ToolError: the address is not that of GitHub's own host for uploads.
            Refused: GitHub says no.
            Unsettled: the upload broke off.
        """
        address = url.partition("{")[0]
        if self._origin_of_uploads() != urlsplit(address)[:2]:
            raise ToolError(
                f"GitHub's answer names a host for uploads that is not its own: {urlsplit(address).netloc}.",
                cause="The answer was changed on its way, or this GitHub keeps its uploads where Slipway does "
                "not expect them.",
                remedy=f"Nothing was sent there. Look at {runner.API_URL} and at the proxies of this machine.",
            )
        request = f"POST releases/assets?name={name}"
        with content.open("rb") if isinstance(content, Path) else _nothing(content) as data:
            response = self._send(
                "POST",
                address,
                request,
                params={"name": name},
                data=data,
                headers={"Content-Type": "application/octet-stream"},
                timeout=transport.UPLOAD_TIMEOUT,
            )
        return self._read(response, kind, request)

    def content(self, path: str, *, limit: int) -> bytes:
        """Return the bytes of an asset, from where GitHub keeps them.

        Args:
            path: of the asset, such as `releases/assets/1`.
            limit: bytes that it may have.

        Raises:
            ToolError: it has more bytes.
            Refused: GitHub says no.
            Unsettled: it does not answer.
        """
        accept = {"Accept": "application/octet-stream"}
        with self._send("GET", self._address(path), f"GET {path}", headers=accept, stream=True) as response:
            if not response.is_redirect:
                return _limited(response, path, limit)
            target = response.headers["Location"]
        # The place it is kept at belongs to others, and its address is the permission to read it.
        with self._send("GET", target, f"GET {path}", is_own=False, stream=True) as response:
            return _limited(response, path, limit)

    def digest(self, path: str, *, limit: int) -> str:
        """Return the SHA-256 of an asset in hexadecimal; else like `content`."""
        return hashlib.sha256(self.content(path, limit=limit)).hexdigest()

    def _address(self, path: str) -> str:
        return f"{self._url}/repos/{self.repository}{f'/{path}' if path else ''}"

    def _origin_of_uploads(self) -> tuple[str, str]:
        """Return scheme and host that take uploads: beside `api.` is `uploads.`, on GHES it is the same host."""
        scheme, host = urlsplit(self._url)[:2]
        return scheme, f"uploads.{host.removeprefix('api.')}" if host.startswith("api.") else host

    def _ask(self, method: str, path: str, kind: type[Answer], **options: Any) -> Answer:  # noqa: ANN401 - those of requests
        response = self._send(method, self._address(path), f"{method} {path}", **options)
        return self._read(response, kind, f"{method} {path}")

    def _send(
        self,
        method: str,
        url: str,
        request: str,
        *,
        is_own: bool = True,
        headers: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401 - those of requests
    ) -> requests.Response:
        given = {"Accept": "application/vnd.github+json", **(headers or {})}
        auth = _Bearer(self._token if is_own else None)
        try:
            response = self._session.request(
                method, url, headers=given, auth=auth, allow_redirects=False, **options
            )
        except transport.FAULTS as error:
            raise Unsettled(f"GitHub gave no answer to {request} ({type(error).__name__})") from error
        self.scopes = response.headers.get("X-OAuth-Scopes", self.scopes)
        if response.ok and (not response.is_redirect or "stream" in options):
            return response
        if (seconds := _to_wait(response)) is not None:
            raise Unsettled(
                f"GitHub answered {transport.status(response)} to {request}", at_least=seconds or None
            )
        raise Refused(request, response)

    def _read(self, response: requests.Response, kind: type[Answer], request: str) -> Answer:
        try:
            if len(response.content) <= LARGEST_ANSWER:
                return msgspec.json.decode(response.content, type=kind)
            trouble = "it is too large"
        except msgspec.MsgspecError as error:
            trouble = str(error)
        except transport.FAULTS as error:
            raise Unsettled(f"GitHub's answer to {request} broke off ({type(error).__name__})") from error
        raise ToolError(
            f"GitHub's answer to {request} cannot be read: {trouble}.",
            cause="Something between this machine and GitHub answered in its place, or GitHub has changed its API.",
            remedy=f"Look at {runner.API_URL} and at the proxies of this machine, then run it again.",
        )


class _nothing:  # noqa: N801 - used like a function
    """Bytes, where a file is expected that is closed again."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __enter__(self) -> bytes:
        return self._content

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


def escaped(part: str) -> str:
    """Return a part of a path, such as a tag; slashes stay."""
    return quote(part, safe="/")


def _limited(response: requests.Response, path: str, limit: int) -> bytes:
    try:
        return transport.content(response, limit=limit)
    except transport.TooLarge as error:
        raise ToolError(
            f"The asset at {path} is larger than the file it should be.",
            cause="Somebody attached another file under that name.",
            remedy="Look at the release's page.",
        ) from error
    except transport.FAULTS as error:
        raise Unsettled(f"GitHub's answer to GET {path} broke off ({type(error).__name__})") from error


def _to_wait(response: requests.Response) -> float | None:
    """Return the seconds to wait before another attempt, 0 where GitHub does not say; None where it says no.

    Both of its limits answer 403 or 429 (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api).
    """
    asked = transport.retry_after(response)
    is_used_up = response.headers.get("X-RateLimit-Remaining") == "0"
    if response.status_code in {FORBIDDEN, TOO_MANY}:
        reset = response.headers.get("X-RateLimit-Reset", "")
        if asked is None and is_used_up and reset.isdecimal():
            return max(0.0, float(reset) - clock.CLOCK.now())
        is_limit = asked is not None or is_used_up or "rate limit" in transport.words(response).lower()
        return (asked or 0.0) if is_limit or response.status_code == TOO_MANY else None
    return (asked or 0.0) if transport.is_transient(response.status_code) else None


def _said(response: requests.Response) -> tuple[str, tuple[str, ...]]:
    """Return GitHub's words and the codes of its errors ("Troubleshooting the REST API", validation failed)."""
    try:
        document = response.json()
    except (ValueError, RecursionError):
        document = None
    listed = document.get("errors") if isinstance(document, dict) else None
    errors = [error for error in listed if isinstance(error, dict)] if isinstance(listed, list) else []
    codes = tuple(str(error.get("code", ""))[:100] for error in errors)
    more = [str(error.get("message") or f"{error.get('field')}: {error.get('code')}") for error in errors]
    words = "; ".join(dict.fromkeys([transport.words(response), *more]))
    return words[: transport.LONGEST_WORDS], codes
