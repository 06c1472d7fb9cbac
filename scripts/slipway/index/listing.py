"""What the simple repository API says of a project, read from its JSON or its HTML form.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

import json
import math
from collections.abc import Iterable
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from msgspec import Struct
from packaging.utils import (
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

OPEN_FOR = 14
"""Days in which a release takes new files (warehouse, `MAXIMUM_AGE_FOR_NEW_UPLOADS_DAYS`)."""

DAY = 86_400.0


class ServedFile(Struct, frozen=True, kw_only=True):
    """A file the index lists; what the index does not say is None.

    Attributes:
        size: in bytes.
        upload_time: as the index writes it, ISO 8601.
        provenance: address of its attestations.
    """

    filename: str
    url: str
    sha256: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool = False
    provenance: str | None = None

    @property
    def version(self) -> Version | None:
        """The version its name says, None where that is no name of an sdist or a wheel."""
        try:
            if self.filename.endswith(".whl"):
                return parse_wheel_filename(self.filename)[1]
            return parse_sdist_filename(self.filename)[1]
        except ValueError:
            return None

    @property
    def uploaded_at(self) -> float | None:
        """When it was uploaded, in seconds since the epoch; None where the index does not say."""
        try:
            return datetime.fromisoformat(self.upload_time).timestamp() if self.upload_time else None
        except ValueError:
            return None


class Listing(Struct, frozen=True, kw_only=True):
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

    def of_version(self, version: str | None) -> tuple[ServedFile, ...]:
        """Return the files of one release; `1.0` and `1.0.0` are the same one."""
        try:
            wanted = Version(version or "")
        except ValueError:
            return ()
        return tuple(file for file in self.files if file.version == wanted)

    def released(self) -> dict[Version, list[ServedFile]]:
        """Return the files of each version, those that were yanked left out."""
        releases: dict[Version, list[ServedFile]] = {}
        for file in self.files:
            if (version := file.version) is not None and not file.yanked:
                releases.setdefault(version, []).append(file)
        return releases

    def before(self, version: Version | None) -> list[ServedFile]:
        """Return the files of the newest final release that is older than a version, of the newest for None; or none."""
        releases = self.released()
        final = [one for one in releases if not one.is_prerelease]
        earlier = [one for one in final if version is None or one < version]
        return releases[max(earlier)] if earlier else []


def days_left(files: Iterable[ServedFile], *, now: float) -> int | None:
    """Return how many days a release still takes files, rounded up, or None where its age is unknown.

    Args:
        files: of the release.
        now: seconds since the epoch.
    """
    times = [moment for file in files if (moment := file.uploaded_at) is not None]
    return math.ceil(OPEN_FOR - (now - min(times)) / DAY) if times else None


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
