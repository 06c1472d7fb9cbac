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
NAMES = ("build-timeout", "fail-on", "release-branch", "smoke-timeout", "tag-prefix", "verify-timeout")
"""Options of the command line that a project may set for all its runs. Where a release goes is not among
them: people who can change pyproject.toml must not be able to send it elsewhere."""

OWN = (
    Option(
        name="changelog-command",
        help="The project's own tool for its changelog, which `release` runs instead of dating the section of what is not "
        "released, such as `towncrier build --yes --version {version}`. There is no shell; `{version}` stands for the "
        "version.",
    ),
    Option(
        name="version-files",
        help="Further files that name the version, for `release`: `path` for every place in it where the version stands by "
        "itself, or `path:text with {version}` for the places with that text around it.",
        kind="list",
    ),
)
"""Settings of the project that are no options of the command line."""

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "seconds": ((int, float), "a number of seconds"),
    "flag": ((bool,), "true or false"),
    "list": ((list,), "a list of strings"),
}
_TEXT: tuple[tuple[type, ...], str] = ((str,), "a string")
_EXAMPLE = '[tool.slipway.ignore]\nchangelog-entry-missing = "the changelog is written after the release"'


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The table, checked for its shape.

    Attributes:
        ignored: rule name to the reason for turning it off; whether there is such a rule is checked elsewhere.
        options: option name to its value.
        changelog_command: the project's own tool for its changelog, one string as it would stand on a command line.
        version_files: further files that name the version, as `slipway.releasing.version_files` reads them.
    """

    ignored: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    changelog_command: str | None = None
    version_files: tuple[str, ...] = ()


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
    own = {option.name: options.pop(option.name, None) for option in OWN}
    return Settings(
        ignored=_ignored(pyproject, table.get(IGNORE, {})),
        options=options,
        changelog_command=own["changelog-command"],
        version_files=tuple(own["version-files"] or ()),
    )


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
    known = {option.name: option for option in (*OWN, *OPTIONS) if option in OWN or option.name in NAMES}
    if key in known:
        return known[key]
    if any(option.name == key for option in OPTIONS):
        what = "can be given on the command line only"
        raise _error(pyproject, (key,), what, f"Remove it and use --{key} or the variable for it.")
    names = [IGNORE, *known]
    near = difflib.get_close_matches(key, names, n=1)
    remedy = f"Did you mean `{near[0]}`?" if near else f"Known keys are: {', '.join(sorted(names))}."
    raise _error(pyproject, (key,), "is not a setting of Slipway", remedy)


def _demand_fitting(pyproject: PyProject, option: Option, value: object) -> None:
    types, expected = _KINDS.get(option.kind, _TEXT)
    is_type = isinstance(value, types) and (bool in types or not isinstance(value, bool))
    if not is_type or (
        isinstance(value, list) and not all(isinstance(item, str) and item.strip() for item in value)
    ):
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
        cause="[tool.slipway] holds what docs/reference.md lists under Settings and the table `ignore`, nothing else.",
        remedy=remedy,
        read="`slipway rules` lists the rules, `slipway check --help` the options.",
    )
