"""docs/rules.md, from the catalogue of rules."""

from __future__ import annotations

from slipway.rules import pages


def generated() -> dict[str, str]:
    """Return the text of each page by its path in the repository."""
    return {"docs/rules.md": pages.catalogue_page()}
