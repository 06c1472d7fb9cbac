"""Metadata from before PEP 621: the tables of poetry 1.x ([tool.poetry]) and flit 2 ([tool.flit.metadata]).

Forms: https://python-poetry.org/docs/pyproject/
and https://flit.pypa.io/en/stable/pyproject_toml.html#old-style-metadata
"""

import re
from collections.abc import Mapping
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from slipway.project.declared import (
    Declared,
    License,
    Person,
    Readme,
    known,
    lists_of,
    table_or_empty,
    text_lists_or_none,
    text_or_none,
    text_table_or_none,
    texts_of,
    texts_or_none,
)
from slipway.project.pyproject import FILE, PyProject

_PERSON = re.compile(r"(?P<name>(?:[^<>]*[^<>\s])?)\s*+(?:<(?P<email>[^<>]+)>)?\s*+")
_POETRY_LINES = {
    "description": "description",
    "readme": "readme",
    "license": "license",
    "homepage": "home-page",
}
_FLIT_LINES = {
    "dist-name": "name",
    "module": "name",
    "description-file": "readme",
    "requires": "dependencies",
    "requires-extra": "optional-dependencies",
    "author": "authors",
    "home-page": "home-page",
}
_SAME_NAME = (
    "name",
    "version",
    "classifiers",
    "keywords",
    "authors",
    "maintainers",
    "urls",
    "requires-python",
)


def poetry(pyproject: PyProject) -> Declared:
    """Return what [tool.poetry] declares; dependencies that have no PEP 508 form leave the field dynamic."""
    table = pyproject.table("tool", "poetry")
    dependencies = _poetry_dependencies(table)
    extras = table_or_empty(table.get("extras"))
    licence = text_or_none(table.get("license"))
    readme = table.get("readme")
    files = (readme,) if isinstance(readme, str) else texts_or_none(readme)
    labels = {"repository": "Repository", "documentation": "Documentation"}
    urls = {label: url for key, label in labels.items() if (url := text_or_none(table.get(key)))}
    urls |= text_table_or_none(table.get("urls")) or {}
    python = table_or_empty(table.get("dependencies")).get("python")
    values = known(
        {
            **texts_of(table, "name", "version", "description"),
            **lists_of(table, "keywords", "classifiers"),
            "readme": Readme(files=files) if files else None,
            "requires-python": (specifiers(python) or None) if isinstance(python, str) else None,
            "license": License(text=licence) if licence else None,
            "authors": _people(table.get("authors")),
            "maintainers": _people(table.get("maintainers")),
            "urls": urls or None,
            "home-page": text_or_none(table.get("homepage")),
            "entry-points": _poetry_entry_points(table),
            "dependencies": dependencies,
        }
    )
    dynamic = {"classifiers"}  # poetry adds those for the licence and for the Python versions
    dynamic |= {"dependencies"} if dependencies is None else set()
    dynamic |= {"optional-dependencies"} if extras else set()
    lines = _lines(pyproject, ("tool", "poetry"), _POETRY_LINES)
    return Declared(file=FILE, values=values, dynamic=frozenset(dynamic), lines=lines)


def _lines(
    pyproject: PyProject, prefix: tuple[str, ...], renamed: Mapping[str, str]
) -> dict[tuple[str | int, ...], int]:
    names = {name: name for name in _SAME_NAME} | dict(renamed)
    lines: dict[tuple[str | int, ...], int] = {}
    for path, line in pyproject.lines.items():
        if path[: len(prefix)] == prefix and len(path) > len(prefix):
            key, *rest = path[len(prefix) :]
            if key in names:
                lines.setdefault((names[str(key)], *rest), line)
    return lines


def _people(value: object) -> tuple[Person, ...] | None:
    people = [_PERSON.fullmatch(text) for text in texts_or_none(value) or ()]
    return tuple(Person(name=p["name"] or None, email=p["email"]) for p in people if p) or None


