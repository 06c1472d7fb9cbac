"""Rules on the project's own checks: documentation, linters and their like, each as the project declared it."""

from collections.abc import Iterator

from slipway.rules.checks.facts import CheckFacts
from slipway.rules.families import checks
from slipway.rules.rule import Evidence
from slipway.rules.wording import SHOWN

NOT_FOUND = 127
"""The exit code for a program that is not there, as shells have it."""


@checks.error(
    "own-check-fails",
    title="A check of the project fails",
    why="The project declares it as something that holds before a release.",
    fix="Read what it printed; it runs in a copy of the checkout, in an environment with the wheel and `check-requires`.",
    example='[tool.slipway.checks]\ndocs = "sphinx-build -W docs out"  # and a page has a broken link',
)
def own_check_fails(facts: CheckFacts) -> Iterator[Evidence]:
    for name, command in facts.ended:
        if command.returncode == 0:
            continue
        fix = None
        ended = f"ended with exit code {command.returncode}"
        if command.returncode is None:
            ended = f"was not done after {command.seconds:.0f} s"
        elif command.returncode == NOT_FOUND:
            ended = "could not be started"
            fix = "Add the distribution that brings this program to `check-requires` in [tool.slipway]."
        yield Evidence(
            message=f"The check {name} (`{command.name}`) {ended} with Python {facts.python}.",
            file="pyproject.toml",
            seen=command.last_lines(SHOWN * 3),
            fix=fix,
        )


@checks.error(
    "own-checks-cannot-run",
    title="What the checks of the project need cannot be installed",
    why="None of them was run, so that nothing is known of what they look for.",
    fix="Read what the installer printed; `check-requires` in [tool.slipway] names what the checks need beside the package.",
    example='check-requires = ["sphynx"]',
)
def own_checks_cannot_run(facts: CheckFacts) -> Iterator[Evidence]:
    if facts.install_error is not None:
        yield Evidence(
            message=f"What the checks need cannot be installed with Python {facts.python}.",
            file="pyproject.toml",
            seen="\n".join(facts.install_error.splitlines()[-SHOWN * 3 :]),
        )
