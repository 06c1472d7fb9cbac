"""The plan as text."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.manifest import Manifest
from slipway.records import Plan
from slipway.runner.base import printable


def show(manifest: Manifest) -> None:
    """Print the plan to stdout."""
    if manifest.plan is not None:
        for key, value in rows(manifest.plan):
            print(printable(f"{key:>12}  {value}"))


def rows(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what was decided, as pairs of a word and a sentence."""
    version = plan.version or "decided by the build"
    yield "project", f"{plan.name or 'named by the build'} {version}"
    yield "built by", f"{plan.backend} ({plan.kind}, {plan.layout} layout)"
    supported = ", ".join(plan.pythons) or "none that is still maintained"
    yield "Python", f"{plan.requires_python or 'any version'}; still maintained of these: {supported}"
    if plan.git is not None and plan.git.commit is not None:
        marks = [f"tag {plan.tag}" if plan.tag else "no release tag"]
        marks += ["uncommitted changes"] if plan.git.dirty else []
        marks += ["shallow clone"] if plan.git.shallow else []
        yield "commit", f"{plan.git.commit[:12]} ({', '.join(marks)})"
    for target in plan.builds:
        yield "build", f"{' and '.join(target.makes)} on {target.platform} with {target.tool}"
    for file in plan.expected:
        yield "expected", file.pattern + ("" if file.required else " (made by another machine of the matrix)")
    where = plan.destination.index if plan.destination.publish else "nowhere"
    yield "publish", f"{where}: {plan.destination.reason}"
