"""The names of the workflow artifacts by which jobs hand over what they made."""

import hashlib
import re

from packaging.utils import canonicalize_name

NAME_LIMIT = 60
"""Characters of a project's name in an artifact's name; what is longer ends in its digest."""


def of_job(project: str | None, job: str, attempt: int | None = None) -> str:
    """Return the name of the workflow artifact that a job uploads: `slipway.PROJECT.JOB.ATTEMPT`, or all but the attempt.

    Dots separate the parts, which neither a normalized project name nor a job's name has.
    """
    return f"slipway.{slug(project)}.{clean(job)}.{attempt or ''}"


def clean(job: str) -> str:
    """Return a job's name as it is part of an artifact's name."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", job)[:NAME_LIMIT] or "run"


def slug(project: str | None) -> str:
    """Return a project's name as it is part of an artifact's name."""
    name = re.sub(r"[^a-z0-9-]", "-", canonicalize_name(project or ""))
    if len(name) <= NAME_LIMIT:
        return name or "project"
    return f"{name[:NAME_LIMIT]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
