"""Patterns of refs, as GitHub's rulesets and environments match them: with Ruby's `File.fnmatch` and its `FNM_PATHNAME`.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from slipway.rules.repository.facts import RefPattern, Scope

LONGEST = 200
"""Characters of a pattern that is looked at; GitHub's own examples have a tenth."""

ALL, DEFAULT_BRANCH = "~ALL", "~DEFAULT_BRANCH"


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern matches a name: `*` stops at a slash, `**/` goes past any number of them."""
    return len(pattern) <= LONGEST and _match(pattern.split("/"), name.split("/"))


def _match(pattern: Sequence[str], name: Sequence[str]) -> bool:
    if not pattern or not name:
        return not pattern and not name
    first, rest = pattern[0], pattern[1:]
    if first == "**" and rest:
        return _match(rest, name) or _match(pattern, name[1:])
    return fnmatchcase(name[0], first) and _match(rest, name[1:])


def covers(scope: Scope, ref: str, *, default_branch: str = "") -> bool:
    """Return whether a ruleset covers a ref: a pattern includes it, and none excludes it.

    Args:
        scope: of the ruleset.
        ref: in full, such as `refs/tags/v1.2.3`.
        default_branch: its name.
    """

    def among(patterns: tuple[str, ...]) -> bool:
        is_default = ref == f"refs/heads/{default_branch}"
        return any(
            one == ALL or (one == DEFAULT_BRANCH and is_default) or matches(one, ref) for one in patterns
        )

    return among(scope.include) and not among(scope.exclude)


def admits(patterns: tuple[RefPattern, ...], ref: str) -> bool:
    """Return whether a ref may deploy to an environment with these patterns."""
    kind, _, name = ref.removeprefix("refs/").partition("/")
    wanted = "tag" if kind == "tags" else "branch"
    return any(one.type == wanted and matches(one.name, name) for one in patterns)
