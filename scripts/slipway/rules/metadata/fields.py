"""How the index gets to see the fields of the metadata: what twine sends, and what is dropped on arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from packaging.metadata import InvalidMetadata, Metadata, RawMetadata

from slipway.rules.rule import Evidence
from slipway.rules.wording import SHOWN_CHARACTERS, first_line, over_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.metadata import MetadataFacts


PLACEHOLDER = "UNKNOWN"
"""distutils wrote this for what it did not know; PyPI drops such values before it judges (warehouse,
`forklift/decorators.py`). What packaging decides, twine refuses first: there it is a value like others."""

BEFORE_LICENSE_FILES = ("1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3")
"""Metadata versions without License-File."""


def sent(facts: MetadataFacts, name: str) -> str | None:
    """Return the value the index gets to judge, or None if it gets none.

    Args:
        facts: the metadata.
        name: a single-use field, lower-case with dashes.
    """
    value = facts.one(name)
    return None if value is None or value.strip() == PLACEHOLDER else value


def each_sent(facts: MetadataFacts, name: str) -> Iterator[tuple[int, str]]:
    """Yield position and value of every value of a field that the index gets to judge."""
    for index, value in enumerate(facts.every(name)):
        if value.strip() != PLACEHOLDER:
            yield index, value


def license_files_sent(facts: MetadataFacts) -> Iterator[tuple[int, str]]:
    """Yield position and value of every License-File the index gets to judge.

    setuptools has long written the field under metadata versions that do not have it; twine (`package.py`)
    leaves it out below 2.4.
    """
    version = facts.one("metadata-version")
    if version not in BEFORE_LICENSE_FILES:
        yield from each_sent(facts, "license-file")


def absent(facts: MetadataFacts, name: str) -> bool:
    """Return whether a field is known to be missing: neither left to the build nor lost with the file."""
    if facts.too_large or facts.unreadable or name in facts.undecided:
        return False
    return not any(value.strip() for _, value in each_sent(facts, name))


def complaint(field: str, value: str | list[str]) -> str | None:
    """Return what packaging has against a field's value, or None if it has nothing.

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


def found(
    facts: MetadataFacts,
    name: str,
    message: str,
    *,
    index: int = 0,
    seen: str | None = None,
    expected: str | None = None,
) -> Evidence:
    """Return evidence at the line of a field.

    Args:
        facts: the metadata.
        name: the field, lower-case with dashes.
        message: what is wrong, one sentence.
        index: which of the field's values.
        seen: the value seen; it is cut to a readable length.
        expected: the value expected.
    """
    cut = seen if seen is None or len(seen) <= SHOWN_CHARACTERS else seen[: SHOWN_CHARACTERS - 1] + "…"
    line = facts.line(name, index)
    return Evidence(message=message, file=facts.file, line=line, seen=cut, expected=expected)
