"""The rule on a project that builds only because its build requirements have upper bounds."""

from collections.abc import Iterator

from slipway.rules.families import newest_build
from slipway.rules.newest_build.facts import NewestFacts
from slipway.rules.rule import Evidence

SHOWN = 3
"""Requirements that are named."""

LINES = 6
"""Lines of a log that are shown."""


@newest_build.warning(
    "newest-build-requirements-fail",
    title="It does not build with newer build requirements than it allows",
    why="The bounds keep the build working today. An old backend gets no fixes, writes old metadata, and one day does not "
    "run on a new Python; then all of it has to change at once.",
    fix="Read what failed, let the project build with the old and the new release, then raise the bounds in [build-system].",
    example='requires = ["setuptools<80"]  # and a newer setuptools refuses the project',
)
def newest_build_requirements_fail(facts: NewestFacts) -> Iterator[Evidence]:
    if facts.problem is not None:
        names = ", ".join(f"`{one}`" for one in facts.bounded[:SHOWN])
        more = len(facts.bounded) - SHOWN
        yield Evidence(
            f"Without the upper bounds of {names}{f' and {more} more' if more > 0 else ''}: {facts.problem}",
            seen="\n".join(facts.log[-LINES:]) or None,
        )
