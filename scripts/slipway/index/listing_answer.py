"""The answers of the simple repository API, in JSON or in HTML, and the listings in them.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from slipway.index.listing import Listing, ServedFile


def read(body: bytes, *, content_type: str, base: str) -> Listing:
    """Return the listing in an answer.

    Args:
        body: of the answer.
        content_type: of the answer, to distinguish JSON from HTML.
        base: the address it came from.

    Raises:
        ValueError: it is no such answer.
        TypeError: it is one with other things in it.
    """
    if "json" in content_type:
        return _from_json(json.loads(body), base)
    page = body.decode("utf-8", "replace")
    if "<" not in page:
        raise ValueError("the answer is neither JSON nor HTML")
    parser = _Anchors(base)
    parser.feed(page)
    return Listing(exists=True, files=tuple(parser.files))


def _from_json(answer: object, base: str) -> Listing:
    if not isinstance(answer, dict) or not isinstance(answer.get("files"), list):
        raise TypeError("the answer has no list of files")
    status = answer.get("project-status")
    return Listing(
        exists=True,
        files=tuple(_file(file, base) for file in answer["files"] if isinstance(file, dict)),
        status=(_text(status.get("status")) or "active") if isinstance(status, dict) else "active",
    )


def _file(file: dict[str, Any], base: str) -> ServedFile:
    if not isinstance(file.get("filename"), str) or not isinstance(file.get("url"), str):
        raise TypeError("a file has no name or no address")
    hashes, size = file.get("hashes"), file.get("size")
    sha256 = _text(hashes.get("sha256")) if isinstance(hashes, dict) else None
    provenance = _text(file.get("provenance"))
    return ServedFile(
        filename=file["filename"],
        url=urljoin(base, file["url"]),
        sha256=sha256.lower() if sha256 else None,
        size=size if isinstance(size, int) else None,
        upload_time=_text(file.get("upload-time")),
        yanked=bool(file.get("yanked", False)),
        provenance=urljoin(base, provenance) if provenance else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class _Anchors(HTMLParser):
    """The anchors of a simple repository page in HTML."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.files: list[ServedFile] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a" or not (href := given.get("href")):
            return
        url, fragment = urldefrag(urljoin(self._base, href))
        sha256 = fragment.removeprefix("sha256=").lower() if fragment.startswith("sha256=") else None
        provenance = given.get("data-provenance")
        self.files.append(
            ServedFile(
                filename=unquote(urlsplit(url).path.rpartition("/")[2]),
                url=url,
                sha256=sha256,
                yanked="data-yanked" in given,
                provenance=urljoin(self._base, provenance) if provenance else None,
            )
        )
