"""The fields of the metadata as the index sees them: what twine uploads, without what PyPI drops on arrival."""

import functools
from collections.abc import Callable, Iterator
from typing import cast

from packaging.metadata import InvalidMetadata, Metadata, RawMetadata

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.rule import Evidence
from slipway.rules.wording import first_line, over_length, shortened

PLACEHOLDER = "UNKNOWN"
"""distutils wrote this for a missing value; PyPI drops such values before it checks the metadata (warehouse,
`forklift/decorators.py`). twine, which checks with packaging first, treats it as a value like any other."""

REPEATED = ("classifier", "project-url")
"""Fields with several values, of which PyPI drops none alone: with UNKNOWN among them it refuses the upload."""

BEFORE_LICENSE_FILES = ("1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3")
"""Metadata versions without License-File."""


def uploaded(facts: MetadataFacts, name: str) -> str | None:
    """Return the value of a field that the index checks, or None if there is none.

    Args:
        facts: the metadata.
        name: a single-use field, lower-case with dashes.
    """
    value = facts.one(name)
    return None if value is None or value.strip() == PLACEHOLDER else value


def each_uploaded(facts: MetadataFacts, name: str) -> Iterator[tuple[str, Callable[..., Evidence]]]:
    """Yield every value of a field that the index checks, and what makes evidence of a message on it: `at_field`."""
    for index, value in enumerate(facts.every(name)):
        if value.strip() != PLACEHOLDER or name in REPEATED:
            yield value, functools.partial(at_field, facts, name, index=index, seen=value)


def uploaded_license_files(facts: MetadataFacts) -> Iterator[tuple[str, Callable[..., Evidence]]]:
    """Yield every License-File that the index checks, as `each_uploaded` does.

    setuptools has long written the field under metadata versions that do not have it; twine (`package.py`)
    leaves it out below 2.4.
    """
    version = facts.one("metadata-version")
    if version not in BEFORE_LICENSE_FILES:
        yield from each_uploaded(facts, "license-file")


def is_missing(facts: MetadataFacts, name: str) -> bool:
    """Return whether a field is known to be missing: neither left to the build nor lost with the file."""
    if facts.too_large or facts.unreadable or name in facts.undecided:
        return False
    return not any(value.strip() for value, _ in each_uploaded(facts, name))


def rejection(field: str, value: str | list[str]) -> str | None:
    """Return why packaging rejects a field's value, or None if it accepts it.

    Args:
        field: the field as `packaging.metadata.RawMetadata` calls it (`requires_dist`).
        value: its value; a list for a field of multiple use.
    """
    if too_long := over_length(value if isinstance(value, str) else "".join(value)):
        return too_long
    raw = cast("RawMetadata", {field: value})
    try:
        getattr(Metadata.from_raw(raw, validate=False), field)
    except InvalidMetadata as error:
        return first_line(error.__cause__ or error)
    except Exception as error:  # noqa: BLE001 - the email package raises anything on hostile input
        return first_line(error)
    return None


def at_field(
    facts: MetadataFacts,
    name: str,
    message: str,
    *,
    index: int = 0,
    seen: str | None = None,
    expected: str | None = None,
) -> Evidence:
    """Return evidence that points to the line of a field.

    Args:
        facts: the metadata.
        name: the field, lower-case with dashes.
        message: what is wrong, one sentence.
        index: which of the field's values.
        seen: the value seen; it is shortened to a readable length.
        expected: the value expected.
    """
    return Evidence(
        message,
        file=facts.file,
        line=facts.line(name, index),
        seen=None if seen is None else shortened(seen),
        expected=expected,
    )
