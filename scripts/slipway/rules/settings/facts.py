"""A whole run: what the project turned off, and what was found."""

from collections.abc import Mapping

from msgspec import Struct


class RunFacts(Struct, frozen=True, kw_only=True):
    """A run whose stages are all done.

    Attributes:
        ignored: rule name to the project's reason for turning it off.
        found: names of the rules that found something, ignored or not.
        skipped: names of the rules that could not be judged.
    """

    ignored: Mapping[str, str]
    found: frozenset[str]
    skipped: frozenset[str]
