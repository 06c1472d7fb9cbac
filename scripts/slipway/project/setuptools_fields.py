"""The keywords of setuptools, which setup.py and setup.cfg share, and the project's fields they set.

Keywords and forms: https://setuptools.pypa.io/en/latest/references/keywords.html
"""

from collections.abc import Mapping
from typing import Any

from slipway.project.declared import (
    License,
    Person,
    known,
    text_or_none,
    text_table_or_none,
    texts_of,
    texts_or_none,
)

FIELD_OF = {
    "name": "name",
    "version": "version",
    "use_scm_version": "version",
    "pbr": "version",
    "description": "description",
    "long_description": "readme",
    "python_requires": "requires-python",
    "license": "license",
    "license_expression": "license",
    "license_files": "license-files",
    "license_file": "license-files",
    "author": "authors",
    "author_email": "authors",
    "maintainer": "maintainers",
    "maintainer_email": "maintainers",
    "keywords": "keywords",
    "classifiers": "classifiers",
    "url": "home-page",
    "download_url": "download-url",
    "project_urls": "urls",
    "entry_points": "entry-points",
    "install_requires": "dependencies",
    "extras_require": "optional-dependencies",
}


def values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that follow from setuptools' keywords, the readme apart; lists may be text as in setup.cfg."""
    python = given.get("python_requires")
    specifiers = texts_or_none(python)
    expression = text_or_none(given.get("license_expression"))
    text = None if expression else text_or_none(given.get("license"))
    extras, groups = given.get("extras_require"), given.get("entry_points")
    return known(
        {
            **texts_of(given, "name", "version", "description"),
            "requires-python": ", ".join(specifiers) if specifiers else text_or_none(python),
            "license": License(expression=expression, text=text) if expression or text else None,
            "license-files": items_of(given.get("license_files", given.get("license_file"))),
            "authors": _people(given, "author"),
            "maintainers": _people(given, "maintainer"),
            "keywords": items_of(given.get("keywords")),
            "classifiers": items_of(given.get("classifiers")),
            "urls": pairs_of(given.get("project_urls")),
            "home-page": text_or_none(given.get("url")),
            "download-url": text_or_none(given.get("download_url")),
            "entry-points": {str(name): pairs_of(items_of(group)) or {} for name, group in groups.items()}
            if isinstance(groups, Mapping)
            else None,
            "dependencies": requirements_of(given.get("install_requires")),
            "optional-dependencies": known(
                {str(extra): requirements_of(lines) for extra, lines in extras.items()}
            )
            if isinstance(extras, Mapping)
            else None,
        }
    )


def items_of(value: object, *, separator: str = ",") -> tuple[str, ...] | None:
    """Return the items of a list, or of text with one on each line, or with a separator; None for anything else."""
    if not isinstance(value, str):
        return texts_or_none(value)
    items = value.splitlines() if "\n" in value else value.split(separator)
    return tuple(item.strip() for item in items if item.strip() and not item.strip().startswith("#"))


def requirements_of(value: object) -> tuple[str, ...] | None:
    """Return the requirements of a list or of text, without the comments behind them (`setuptools/_reqs.py`)."""
    items = items_of(value, separator=";")
    return None if items is None else tuple(item.partition(" #")[0].rstrip() for item in items)


def pairs_of(value: object) -> dict[str, str] | None:
    """Return a table of strings, also of text or a list with items such as `key = value`; `=src` has an empty key."""
    items = items_of(value)
    if items is None:
        return text_table_or_none(value)
    pairs = (item.partition("=") for item in items)
    return {key.strip(): item.strip() for key, equals, item in pairs if equals}


def _people(given: Mapping[str, Any], key: str) -> tuple[Person, ...] | None:
    name, email = text_or_none(given.get(key)), text_or_none(given.get(f"{key}_email"))
    return (Person(name=name, email=email),) if name or email else None
