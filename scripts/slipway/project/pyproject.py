"""pyproject.toml: its tables as they are, and what [project] declares (PEP 518, 517, 621, 639, 735).

Only what makes the file unreadable is an error here; its values are checked by rules.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from slipway.errors import InputError
from slipway.project import project_paths
from slipway.project.declared import (
    FIELDS,
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
from slipway.project.toml_lines import lines_of, loads

FILE: Final = "pyproject.toml"
LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""The backend where none is declared (PEP 517)."""
LEGACY_REQUIRES = ("setuptools>=40.8.0",)
"""The build requirements where none are declared (PEP 518, and what `build` installs)."""
MAX_BYTES = 4 * 1024 * 1024

_SPECIFICATION = "https://packaging.python.org/en/latest/specifications/pyproject-toml/"
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


class PyProject(Struct, frozen=True, kw_only=True):
    """The file as parsed.

    Attributes:
        tables: its whole contents.
        lines: path of keys and indexes to its line, from 1.
    """

    tables: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def table(self, *keys: str) -> Mapping[str, Any]:
        """Return a table by its path; an empty one if it is absent or something else."""
        table = self.tables
        for key in keys:
            table = table_or_empty(table.get(key))
        return table


def load(root: Path) -> PyProject:
    """Return the parsed pyproject.toml of a project, an empty one if it has none.

    Raises:
        InputError: it cannot be read, is not TOML, or [project] or [build-system] cannot be read at all.
    """
    path = root / FILE
    if not path.is_file():
        return PyProject()
    text = read_text(path)
    try:
        pyproject = PyProject(tables=loads(text), lines=lines_of(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _not_toml(path, text, str(error)) from error
    _demand_readable(pyproject)
    return pyproject


def read_text(path: Path) -> str:
    """Return the text of a small UTF-8 file of the project.

    Raises:
        InputError: it cannot be read, is too large, or is not UTF-8.
    """
    data = project_paths.content(path, path.name, limit=MAX_BYTES)
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path.name} is not UTF-8: byte 0x{data[error.start]:02x} on line {line} is not valid there.",
            cause="An editor saved the file in another encoding, such as Latin-1 or UTF-16.",
            remedy=f"Save {path.name} again as UTF-8 without a byte order mark.",
            read=_SPECIFICATION,
        ) from error


def _not_toml(path: Path, text: str, message: str) -> InputError:
    position = _POSITION.search(message)
    line, column = (int(position[1]), int(position[2])) if position else (text.count("\n") + 1, 0)
    what = _POSITION.sub("", message).strip().rstrip(".")
    if text.startswith("\ufeff"):
        what = "it begins with a byte order mark"
    shown = text.split("\n")[line - 1].strip() if line <= text.count("\n") + 1 else ""
    at = f"line {line}, column {column}" if position else f"at its end, line {line}"
    return InputError(
        f"{path.name} cannot be parsed, {at}: {what}." + (f" The line is: {shown[:200]}" if shown else ""),
        cause="A quote, bracket or comma is missing there or on the line before, or a key is given twice.",
        remedy=f"Correct line {line} of {path.name}; no build tool can read the file as it is.",
        read="https://toml.io/en/v1.0.0",
    )


def _demand_readable(pyproject: PyProject) -> None:
    for key in ("project", "build-system", "tool"):
        if not isinstance(pyproject.tables.get(key, {}), Mapping):
            raise _wrong_shape(pyproject, (key,), "a table", f"Write it as a table: [{key}].")
    system = pyproject.table("build-system")
    if "requires" in system and texts_or_none(system["requires"]) is None:
        remedy = 'For example: requires = ["hatchling"]'
        raise _wrong_shape(pyproject, ("build-system", "requires"), "a list of strings", remedy)
    if "build-backend" in system and text_or_none(system["build-backend"]) is None:
        remedy = 'For example: build-backend = "hatchling.build"'
        raise _wrong_shape(pyproject, ("build-system", "build-backend"), "a string", remedy)


def _wrong_shape(pyproject: PyProject, keys: tuple[str, ...], expected: str, remedy: str) -> InputError:
    line = pyproject.lines.get(keys)
    at = f"{FILE}, line {line}" if line else FILE
    return InputError(
        f"{at}: `{'.'.join(keys)}` is not {expected}.",
        cause="The key has a value of the wrong type: no build tool can read how to build the project.",
        remedy=remedy,
        read=_SPECIFICATION,
    )


def declared(pyproject: PyProject) -> Declared:
    """Return what the [project] table declares; values of a wrong type are left out."""
    project = pyproject.table("project")
    groups = {
        "console_scripts": text_table_or_none(project.get("scripts")),
        "gui_scripts": text_table_or_none(project.get("gui-scripts")),
        **{str(k): text_table_or_none(v) for k, v in table_or_empty(project.get("entry-points")).items()},
    }
    globs = project.get("license-files")
    if isinstance(globs, Mapping):  # the forms of the drafts of PEP 639
        globs = globs.get("paths", globs.get("globs"))
    values = known(
        {
            **texts_of(project, "name", "version", "description", "requires-python"),
            **lists_of(
                project, "keywords", "classifiers", "dependencies", "import-names", "import-namespaces"
            ),
            "readme": _readme(project.get("readme")),
            "license": _license(project.get("license")),
            "license-files": texts_or_none(globs),
            "authors": _people(project.get("authors")),
            "maintainers": _people(project.get("maintainers")),
            "urls": text_table_or_none(project.get("urls")),
            "entry-points": {name: group for name, group in groups.items() if group} or None,
            "optional-dependencies": text_lists_or_none(project.get("optional-dependencies")),
        }
    )
    dynamic = set(texts_or_none(project.get("dynamic")) or ())
    if dynamic & {"scripts", "gui-scripts"}:
        dynamic.add("entry-points")
    lines = {path[1:]: line for path, line in pyproject.lines.items() if path[0] == "project" and path[1:]}
    for table, group in (("scripts", "console_scripts"), ("gui-scripts", "gui_scripts")):
        lines |= {("entry-points", group, *p[1:]): line for p, line in lines.items() if p[0] == table}
    return Declared(
        file="pyproject.toml",
        values=values,
        dynamic=frozenset(dynamic & set(FIELDS)),
        is_project_table=True,
        lines=lines,
    )


def _readme(value: object) -> Readme | None:
    if isinstance(value, str):
        return Readme(files=(value,)) if value.strip() else None
    table = table_or_empty(value)
    file, text = text_or_none(table.get("file")), text_or_none(table.get("text"))
    if file is None and text is None:
        return None
    return Readme(
        files=(file,) if file else (), text=text, content_type=text_or_none(table.get("content-type"))
    )


def _license(value: object) -> License | None:
    if isinstance(value, str):
        return License(expression=value)
    table = table_or_empty(value)
    file, text = text_or_none(table.get("file")), text_or_none(table.get("text"))
    return License(text=text, file=file) if file or text else None


def _people(value: object) -> tuple[Person, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(Person(**texts_of(table_or_empty(item), "name", "email")) for item in value)
