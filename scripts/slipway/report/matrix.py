"""The matrices of a workflow as JSON, made from the plan."""

from __future__ import annotations

import json

from slipway.artifacts.handover import artifact_name
from slipway.records import Plan


def render(plan: Plan, kind: str) -> str:
    """Return the matrix of one kind of job as JSON for `fromJSON`, or an empty string where it has no jobs.

    Args:
        plan: names the jobs.
        kind: `build`, `wheels` or `smoke`.
    """
    rows = [
        {
            "job": job.name,
            "platform": job.platform,
            "runner": job.runner,
            "artifact": artifact_name(plan.name, job.name),
            **({"python": job.python} if job.python else {}),
        }
        for job in plan.jobs
        if job.kind == kind
    ]
    return json.dumps({"include": rows}) if rows else ""
