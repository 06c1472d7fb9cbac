"""Where an index takes uploads and where it is read.

The addresses of PyPI and TestPyPI are the ones twine ships (`twine.utils`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from slipway.errors import InputError

NAMES = ("pypi", "testpypi")


@dataclass(frozen=True)
class Index:
    """An index.

    Attributes:
        name: `pypi`, `testpypi`, or its upload address without credentials.
        upload: the address that takes uploads.
        simple: the address of its simple repository API, ending in a slash.
        site: the address of its main site, ending in a slash, where it is Warehouse; else None.
    """

    name: str
    upload: str
    simple: str
    site: str | None = None


def asked(planned: str | None, wanted: str | None) -> str:
    """Return the index to work with: the one asked for now, else the one that was planned.

    Raises:
        InputError: neither names one.
    """
    index = wanted or planned
    if index and index != "none":
        return index
    raise InputError(
        "No index is named.",
        cause="This run was planned as a check, which publishes nothing.",
        remedy="Name the index with --index: testpypi, pypi, or an upload URL.",
    )


def resolve(index: str) -> Index:
    """Return the addresses of an index.

    Args:
        index: `pypi`, `testpypi`, or an upload address. Warehouse's upload address ends in `/legacy/` and its
            simple API stands beside it (docs/user/api in pypi/warehouse); other servers keep it below.
    """
    if index in NAMES:
        from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY

        return _warehouse(DEFAULT_REPOSITORY if index == "pypi" else TEST_REPOSITORY, name=index)
    if urlsplit(index).path.rstrip("/").endswith("/legacy"):
        return _warehouse(index, name=_without_credentials(index))
    upload = index if index.endswith("/") else f"{index}/"
    return Index(name=_without_credentials(index), upload=upload, simple=urljoin(upload, "simple/"))


def _warehouse(upload: str, *, name: str) -> Index:
    parts = urlsplit(upload)
    site = urlunsplit((parts.scheme, parts.netloc.removeprefix("upload."), "/", "", ""))
    return Index(name=name, upload=upload, simple=urljoin(site, "simple/"), site=site)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
