"""manifest.schema.json, from the records of the manifest."""

from __future__ import annotations

import json

from slipway.manifest import json_schema


def generated() -> dict[str, str]:
    """Return the text of the schema by its path in the repository."""
    return {"scripts/slipway/manifest.schema.json": json.dumps(json_schema(), indent=2) + "\n"}
