"""What the index will show of a release: the fields of its metadata, and the description as it renders it."""

from slipway.artifacts.metadata import MetadataFacts
from slipway.publication import Page
from slipway.rules.metadata import rendering
from slipway.rules.metadata.fields import each_uploaded, rejection

SHOWN = {
    "summary": "Summary",
    "license-expression": "License expression",
    "license": "License",
    "author": "Author",
    "author-email": "Author",
    "maintainer": "Maintainer",
    "maintainer-email": "Maintainer",
    "requires-python": "Requires Python",
    "provides-extra": "Extras",
    "keywords": "Keywords",
    "project-url": "Links",
    "home-page": "Homepage",
    "classifier": "Classifiers",
}
"""The fields that PyPI shows beside the description (warehouse, templates/packaging/detail.html), and their labels."""

LONGEST = 50_000
"""Characters of a rendered description that are kept; with a longer one the report would be too long to be read."""


def of(facts: MetadataFacts) -> Page:
    """Return what the index will show of an artifact with this metadata."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, label in SHOWN.items():
        if values := tuple(value for value, _ in each_uploaded(facts, name)):
            fields[label] = fields.get(label, ()) + values
    return Page(fields=tuple(fields.items()), description=_rendered(facts))


def _rendered(facts: MetadataFacts) -> str | None:
    text, value = facts.description, facts.one("description-content-type") or ""
    if text is None or (value and rejection("description_content_type", value)):
        return None
    kind, parameters = rendering.media_type(value)
    if rendering.why_not_rendered(text, kind):
        return None
    html, _ = rendering.render(text, kind, parameters.get("variant"))
    return html if html and len(html) <= LONGEST else None
