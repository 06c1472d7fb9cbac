"""Rules on classifiers, by the installed list and, where it is known, the list the index itself serves."""

from __future__ import annotations

import difflib
from functools import partial
from typing import TYPE_CHECKING

from slipway.records import Severity
from slipway.rules.metadata.fields import each_sent, found, quoted
from slipway.rules.rule import Evidence, Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from slipway.artifacts.metadata import MetadataFacts

PRIVATE = "Private ::"
SUGGESTIONS = 10
"""More misspelt classifiers than this get no suggestion: looking for the nearest is slow."""
LIST = "https://packaging.python.org/en/latest/specifications/core-metadata/#classifier-multiple-use"


def _unknown(facts: MetadataFacts, *, served: Collection[str] | None) -> Iterator[Evidence]:
    from trove_classifiers import all_classifiers

    known = set(all_classifiers)
    allowed = sorted(known if served is None else known & set(served))
    suggestions = 0
    for index, value in each_sent(facts, "classifier"):
        if value.startswith(PRIVATE) or (value in known and (served is None or value in served)):
            continue
        if value in known:
            message = f"{quoted(value)} is newer than the list of the index, which does not have it yet."
        else:
            message = f"{quoted(value)} is not a classifier."
        suggestions += 1
        nearest = difflib.get_close_matches(value[:200], allowed, n=1) if suggestions <= SUGGESTIONS else []
        yield found(facts, "classifier", message, index=index, seen=value, expected="".join(nearest) or None)


def _private(facts: MetadataFacts) -> Iterator[Evidence]:
    for index, value in each_sent(facts, "classifier"):
        if value.startswith(PRIVATE):
            message = f"{quoted(value)} marks this project as not for publishing."
            yield found(facts, "classifier", message, index=index, seen=value)


def _deprecated(facts: MetadataFacts) -> Iterator[Evidence]:
    from trove_classifiers import deprecated_classifiers

    for index, value in each_sent(facts, "classifier"):
        if value in deprecated_classifiers:
            successors = " or ".join(deprecated_classifiers[value]) or None
            message = f"{quoted(value)} is a deprecated classifier."
            yield found(facts, "classifier", message, index=index, seen=value, expected=successors)


def classifier_rules(served: Collection[str] | None = None) -> tuple[Rule, ...]:
    """Return the rules on classifiers.

    Args:
        served: the classifiers the index itself lists at this moment; a classifier must be on both lists.
    """
    return (
        Rule(
            name="classifier-unknown",
            title="A classifier is not on the list",
            family="metadata",
            severity=Severity.ERROR,
            why="Classifiers come from one fixed list, spelled exactly; PyPI refuses an upload with any "
            "other.",
            fix="Correct the spelling or remove the line. For words of your own use `keywords`.",
            example="Classifier: Programming Language :: Python :: 3.99",
            mirrors=("C49",),
            read=LIST,
            check=partial(_unknown, served=served),
        ),
        Rule(
            name="classifier-private",
            title="A classifier marks the project as private",
            family="metadata",
            severity=Severity.ERROR,
            why="Classifiers that begin with `Private ::` are never on the list, so that PyPI refuses the "
            "upload: someone put it there to prevent an accidental release.",
            fix="Remove the classifier if the project is meant to be public; otherwise do not publish it.",
            example="Classifier: Private :: Do Not Upload",
            mirrors=("C49",),
            read=LIST,
            check=_private,
        ),
        Rule(
            name="classifier-deprecated",
            title="A classifier is deprecated",
            family="metadata",
            severity=Severity.ERROR,
            why="PyPI keeps a deprecated classifier on old releases, but refuses it on new ones.",
            fix="Replace it by its successor, or remove it.",
            example="Classifier: Natural Language :: Ukranian",
            mirrors=("C50",),
            read=LIST,
            check=_deprecated,
        ),
    )


RULES: tuple[Rule, ...] = classifier_rules()
