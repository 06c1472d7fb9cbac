"""Reads what an index shows of a project before an upload."""

import contextlib
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from packaging.utils import canonicalize_name

from slipway.errors import SlipwayError
from slipway.index.client import Client
from slipway.manifest import Manifest
from slipway.publication import OnIndex
from slipway.rules.index.facts import IndexFacts

OPTIONAL = 20.0
"""Seconds to go on trying a request whose answer may be missing."""


class Origin(Struct, frozen=True, kw_only=True):
    """Where a release comes from.

    Attributes:
        repository: `owner/name` on GitHub, where it is known.
        tags: of the repository; None where not all of them are here.
    """

    repository: str | None = None
    tags: tuple[str, ...] | None = None


UNKNOWN = Origin()


def read(manifest: Manifest, client: Client, *, now: float, origin: Origin = UNKNOWN) -> IndexFacts:
    """Ask an index what it shows of a project, and return the facts; nothing is changed there.

    Args:
        manifest: what is to be uploaded.
        client: reads the index.
        now: seconds since the epoch.
        origin: where the release comes from; a job that publishes does not know it.

    Raises:
        ToolError: the index cannot be reached. Deleted versions, owners and other projects' names may be missing.
    """
    listing = client.listing(manifest.name)
    warehouse = client.index.site is not None
    project: dict[str, Any] = {}
    names: frozenset[str] | None = None
    with client.trying_for(OPTIONAL) as quick, contextlib.suppress(SlipwayError):
        if warehouse and listing.exists:
            project = quick.project(manifest.name) or {}
        elif warehouse:
            names = quick.project_names()
    return IndexFacts(
        index=client.index.title,
        warehouse=warehouse,
        project=manifest.name,
        version=manifest.version,
        artifacts=manifest.artifacts,
        listing=listing,
        now=now,
        emptied=_emptied(project),
        owners=_owners(project),
        links=tuple(_links(project)),
        repository=origin.repository,
        tags=origin.tags,
        project_names=frozenset(map(canonicalize_name, names)) if names else None,
        staging=manifest.plan is not None and manifest.plan.staging is not None,
    )


def record(state: IndexFacts) -> OnIndex:
    """Return what the manifest keeps of an index's answer."""
    public = bool(state.listing.of_version(state.version))
    return OnIndex(index=state.index, project=state.listing.exists, version=public if state.version else None)


def _emptied(project: dict[str, Any]) -> tuple[str, ...]:
    releases = project.get("releases")
    return tuple(v for v, files in releases.items() if files == []) if isinstance(releases, dict) else ()


def _links(project: dict[str, Any]) -> Iterator[str]:
    """Yield the addresses on a project's page (warehouse, docs/user/api/json.md)."""
    info = project.get("info")
    if isinstance(info, dict):
        urls = info.get("project_urls")
        listed = urls.values() if isinstance(urls, dict) else ()
        yield from (link for link in (*listed, info.get("home_page")) if isinstance(link, str))


def _owners(project: dict[str, Any]) -> tuple[str, ...]:
    ownership = project.get("ownership")
    if not isinstance(ownership, dict):
        return ()
    roles = ownership.get("roles")
    users = [
        role["user"]
        for role in (roles if isinstance(roles, list) else ())
        if isinstance(role, dict) and isinstance(role.get("user"), str)
    ]
    organization = ownership.get("organization")
    return (*([organization] if isinstance(organization, str) else []), *users)
