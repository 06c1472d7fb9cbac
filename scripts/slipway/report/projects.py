"""Several projects in one report: a line for each, after what each of them was told on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from slipway.manifest import Manifest
from slipway.report import verdict

SIGNS = {"good": "✓", "blocked": "✗", "failed": "✗"}


def lines(stories: Mapping[str, Manifest | None]) -> Iterator[str]:
    """Yield the table: folder and verdict, or why a project was not tried.

    Args:
        stories: a manifest by folder; None for a project that did not change.
    """
    yield ""
    width = max(map(len, stories), default=0)
    for folder, story in stories.items():
        if story is None:
            yield f"- {folder:{width}}  unchanged since its last release: not tried"
        else:
            judged = verdict.of(story)
            yield f"{SIGNS[judged.mood]} {folder:{width}}  {judged.headline}"


def to_json(stories: Mapping[str, Manifest | None]) -> bytes:
    """Return all manifests as one JSON document, by folder."""
    return msgspec.json.format(msgspec.json.encode({"projects": stories}), indent=2) + b"\n"
