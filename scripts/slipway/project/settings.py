"""[tool.slipway]: the settings of a project in its pyproject.toml."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.errors import InputError
from slipway.options import OPTIONS, Option
from slipway.project import pyproject as pyproject_file
from slipway.project.pyproject import FILE, PyProject

IGNORE = "ignore"
NAMES = (
    *("build-timeout", "changelog-command", "fail-on", "release-branch", "smoke-timeout"),
    *("tag-prefix", "verify-timeout"),
)
"""Options of the command line that a project may set for all its runs. Where a release goes is not among
them: people who can change pyproject.toml must not be able to send it elsewhere."""

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "seconds": ((int, float), "a number of seconds"),
    "flag": ((bool,), "true or false"),
    "list": ((list,), "a list"),
}
_TEXT: tuple[tuple[type, ...], str] = ((str,), "a string")
_EXAMPLE = '[tool.slipway.ignore]\nchangelog-entry-missing = "the changelog is written after the release"'


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The table, checked for its shape.

    Attributes:
        ignored: rule name to the reason for turning it off; whether there is such a rule is checked elsewhere.
        options: option name to its value.
    """

    ignored: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def read(pyproject: PyProject) -> Settings:
    """Return the settings of a project.

    Raises:
        InputError: an unknown key, a value of the wrong type, or a rule turned off without a reason.
    """
    table = pyproject.table("tool").get("slipway", {})
    if not isinstance(table, Mapping):
        raise _error(pyproject, (), "is not a table", "Write it as a table: [tool.slipway].")
    options = {key: value for key, value in table.items() if key != IGNORE}
    for key, value in options.items():
        _demand_fitting(pyproject, _option(pyproject, key), value)
    return Settings(ignored=_ignored(pyproject, table.get(IGNORE, {})), options=options)


def options_of(root: Path) -> Mapping[str, Any]:
    """Return the options that the project in a folder sets; none where its pyproject.toml cannot be read.

    Errors in the file are reported when the project itself is read.
    """
    try:
        return read(pyproject_file.load(root)).options
    except InputError:
        return {}


def _ignored(pyproject: PyProject, table: object) -> dict[str, str]:
    if not isinstance(table, Mapping):
        what = "is not a table of rule names and reasons"
        raise _error(pyproject, (IGNORE,), what, f"Write for each rule why it is turned off:\n{_EXAMPLE}")
    for rule, reason in table.items():
        if not isinstance(reason, str) or not reason.strip():
            what = "turns a rule off without a reason"
            remedy = f"Write the reason as its value; the report shows it:\n{_EXAMPLE}"
            raise _error(pyproject, (IGNORE, str(rule)), what, remedy)
    return {str(rule): str(reason).strip() for rule, reason in table.items()}


def _option(pyproject: PyProject, key: str) -> Option:
    if key in NAMES:
        return next(option for option in OPTIONS if option.name == key)
    if any(option.name == key for option in OPTIONS):
        what = "can be given on the command line only"
        raise _error(pyproject, (key,), what, f"Remove it and use --{key} or the variable for it.")
    names = [IGNORE, *NAMES]
    near = difflib.get_close_matches(key, names, n=1)
    remedy = f"Did you mean `{near[0]}`?" if near else f"Known keys are: {', '.join(sorted(names))}."
    raise _error(pyproject, (key,), "is not a setting of Slipway", remedy)


def _demand_fitting(pyproject: PyProject, option: Option, value: object) -> None:
    types, expected = _KINDS.get(option.kind, _TEXT)
    is_type = isinstance(value, types) and (bool in types or not isinstance(value, bool))
    if not is_type:
        raise _error(pyproject, (option.name,), f"is not {expected}", f"Give `{option.name}` {expected}.")
    if option.kind == "seconds" and isinstance(value, int | float) and value <= 0:
        raise _error(pyproject, (option.name,), "is not above zero", "Give a positive number of seconds.")
    if option.choices and value not in option.choices:
        choices = ", ".join(option.choices)
        raise _error(pyproject, (option.name,), f"is not one of {choices}", f"Write one of: {choices}.")


def _error(pyproject: PyProject, keys: tuple[str, ...], what: str, remedy: str) -> InputError:
    line = pyproject.lines.get(("tool", "slipway", *keys))
    at = f"{FILE}, line {line}" if line else FILE
    return InputError(
        f"{at}: `{'.'.join(('tool', 'slipway', *keys))}` {what}.",
        cause="[tool.slipway] holds options of the command line and the table `ignore`, nothing else.",
        remedy=remedy,
        read="`slipway rules` lists the rules, `slipway check --help` the options.",
    )
