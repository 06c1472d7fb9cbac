"""Rules on the form of the project's files, judged by validate-pyproject without the network."""

import difflib
import functools
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slipway.project.source import SourceFacts
from slipway.rules.families import project
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import PYPROJECT

MOST_FAULTS = 20
SHOWN = 120
_STEP = re.compile(r"[^.\[\]]+")
_OTHER_FORM = frozenset({"oneOf", "anyOf"})
_JUDGED_ELSEWHERE = (
    "classifiers",
    "dependencies",
    "requires-python",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "optional-dependencies",
)
"""Fields of [project] whose values rules of our own judge, as long as they have the right type."""


@project.error(
    "pyproject-schema-invalid",
    title="pyproject.toml has a value that its specification does not allow",
    why="Build backends check the file by the same specification and stop at such a value, here or "
    "where the sdist is built.",
    fix="Give the key a value of the form that the specification requires.",
    example='[project]\nauthors = ["Ada Lovelace"]  # a list of tables: [{ name = "Ada Lovelace" }]',
    read=PYPROJECT,
)
def pyproject_schema_invalid(facts: SourceFacts) -> Iterator[Evidence]:
    if "pyproject.toml" not in facts.project.present:
        raise Skipped("there is no pyproject.toml")
    yield from _faults(facts, _judged_here(facts), plugin=None)


@project.warning(
    "setuptools-table-invalid",
    title="[tool.setuptools] has a value that setuptools does not allow",
    why="setuptools checks its table before it builds anything and stops with a long message.",
    fix="Correct the value as the documentation of setuptools describes it.",
    example='[tool.setuptools]\npackages = "example"  # a list',
    read="https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html",
)
def setuptools_table_invalid(facts: SourceFacts) -> Iterator[Evidence]:
    tool = facts.project.pyproject.get("tool", {})
    if facts.project.backend_name != "setuptools" or not isinstance(tool.get("setuptools"), dict):
        raise Skipped("there is no [tool.setuptools], or it is not used")
    yield from _faults(facts, {"tool": {"setuptools": dict(tool["setuptools"])}}, plugin="setuptools")


def _faults(facts: SourceFacts, document: dict[str, Any], *, plugin: str | None) -> Iterator[Evidence]:
    """Yield every error of validate-pyproject, which itself stops at the first: each is cut out in turn."""
    from validate_pyproject import errors

    for _ in range(MOST_FAULTS):
        try:
            _validator(plugin)(document)
        except errors.ValidationError as error:
            yield _evidence(facts, error)
            if not _cut_out(document, _path(error.name)):
                return
        else:
            return


@project.warning(
    "pyproject-key-unknown",
    title="[project] or [build-system] has a key that does not exist",
    why="Some build backends stop at such a key, others ignore it, and then the metadata lacks what it was "
    "meant to say.",
    fix="Correct the spelling, or move the key to the table of the tool it is for.",
    example='[project]\nlicence = "MIT"  # license',
    read=PYPROJECT,
)
def pyproject_key_unknown(facts: SourceFacts) -> Iterator[Evidence]:
    for table, key in _unknown_keys(facts.project.pyproject):
        near = difflib.get_close_matches(key, _allowed(table), n=1, cutoff=0.7)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        yield Evidence(
            message=f"`{key}` is not a key of [{table}].{hint}",
            **facts.project.at(table, key),
            seen=key,
            expected=near[0] if near else None,
        )


