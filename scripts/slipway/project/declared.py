"""What one file of a project declares, with the field names of pyproject.toml's [project] table.

Field names and meaning: https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct, field
from packaging.requirements import InvalidRequirement, Requirement

FileName = Literal["pyproject.toml", "setup.cfg", "setup.py"]

FIELDS = (
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "home-page",
    "download-url",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "import-names",
    "import-namespaces",
)
"""The fields that are read. `scripts` and `gui-scripts` are the groups `console_scripts` and `gui_scripts` of
`entry-points`; `home-page` and `download-url` only exist outside pyproject.toml's [project]."""


class Person(Struct, frozen=True, kw_only=True):
    """An author or a maintainer; either part may be missing."""

    name: str | None = None
    email: str | None = None


class Readme(Struct, frozen=True, kw_only=True):
    """The long description.

    Attributes:
        files: the files it is made of, relative to the project; empty for text given in place.
        text: the text where it is given in place.
        content_type: media type as declared; None where it follows from the file's suffix or is not given.
    """

    files: tuple[str, ...] = ()
    text: str | None = None
    content_type: str | None = None


class License(Struct, frozen=True, kw_only=True):
    """The licence in one of its three forms.

    Attributes:
        expression: an SPDX expression (PEP 639).
        text: free text, the form from before PEP 639.
        file: a file named by `license = {file = ...}`, also from before.
    """

    expression: str | None = None
    text: str | None = None
    file: str | None = None


class Declared(Struct, frozen=True, kw_only=True):
    """What one file declares.

    Attributes:
        file: the file's name.
        values: field name to its value, for what is static and of a readable shape.
        dynamic: fields that the file leaves to the build; one that has a value too is completed there.
        incomplete: whether the file declares more than could be read.
        is_project_table: whether this is [project], which overrides all other files.
        lines: `(field,)`, `(field, index)` or `(field, key)` to its line, from 1.
    """

    file: FileName
    values: Mapping[str, Any] = field(default_factory=dict)
    dynamic: frozenset[str] = frozenset()
    incomplete: bool = False
    is_project_table: bool = False
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)


def text_or_none(value: object) -> str | None:
    """Return the value if it is a string that is not blank."""
    return value if isinstance(value, str) and value.strip() else None


def texts_or_none(value: object) -> tuple[str, ...] | None:
    """Return the strings of a list, or None if it is not a list of strings."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(value)


def table_or_empty(value: object) -> Mapping[str, Any]:
    """Return the value if it is a table, otherwise an empty one."""
    return value if isinstance(value, Mapping) else {}


def text_table_or_none(value: object) -> dict[str, str] | None:
    """Return a table of strings, or None if it is not one."""
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for item in value.values()):
        return None
    return {str(key): item for key, item in value.items()}


def text_lists_or_none(value: object) -> dict[str, tuple[str, ...]] | None:
    """Return a table of lists of strings, or None if it is not one."""
    if not isinstance(value, Mapping):
        return None
    lists = {str(key): texts_or_none(items) for key, items in value.items()}
    readable = {key: items for key, items in lists.items() if items is not None}
    return readable if len(readable) == len(lists) else None


def requirements(texts: Iterable[str]) -> Iterator[tuple[int, Requirement]]:
    """Yield the valid ones of some requirements, each with its index."""
    for index, text in enumerate(texts):
        try:
            yield index, Requirement(text)
        except InvalidRequirement:
            continue


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are known."""
    return {name: value for name, value in values.items() if value is not None}


def texts_of(table: Mapping[str, Any], *names: str) -> dict[str, str | None]:
    """Return some keys of a table whose values are strings."""
    return {name: text_or_none(table.get(name)) for name in names}


def lists_of(table: Mapping[str, Any], *names: str) -> dict[str, tuple[str, ...] | None]:
    """Return some keys of a table whose values are lists of strings."""
    return {name: texts_or_none(table.get(name)) for name in names}
