"""Several projects in one report: a line for each, after the reports of the projects themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from slipway.manifest import Manifest
from slipway.report import verdict

SIGNS = {"good": "✓", "blocked": "✗", "failed": "✗"}


def lines(manifests: Mapping[str, Manifest | None]) -> Iterator[str]:
    """Yield the table: folder and verdict, or why a project was not checked.

    Args:
        manifests: a manifest by folder; None for a project that did not change.
    """
    yield ""
    width = max(map(len, manifests), default=0)
    for folder, manifest in manifests.items():
        if manifest is None:
            yield f"- {folder:{width}}  unchanged since its last release: not checked"
        else:
            judged = verdict.of(manifest)
            yield f"{SIGNS[judged.mood]} {folder:{width}}  {judged.headline}"


def to_json(manifests: Mapping[str, Manifest | None]) -> bytes:
    """Return all manifests as one JSON document, by folder."""
    return msgspec.json.format(msgspec.json.encode({"projects": manifests}), indent=2) + b"\n"