def _unknown_keys(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for table in ("build-system", "project"):
        content = tables.get(table, {})
        if isinstance(content, Mapping):
            yield from ((table, key) for key in content if key not in _allowed(table))


@functools.cache
def _validator(plugin: str | None) -> Callable[[dict[str, Any]], object]:
    """Return validate-pyproject with the schema of one tool's table; each further one costs time to compile."""
    from validate_pyproject import api, plugins

    logging.getLogger("validate_pyproject").setLevel(logging.CRITICAL)
    known = plugins.list_from_entry_points() if plugin else []
    return api.Validator(plugins=[one for one in known if one.tool == plugin])


@functools.cache
def _allowed(table: str) -> tuple[str, ...]:
    from validate_pyproject import api

    schema: Mapping[str, Any] = api.load("pyproject_toml")["properties"]["build-system"]
    if table == "project":
        schema = api.load("project_metadata")
    return tuple(schema["properties"])


def _judged_here(facts: SourceFacts) -> dict[str, Any]:
    """Return the standard tables without unknown keys and without the values that have rules of their own."""
    tables = facts.project.pyproject
    unknown = set(_unknown_keys(tables))
    document: dict[str, Any] = {}
    for table in ("build-system", "dependency-groups", "project"):
        content = tables.get(table)
        if isinstance(content, Mapping):
            document[table] = {key: value for key, value in content.items() if (table, key) not in unknown}
        elif table in tables:
            document[table] = content
    project = document.get("project")
    if isinstance(project, dict):
        for key in _JUDGED_ELSEWHERE:
            field = "entry-points" if key in {"scripts", "gui-scripts"} else key
            if key in project and facts.project.metadata_from.get(field) == "pyproject.toml":
                del project[key]
        _fill_in(project)
    return document


def _fill_in(project: dict[str, Any]) -> None:
    """Put a value without fault where the rules on metadata judge the value, or that there is none."""
    if isinstance(project.get("name", ""), str):
        project["name"] = "name"
    is_dynamic = "version" in project.get("dynamic", ())
    if isinstance(project.get("version", None if is_dynamic else ""), str):
        project["version"] = "1"
    if isinstance(project.get("license"), str):
        project["license"] = "MIT"
    for field in ("authors", "maintainers"):
        if isinstance(people := project.get(field), list):
            project[field] = [_with_an_address(person) for person in people]


def _with_an_address(person: object) -> object:
    if isinstance(person, dict) and isinstance(person.get("email"), str):
        return {**person, "email": "someone@example.org"}
    return person


def _path(name: str | None) -> list[str]:
    """Return the keys of a place as validate-pyproject names it, such as `project.authors[0]`."""
    steps = _STEP.findall((name or "").strip("`").removeprefix("data."))
    return ["dependency-groups" if step == "dependency_groups" else step for step in steps]


def _cut_out(document: dict[str, Any], path: list[str]) -> bool:
    """Remove the key an error is about, not deeper than a key of a table, and return whether it was there."""
    *parents, last = path[: 3 if path[0] == "tool" else 2]
    table = document
    for step in parents:
        table = table.get(step, {})
    return table.pop(last, None) is not None


def _evidence(facts: SourceFacts, error: Any) -> Evidence:  # noqa: ANN401 - the library has no types for it
    path = _path(error.name)
    place = facts.project.at(*(int(step) if step.isdigit() else step for step in path))
    first, _, details = error.summary.partition("\n")
    expected = "\n".join(text[4:] for text in details.splitlines() if text.strip()) or None
    if error.rule in _OTHER_FORM:
        message = f"`{_dotted(path)}` has none of the forms it may have, or mixes two of them."
    else:
        message = f"{first.replace(error.name, f'`{_dotted(path)}`').rstrip('.:')}."
    return Evidence(message=message, **place, seen=_shown(error.value), expected=expected)


def _dotted(path: list[str]) -> str:
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in path).lstrip(".")


def _shown(value: object) -> str | None:
    if isinstance(value, Mapping) and len(value) > 5:  # noqa: PLR2004 - a whole table is too long to show
        return None
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@project.error(
    "setup-py-syntax-error",
    title="setup.py cannot be parsed",
    why="setuptools runs setup.py in every build; it fails at the start, also when the sdist "
    "is built elsewhere.",
    fix="Correct the line. Remove code for Python 2: no build tool runs it any more.",
    example='print "building"',
)
def setup_py_syntax_error(facts: SourceFacts) -> Iterator[Evidence]:
    fault = facts.project.setup_py_fault
    if fault is not None and facts.project.backend_name == "setuptools":
        message, line = fault
        yield Evidence(message=f"setup.py cannot be parsed: {message}.", file="setup.py", line=line)
