"""What an installer recorded about this Slipway (PEP 610): where it came from, and the commit."""

import importlib.metadata
import json
import re
from collections.abc import Mapping
from typing import Any

from slipway.project import hosting
from slipway.project.declared import table_or_empty

DISTRIBUTION = "slipway-release"

_COMMIT = re.compile(r"[0-9a-f]{40}")


def read() -> tuple[importlib.metadata.Distribution, Mapping[str, Any]]:
    """Return the installed distribution and its record; the record is empty where it was installed from an index.

    Raises:
        PackageNotFoundError: it is not installed.
        ValueError: the record cannot be read.
    """
    installed = importlib.metadata.distribution(DISTRIBUTION)
    return installed, table_or_empty(json.loads(installed.read_text("direct_url.json") or "{}"))


def on_github(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return `OWNER/NAME` and the commit of what was installed from a repository on GitHub, None for anything else."""
    repository = hosting.on_github(str(record.get("url", "")))
    commit = str(table_or_empty(record.get("vcs_info")).get("commit_id"))
    return (repository, commit) if repository and _COMMIT.fullmatch(commit) else None
