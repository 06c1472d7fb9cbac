"""A whole run: what the project turned off, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """A run whose stages are all done.

    Attributes:
        ignored: rule name to the project's reason for turning it off.
        found: names of the rules that found something, ignored or not.
        skipped: names of the rules that could not be judged.
    """

    ignored: Mapping[str, str]
    found: frozenset[str]
    skipped: frozenset[str]