def _poetry_entry_points(table: Mapping[str, Any]) -> dict[str, dict[str, str]] | None:
    scripts: dict[str, str] = {}
    for name, value in table_or_empty(table.get("scripts")).items():
        reference = value if isinstance(value, str) else table_or_empty(value).get("reference")
        if isinstance(reference, str) and ":" in reference:
            scripts[name] = reference
    return _entry_points(scripts, table_or_empty(table.get("plugins")))


def _entry_points(scripts: dict[str, str], plugins: Mapping[str, Any]) -> dict[str, dict[str, str]] | None:
    groups = {str(name): text_table_or_none(group) or {} for name, group in plugins.items()}
    return ({"console_scripts": scripts} if scripts else {}) | groups or None


def _poetry_dependencies(table: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the dependencies in PEP 508 form, or None if one of them has none (a list, a path, a marker)."""
    requirements: list[str] = []
    for name, value in table_or_empty(table.get("dependencies")).items():
        given = {"version": value} if isinstance(value, str) else table_or_empty(value)
        if name == "python" or given.get("optional"):
            continue
        version = given.get("version")
        converted = specifiers(version) if isinstance(version, str) else None
        if converted is None or given.keys() - {"version", "extras"}:
            return None
        extras = ",".join(texts_or_none(given.get("extras")) or ())
        requirements.append(f"{name}[{extras}]{converted}" if extras else f"{name}{converted}")
    return tuple(requirements)


def specifiers(constraint: str) -> str | None:
    """Return a constraint of poetry as PEP 440 specifiers, empty for `*`, or None if it has no such form."""
    if constraint.strip() in {"*", ""}:
        return ""
    try:
        joined = ",".join(_specifier(part) for part in re.split(r"(?<!\s)\s*+,\s*+", constraint.strip()))
        SpecifierSet(joined)
    except ValueError:
        return None
    return joined


def _specifier(part: str) -> str:
    if not (match := re.fullmatch(r"(\^|~(?!=))\s*(\S+)", part)):
        return f"=={part}" if re.fullmatch(r"[\d.]+(\.\*)?", part) else part
    return f">={match[2]},<{_ceiling(match[1], Version(match[2]).release)}"


def _ceiling(operator: str, release: tuple[int, ...]) -> str:
    """Return the first version that `^` or `~` excludes."""
    if operator == "~":
        kept = min(len(release), 2)
    else:
        kept = next((i + 1 for i, number in enumerate(release) if number), len(release))
    raised = [*release[: kept - 1], release[kept - 1] + 1]
    return ".".join(map(str, raised + [0] * (len(release) - len(raised))))


def flit(pyproject: PyProject) -> Declared:
    """Return what [tool.flit.metadata] declares; version and description are in the module's source."""
    table = pyproject.table("tool", "flit", "metadata")
    author, email = text_or_none(table.get("author")), text_or_none(table.get("author-email"))
    licence = text_or_none(table.get("license"))
    readme = text_or_none(table.get("description-file"))
    keywords = text_or_none(table.get("keywords"))
    scripts = text_table_or_none(pyproject.table("tool", "flit", "scripts"))
    plugins = pyproject.table("tool", "flit", "entrypoints")
    values = known(
        {
            **texts_of(table, "requires-python", "home-page"),
            "name": text_or_none(table.get("dist-name")) or text_or_none(table.get("module")),
            "readme": Readme(files=(readme,)) if readme else None,
            "license": License(text=licence) if licence else None,
            "authors": (Person(name=author, email=email),) if author or email else None,
            "keywords": tuple(word.strip() for word in keywords.split(",")) if keywords else None,
            "classifiers": texts_or_none(table.get("classifiers")),
            "urls": text_table_or_none(table.get("urls")),
            "entry-points": _entry_points(scripts or {}, plugins),
            "dependencies": texts_or_none(table.get("requires", [])),
            "optional-dependencies": text_lists_or_none(table.get("requires-extra")),
        }
    )
    return Declared(
        file=FILE,
        values=values,
        dynamic=frozenset({"version", "description"}),
        lines=_lines(pyproject, ("tool", "flit", "metadata"), _FLIT_LINES),
    )
