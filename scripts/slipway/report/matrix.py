"""The matrices of a workflow as JSON, made from the plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from slipway.errors import InputError
from slipway.planning.platforms import PLATFORMS, SHORT
from slipway.records import Plan

_LABEL = re.compile(r"[\w.-]{1,100}")


def render(plan: Plan, kind: str, runners: Mapping[str, str]) -> str:
    """Return the matrix of one kind of job as JSON for `fromJSON`, or an empty string where it has no jobs.

    Args:
        plan: names the jobs.
        kind: `build`, `wheels` or `smoke`.
        runners: labels of the caller's own runners, by platform.
    """
    rows = [
        {
            "job": job.name,
            "platform": job.platform,
            "runner": runners.get(job.platform, PLATFORMS[job.platform].runner),
            **({"python": job.python} if job.python else {}),
        }
        for job in plan.jobs
        if job.kind == kind
    ]
    return json.dumps({"include": rows}) if rows else ""


def runners(pairs: Iterable[str]) -> dict[str, str]:
    """Return the runner labels that a caller gives, by platform.

    Args:
        pairs: a platform and a label each, such as `linux-x86_64=big-linux`.

    Raises:
        InputError: a pair is not one, or names no platform.
    """
    labels: dict[str, str] = {}
    for pair in pairs:
        short, _, label = pair.partition("=")
        name = SHORT.get(short, short)
        if name not in PLATFORMS or not _LABEL.fullmatch(label):
            raise InputError(
                f"{pair[:100]!r} does not give a platform its runner.",
                cause="The option `runners` takes pairs such as `linux=my-linux`, separated by spaces.",
                remedy=f"Write one pair for each platform with runners of its own: {', '.join([*SHORT, *PLATFORMS])}.",
            )
        labels[name] = label
    return labels
