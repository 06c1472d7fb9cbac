"""What an index shows of a project before an upload, beside what is to be uploaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from packaging.utils import canonicalize_name

from slipway.errors import SlipwayError
from slipway.index.client import Client
from slipway.index.listing import Listing
from slipway.manifest import Manifest
from slipway.records import Artifact

EXTRAS = 20.0
"""Seconds to go on trying what only adds to the picture."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class IndexFacts:
    """An index and a release that is about to go there.

    Attributes:
        index: name of the index.
        warehouse: whether it is PyPI's software, whose rules apply then.
        project: the project's name, as built.
        version: the release's version.
        artifacts: what is to be uploaded.
        listing: what the index shows of the project.
        emptied: versions the project once had files of, and has none now.
        owners: who may upload, as far as the index tells.
        project_names: names of all projects; only asked for a new one, None where the index does not tell.
        now: seconds since the epoch.
    """

    index: str
    warehouse: bool
    project: str
    version: str | None
    artifacts: tuple[Artifact, ...]
    listing: Listing
    now: float
    emptied: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    project_names: frozenset[str] | None = None

    @property
    def waiting(self) -> tuple[Artifact, ...]:
        """The artifacts whose names the index does not list."""
        return tuple(a for a in self.artifacts if self.listing.named(a.filename) is None)


def read(manifest: Manifest, client: Client, *, now: float) -> IndexFacts:
    """Ask an index what it shows of a project, and return the facts; nothing is changed there.

    Args:
        manifest: what is to be uploaded.
        client: reads the index.
        now: seconds since the epoch.

    Raises:
        ToolError: the index cannot be reached. What only adds to the picture may be missing from it.
    """
    listing = client.listing(manifest.name)
    warehouse = client.index.site is not None
    quick = Client(client.index, credential=client.credential, patience=EXTRAS)
    told = _ask(lambda: quick.project(manifest.name)) if warehouse and listing.exists else None
    names = _ask(quick.project_names) if warehouse and not listing.exists else None
    quick.close()
    return IndexFacts(
        index=client.index.spoken,
        warehouse=warehouse,
        project=manifest.name,
        version=manifest.version,
        artifacts=manifest.artifacts,
        listing=listing,
        now=now,
        emptied=_emptied(told),
        owners=_owners(told),
        project_names=frozenset(map(canonicalize_name, names)) if names else None,
    )


def _ask(question: Callable[[], Answer | None]) -> Answer | None:
    try:
        return question()
    except SlipwayError:
        return None


def _releases(told: dict[str, Any] | None) -> dict[str, list[Any]]:
    releases = (told or {}).get("releases")
    return {v: f for v, f in releases.items() if isinstance(f, list)} if isinstance(releases, dict) else {}


def _emptied(told: dict[str, Any] | None) -> tuple[str, ...]:
    return tuple(version for version, files in _releases(told).items() if not files)


def _owners(told: dict[str, Any] | None) -> tuple[str, ...]:
    ownership = (told or {}).get("ownership")
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
