"""The catalogue: every rule there is, family by family."""

import difflib
import functools
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Never

from slipway.errors import InputError
from slipway.rules.rule import Rule

REPOSITORY = Path(__file__).parents[3]


@functools.cache
def families() -> dict[str, tuple[Rule[Never], ...]]:
    """Return the rules of each family by the family's title, sorted by name."""
    # Most commands judge a few families; only those that list rules load all of them.
    from slipway.rules import (
        audit,
        checks,
        difference,
        index,
        jobs,
        metadata,
        newest_build,
        project,
        publisher,
        release,
        repository,
        sdist,
        second_build,
        settings,
        smoke,
        wheel,
        workflow,
    )

    loaded = (
        project,
        metadata,
        sdist,
        wheel,
        release,
        smoke,
        index,
        difference,
        second_build,
        newest_build,
        publisher,
        jobs,
        workflow,
        checks,
        audit,
        repository,
        settings,
    )
    return {family.RULES.title: family.RULES.by_name() for family in loaded}


@functools.cache
def every() -> tuple[Rule[Never], ...]:
    """Return all rules, by name."""
    return tuple(
        sorted((rule for rules in families().values() for rule in rules), key=lambda rule: rule.name)
    )


def source(rule: Rule[Never]) -> str:
    """Return the file that a rule is declared in, relative to the repository."""
    return Path(inspect.getfile(rule.check)).relative_to(REPOSITORY).as_posix()


def named(name: str, *, where: str) -> Rule[Never]:
    """Return the rule of that name.

    Args:
        name: as it was written.
        where: where it was written, for the message.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    rules = {rule.name: rule for rule in every()}
    if name in rules:
        return rules[name]
    near = difflib.get_close_matches(name, rules, n=1)
    raise InputError(
        f"There is no rule called {name!r}, which {where} names.",
        cause=f"It is misspelt; `{near[0]}` is the nearest." if near else "It is misspelt, or was renamed.",
        remedy="`slipway rules` lists all of them.",
    )


def check_names(ignored: Mapping[str, str]) -> None:
    """Make sure that every rule a project turns off exists.

    Args:
        ignored: rule name to reason, from [tool.slipway.ignore].

    Raises:
        InputError: one of them does not exist, or cannot be turned off.
    """
    for name in ignored:
        if not named(name, where="[tool.slipway.ignore] in pyproject.toml").ignorable:
            raise InputError(
                f"The rule {name!r} cannot be turned off.",
                cause="It decides what the jobs of a release believe of each other; code that is tested could gain from it.",
                remedy=f"Remove it from [tool.slipway.ignore]; `slipway explain {name}` says what it finds and what to do.",
            )
