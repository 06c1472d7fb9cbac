"""Where an index takes uploads and where it is read.

The addresses of PyPI and TestPyPI are the ones twine ships (`twine.utils`).
"""

import ipaddress
import re
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from slipway.errors import InputError
from slipway.publication import Publisher

NAMES = ("pypi", "testpypi")

TITLES = {"pypi": "PyPI", "testpypi": "TestPyPI"}
"""The name of an index in a sentence."""


class Index(Struct, frozen=True):
    """An index.

    Attributes:
        name: `pypi`, `testpypi`, or its upload address.
        upload: the address that takes uploads.
        simple: the address of its simple repository API, ending in a slash.
        guesses: where else that may be, for an index whose address does not say it.
        site: the address of its main site, ending in a slash, where it is Warehouse; else None.
    """

    name: str
    upload: str
    simple: str
    site: str | None = None
    guesses: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name in a sentence."""
        return TITLES.get(self.name, self.name)

    def release_page(self, project: str, version: str | None) -> str | None:
        """Return the page that shows a release."""
        if self.site is None or not version:
            return None
        return urljoin(self.site, f"project/{canonicalize_name(project)}/{version}/")

    def yank_page(self, project: str, version: str | None) -> str | None:
        """Return the page on which an owner yanks a release; there is no API for it."""
        if self.site is None or version is None:
            return None
        return urljoin(self.site, f"manage/project/{canonicalize_name(project)}/release/{quote(version)}/")

    def publisher_form(self, project: str | None, publisher: Publisher) -> str | None:
        """Return the page on which a trusted publisher is entered.

        Args:
            project: name of a project that exists, whose form can be filled in by the address; else None.
            publisher: the values to fill in (warehouse/manage/views).
        """
        if self.site is None:
            return None
        if project is None:
            return urljoin(self.site, "manage/account/publishing/")
        fields = {
            "provider": "github",
            "owner": publisher.owner,
            "repository": publisher.repository,
            "workflow_filename": publisher.workflow,
            "environment": publisher.environment or "",
        }
        query = urlencode(fields)
        return urljoin(self.site, f"manage/project/{canonicalize_name(project)}/settings/publishing/?{query}")


def form_values(publisher: Publisher, new_project: str | None) -> dict[str, str]:
    """Return what is entered in an index's form for trusted publishers, by the form's labels.

    Args:
        publisher: the values.
        new_project: name of a project that does not exist yet; None for one that does, whose form asks for no name.
    """
    return {
        **({"PyPI project name": new_project} if new_project else {}),
        "Owner": publisher.owner,
        "Repository name": publisher.repository,
        "Workflow name": publisher.workflow,
        "Environment name": publisher.environment or "(leave empty)",
    }


def choose(planned: str | None, wanted: str | None) -> str:
    """Return the index to work with: the one named for this run, else the planned one.

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


def environment(index: str, *, tag_prefix: str) -> str | None:
    """Return the GitHub environment of the job that publishes to an index; None for an index without a name.

    Projects of one repository have different tag prefixes and get one each: pending publishers of new projects
    must differ in it (warehouse/oidc/models). It is lower-case, as the index compares it.

    Args:
        index: `pypi`, `testpypi`, or an upload address.
        tag_prefix: the part of a release tag before the version: `v`, or `core-v` in a repository of several.
    """
    if index not in NAMES:
        return None
    project = re.sub(r"[^a-z0-9]+", "-", tag_prefix.lower().removesuffix("v")).strip("-")
    return f"{index}-{project}" if project else index


def resolve(index: str, *, simple: str | None = None) -> Index:
    """Return the addresses of an index.

    Args:
        index: `pypi`, `testpypi`, or an upload address. Warehouse's upload address ends in `/legacy/` and its
            simple API stands beside it (docs/user/api in pypi/warehouse); other servers keep it below, devpi as
            `+simple/` (its "User manual"), and Azure Artifacts beside `upload/`.
        simple: the address of the simple API, where it is somewhere else.

    Raises:
        InputError: an address holds a credential, or would carry one unencrypted.
    """
    from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY

    for name, upload in zip(NAMES, (DEFAULT_REPOSITORY, TEST_REPOSITORY), strict=True):
        if index == name or _ending_in_slash(index) == upload:
            return _warehouse(upload, name=name)
    for url in filter(None, (index, simple)):
        insist_on_safe(url)
    upload = _ending_in_slash(index)
    made = Index(name=index, upload=upload, simple=urljoin(upload, "simple/"))
    if urlsplit(upload).path.endswith("/legacy/"):
        made = _warehouse(upload, name=index)
    if simple:
        return replace(made, simple=_ending_in_slash(simple))
    places = (urljoin(upload, place) for place in ("simple/", "+simple/", "../simple/"))
    return replace(made, guesses=tuple(place for place in places if place != made.simple))


def runs_warehouse(index: str) -> bool:
    """Return whether an index is run with PyPI's software: PyPI, TestPyPI, or another whose address shows it.

    Raises:
        InputError: its address holds a credential, or would carry one unencrypted.
    """
    return index in NAMES or resolve(index).site is not None


def _warehouse(upload: str, *, name: str) -> Index:
    parts = urlsplit(upload)
    site = urlunsplit((parts.scheme, parts.netloc.removeprefix("upload."), "/", "", ""))
    return Index(name=name, upload=upload, simple=urljoin(site, "simple/"), site=site)


def _ending_in_slash(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def insist_on_safe(url: str) -> None:
    """Make sure that the address of an index gives no credential away.

    Raises:
        InputError: it holds one, would carry one unencrypted, or is no address.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise InputError(
            f"The address of the index at {parts.hostname} holds a credential.",
            cause="The URL has a user name or a password in it, where it ends up in logs and in the manifest.",
            remedy="Take it out of the URL, and give it as TWINE_USERNAME and TWINE_PASSWORD, or as SLIPWAY_TOKEN.",
        )
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise InputError(
            f"{url!r} is not the address of an index.",
            cause="It does not begin with https://, or names no host.",
            remedy="Write pypi, testpypi, or the full URL to which the index takes uploads.",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InputError(
            f"The index at {parts.hostname} would be reached unencrypted.",
            cause="Its address begins with http://, so that anybody on the way could read the credential.",
            remedy="Use its https:// address.",
        )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by its address and not by how it is spelled."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
