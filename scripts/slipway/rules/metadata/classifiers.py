"""Rules on classifiers, by the list that trove-classifiers ships."""

import difflib
import re
from collections.abc import Collection, Iterator

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import each_uploaded
from slipway.rules.rule import Evidence
from slipway.rules.specifications import CLASSIFIERS
from slipway.rules.wording import quoted

PRIVATE = "Private ::"
_VERSION = re.compile(r"[\d.]+")
SUGGESTIONS = 10
"""More misspelt classifiers than this get no suggestion: looking for the nearest is slow."""


@metadata.error(
    "classifier-unknown",
    title="A classifier is not on the list",
    why="Classifiers come from one fixed list, spelled exactly; PyPI refuses an upload with any other.",
    fix="Correct the spelling or remove the line. For words of your own use `keywords`.",
    example="Classifier: Programming Language :: Python :: 3.99",
    mirrors=("C49",),
    read=CLASSIFIERS,
)
def classifier_unknown(facts: MetadataFacts) -> Iterator[Evidence]:
    from trove_classifiers import classifiers, deprecated_classifiers

    suggestions = 0
    # PyPI takes an empty one that stands alone for none.
    is_empty = facts.every("classifier") == ("",)
    for value, at in () if is_empty else each_uploaded(facts, "classifier"):
        if not (value.startswith(PRIVATE) or value in classifiers or value in deprecated_classifiers):
            suggestions += 1
            known = _like(value, classifiers) if suggestions <= SUGGESTIONS else ()
            near = difflib.get_close_matches(value[:200], known, n=1)
            message, expected = f"{quoted(value)} is not a classifier.", "".join(near) or None
            yield at(message, expected=expected)


def _like(value: str, classifiers: Collection[str]) -> Collection[str]:
    """Return the classifiers that may be meant; of a version that is not listed another one is not."""
    parent, _, last = value.rpartition(" :: ")
    return () if parent in classifiers and _VERSION.fullmatch(last) else classifiers


@metadata.error(
    "classifier-private",
    title="A classifier marks the project as private",
    why="Classifiers that begin with `Private ::` are never on the list, so that PyPI refuses the "
    "upload: someone put it there to prevent an accidental release.",
    fix="Remove the classifier if the project is meant to be public; otherwise do not publish it.",
    example="Classifier: Private :: Do Not Upload",
    mirrors=("C49",),
    read=CLASSIFIERS,
)
def classifier_private(facts: MetadataFacts) -> Iterator[Evidence]:
    for value, at in each_uploaded(facts, "classifier"):
        if value.startswith(PRIVATE):
            yield at(f"{quoted(value)} marks this project as not for publishing.")


@metadata.error(
    "classifier-deprecated",
    title="A classifier is deprecated",
    why="PyPI keeps a deprecated classifier on old releases, but refuses it on new ones.",
    fix="Replace it by its successor, or remove it.",
    example="Classifier: Natural Language :: Ukranian",
    mirrors=("C50",),
    read=CLASSIFIERS,
)
def classifier_deprecated(facts: MetadataFacts) -> Iterator[Evidence]:
    from trove_classifiers import deprecated_classifiers

    for value, at in each_uploaded(facts, "classifier"):
        if value in deprecated_classifiers:
            message = f"{quoted(value)} is a deprecated classifier."
            expected = " or ".join(deprecated_classifiers[value]) or None
            yield at(message, expected=expected)
