"""Turning rules off: an ignore that does nothing any more."""

from collections.abc import Iterator

from slipway.rules.families import settings
from slipway.rules.rule import Evidence
from slipway.rules.settings.facts import RunFacts


@settings.note(
    "ignore-without-effect",
    title="A rule is turned off that finds nothing",
    why="What it was turned off for is fixed; left there, the ignore would hide the next such fault.",
    fix="Remove the line from [tool.slipway.ignore] in pyproject.toml.",
    example='[tool.slipway.ignore]\nclassifier-unknown = "the index has not got it yet"  # but it has',
)
def ignore_without_effect(run: RunFacts) -> Iterator[Evidence]:
    for name, reason in run.ignored.items():
        if name not in run.found and name not in run.skipped and name != "ignore-without-effect":
            yield Evidence(
                message=f"The ignore of `{name}` does nothing: the rule finds nothing here.",
                file="pyproject.toml",
                seen=f'{name} = "{reason}"',
            )
