"""HTTP with timeouts; separates transient errors from refusals; extracts readable messages."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from slipway import system
from slipway.index import clock

TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""

UPLOAD_TIMEOUT = (10.0, 300.0)
"""The same for an upload; PyPI gives its own workers 240 seconds for one (gunicorn-uploads.conf.py)."""

LARGEST_ANSWER = 128 * 1024**2
"""Bytes read of one answer that is not a distribution; the list of all projects of PyPI has some 40 MB, and grows."""

LARGEST_REFUSAL = 64 * 1024
"""Bytes read of an answer that is an error or a redirect; the rest says nothing more."""

LONGEST_WORDS = 1000
"""Characters of an index's message that are shown."""

STANDARD_REASON = 3
"""Words in the longest of HTTP's own reason phrases for refusals; a longer one is the server's own message."""

REQUEST_TIMEOUT, TOO_EARLY, TOO_MANY, SERVER_FAULT = 408, 425, 429, 500

FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError)
"""What a broken, refused or silent connection raises."""


class Broken(Exception):  # noqa: N818 - named for what happened
    """A connection broke, or was silent for too long. Whether the other side has acted is not known."""


class TooLarge(Exception):  # noqa: N818 - named for what happened
    """An answer is larger than its limit."""


class _Limited(HTTPAdapter):
    """An adapter with limits where a caller, such as twine, sets none: on time, and on the size of an answer."""

    def __init__(self, timeout: tuple[float, float]) -> None:
        self._timeout = timeout
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - the base class's signature
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        streamed, kwargs["stream"] = kwargs.get("stream"), True
        return system.interruptible(
            lambda: self._answer(super(_Limited, self).send(request, *args, **kwargs), streamed=streamed)
        )

    def _answer(self, response: requests.Response, *, streamed: bool | None) -> requests.Response:
        if not response.ok or response.is_redirect:
            _keep(response, LARGEST_REFUSAL)
        elif not streamed:
            _keep(response, LARGEST_ANSWER)
        return response


def limit(session: requests.Session, timeout: tuple[float, float]) -> requests.Session:
    """Give a session a time limit and take its own retries away; return the session."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Limited(timeout))
    return session


def session(headers: Mapping[str, str] | None = None) -> requests.Session:
    """Return a session for reading and for tokens."""
    made = limit(requests.Session(), TIMEOUT)
    made.headers.update({"User-Agent": "slipway", **(headers or {})})
    return made


def content(response: requests.Response, *, limit: int | None = None) -> bytes:
    """Return the body of a streamed answer.

    Args:
        response: requested with `stream=True`.
        limit: bytes that are read at most; `LARGEST_ANSWER` by default.

    Raises:
        TooLarge: it has more bytes than the limit.
    """
    most = LARGEST_ANSWER if limit is None else limit
    return system.interruptible(lambda: _body(response, most))


def _body(response: requests.Response, most: int) -> bytes:
    body = bytearray()
    for block in response.iter_content(1 << 16):
        body += block
        if len(body) > most:
            raise TooLarge(f"an answer of more than {most} bytes")
    return bytes(body)


def _keep(response: requests.Response, limit: int) -> None:
    """Read an answer up to a limit; what follows is thrown away, and the connection with it."""
    kept = bytearray()
    for block in response.iter_content(1 << 14):
        kept += block
        if len(kept) > limit:
            response.close()
            break
    # Where requests looks for a body that was read; it has no public way to set one.
    response._content, response._content_consumed = bytes(kept[:limit]), True  # type: ignore[attr-defined]  # noqa: SLF001


def is_transient(status: int) -> bool:
    """Return whether an HTTP status stands for a fault that may be gone at the next attempt."""
    return status >= SERVER_FAULT or status in {REQUEST_TIMEOUT, TOO_EARLY, TOO_MANY}


def status(response: requests.Response) -> str:
    """Return the status of an answer for people: `503 Service Unavailable`."""
    try:
        phrase = HTTPStatus(response.status_code).phrase
    except ValueError:
        phrase = ""
    return f"{response.status_code} {response.reason or phrase}".rstrip()


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds an answer asks to wait (RFC 9110, 10.2.3), or None."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.fromtimestamp(clock.CLOCK.now(), tz=UTC)).total_seconds())


def words(response: requests.Response) -> str:
    """Return what an index says about a refusal, in its own words and as plain text.

    Warehouse says it in the reason phrase, which HTTP/2 does not have, and again as `code` where JSON is asked for;
    its `message` is then a sentence for every refusal of this status (warehouse/forklift/errors.py, and Pyramid's
    httpexceptions). Other servers say it in the body.
    """
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    given = answer if isinstance(answer, dict) else {}
    code = re.sub(r"\A\d{3}\s{1,9}", "", _text(given, "code"))
    for own in (response.reason or "", code):
        if len(own.split()) > STANDARD_REASON:
            return _plain(own)
    for key in ("message", "detail", "title", "error"):
        if text := _text(given, key):
            return _plain(text)
    return _plain(re.sub(r"<[^<>]{0,1000}>", " ", response.text)) or _plain(status(response))


def _text(answer: Mapping[str, Any], key: str) -> str:
    value = answer.get(key)
    return value.strip() if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return " ".join(text.split())[:LONGEST_WORDS]


def same_origin(one: str, other: str) -> bool:
    """Return whether two URLs go to the same server; a credential for one is not shown to another."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]
