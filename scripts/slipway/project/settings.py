"""[tool.slipway]: the settings of a project in its pyproject.toml, and the JSON Schema of that table.

What a setting may hold is said once, by `_holds`: the schema is made of it, and values are judged by it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from slipway import versions
from slipway.errors import InputError
from slipway.option import Option
from slipway.options import OPTIONS, Inputs
from slipway.project import pyproject as pyproject_file
from slipway.project.pyproject import FILE, PyProject
from slipway.records import PART, Severity

IGNORE, CHECKS = "ignore", "checks"
SCHEMA = Path(__file__).with_name("settings.schema.json")

OWN = (
    Option(
        name="check-requires",
        help="What the checks in [tool.slipway.checks] need beside the package.",
        kind="list",
    ),
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

SETTINGS = {
    option.name: option
    for option in sorted(
        (*OWN, *(option for option in OPTIONS if option.setting)), key=lambda option: option.name
    )
}
"""Every setting but the tables `ignore` and `checks`, by name."""

_HOLDS: Mapping[str, Mapping[str, Any]] = {
    "seconds": {"type": "number", "exclusiveMinimum": 0},
    "count": {"type": "integer", "minimum": 1},
    "flag": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string", "pattern": r"\S"}},
}
"""What a setting may hold by the kind of its option, in the words of JSON Schema; any other kind holds a string."""

_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "number": ((int, float), "a number of seconds"),
    "integer": ((int,), "a whole number"),
    "boolean": ((bool,), "true or false"),
    "array": ((list,), "a list of strings"),
    "string": ((str,), "a string"),
}
CHECK_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
_CHECKS_EXAMPLE = '[tool.slipway.checks]\ndocs = "sphinx-build -W docs out"'
_EXAMPLE = '[tool.slipway.ignore]\nchangelog-entry-missing = "the changelog is written after the release"'


class Settings(Struct, frozen=True, kw_only=True):
    """The table, checked for its shape.

    Attributes:
        ignored: rule name to the reason for turning it off; whether there is such a rule is checked elsewhere.
        options: option name to its value.
        changelog_command: the project's own tool for its changelog, one string as it would stand on a command line.
        checks: the project's own checks, by name: a command line each, and `check_requires` what they need.
        version_files: further files that name the version, as `slipway.releasing.version_files` reads them.
    """

    ignored: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    changelog_command: str | None = None
    version_files: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    check_requires: tuple[str, ...] = ()


def read(pyproject: PyProject) -> Settings:
    """Return the settings of a project.

    Raises:
        InputError: an unknown key, a value of the wrong type, or a rule turned off without a reason.
    """
    table = pyproject.table("tool").get("slipway", {})
    if not isinstance(table, Mapping):
        raise _error(pyproject, (), "is not a table", "Write it as a table: [tool.slipway].")
    options = {key: value for key, value in table.items() if key not in {IGNORE, CHECKS}}
    for key, value in options.items():
        if fault := _fault(key, _holds(_option(pyproject, key)), value):
            raise _error(pyproject, (key,), *fault)
    own = {option.name: options.pop(option.name, None) for option in OWN}
    return Settings(
        ignored=_ignored(pyproject, table.get(IGNORE, {})),
        options=options,
        changelog_command=own["changelog-command"],
        version_files=tuple(own["version-files"] or ()),
        checks=_checks(pyproject, table.get(CHECKS, {})),
        check_requires=tuple(own["check-requires"] or ()),
    )


def applied(inputs: Inputs, folder: Path) -> Inputs:
    """Return inputs with what the pyproject.toml of a folder sets of the options that nothing has set yet.

    Raises:
        InputError: [tool.slipway] has a fault. A pyproject.toml that cannot be read sets nothing.
    """
    try:
        pyproject = pyproject_file.load(folder)
    except InputError:
        return inputs
    settings = read(pyproject)
    found = {
        name: value
        for name, value in settings.options.items()
        # In a job of a matrix, the plan has divided the Pythons between the jobs.
        if name not in inputs.given and not (name == "python" and PART.fullmatch(inputs.job))
    }
    changes: dict[str, Any] = {SETTINGS[name].attribute: _meant(name, value) for name, value in found.items()}
    if settings.checks and not inputs.checks:
        changes |= {"checks": tuple(settings.checks.items()), "check_requires": settings.check_requires}
    return replace(inputs, given=inputs.given | found.keys(), **changes)


def schema(rules: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON Schema of the table, of the draft that validate-pyproject reads.

    Args:
        rules: the rules that may be turned off, name to title.
    """
    reason = {"type": "string", "pattern": r"\S"}
    ignore = {
        "description": "Rules that are turned off: the name of the rule, and the reason, which the report shows.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"description": title, **reason} for name, title in sorted(rules.items())},
    }
    command = {"type": "string", "pattern": r"\S"}
    checks = {
        "description": "The project's own checks: a name, and a command that `check` runs after the smoke tests, without a "
        "shell, in a copy of the checkout with the wheel installed; {project} stands for the copy.",
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {CHECK_NAME.pattern: command},
    }
    described = {name: _described(option) | _holds(option) for name, option in SETTINGS.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:slipway-release:settings",
        "title": "Settings of a project for Slipway",
        "description": "The table [tool.slipway] in pyproject.toml. An option on the command line and a SLIPWAY_* variable "
        "win over a setting of the same name.",
        "type": "object",
        "additionalProperties": False,
        "properties": {IGNORE: ignore, CHECKS: checks, **described},
    }


def tool_schema(tool_name: str) -> dict[str, Any]:
    """Return the JSON Schema of the table [tool.slipway], as a plug-in of validate-pyproject does.

    https://validate-pyproject.readthedocs.io/en/latest/dev-guide.html
    """
    _ = tool_name
    made: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return made


def _described(option: Option) -> dict[str, Any]:
    default = {} if option.default in {None, ()} else {"default": option.default}
    return {"description": option.help, **default}


def _holds(option: Option) -> dict[str, Any]:
    """Return what the value of a setting has to be, as JSON Schema."""
    holds = dict(_HOLDS.get(option.kind, {"type": "string"}))
    if option.choices:
        chosen = {"type": "string", "enum": [*option.choices]}
        return {**holds, "items": chosen} if option.kind == "list" else chosen
    return holds


def _fault(key: str, holds: Mapping[str, Any], value: object) -> tuple[str, str] | None:
    """Return what is wrong with a value and what to write, None where it is what the schema asks for."""
    types, expected = _TYPES[holds["type"]]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        is_one = holds["type"] == "array" and isinstance(value, str)
        remedy = (
            f"Write it in brackets: {key} = [{json.dumps(value)}]." if is_one else f"Give `{key}` {expected}."
        )
        return f"is not {expected}", remedy
    if isinstance(value, list):
        return next(filter(None, (_item_fault(key, holds["items"], item) for item in value)), None)
    if isinstance(value, int | float) and value <= holds.get("exclusiveMinimum", value - 1):
        return "is not above zero", "Give a positive number of seconds."
    return _choice_fault(holds, value)


def _item_fault(key: str, holds: Mapping[str, Any], item: object) -> tuple[str, str] | None:
    if not isinstance(item, str) or not item.strip():
        return "is not a list of strings", f"Give `{key}` a list of strings."
    return _choice_fault(holds, item)


def _choice_fault(holds: Mapping[str, Any], value: object) -> tuple[str, str] | None:
    choices = holds.get("enum", [value])
    if value in choices:
        return None
    lead = f"Did you mean `{near[0]}`? " if (near := _near(str(value), choices)) else ""
    listed = ", ".join(choices)
    return f"is {json.dumps(value)}, which is not one of {listed}", f"{lead}Write one of: {listed}."


def _meant(name: str, value: Any) -> object:  # noqa: ANN401 - each setting has its own type
    if name == "fail-on":
        return Severity(value)
    if name == "tag-prefix":
        return versions.prefix_meant(value)
    return tuple(value) if isinstance(value, list) else value


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


def _checks(pyproject: PyProject, table: object) -> dict[str, str]:
    if not isinstance(table, Mapping):
        what = "is not a table of names and commands"
        raise _error(pyproject, (CHECKS,), what, f"Write a name and a command for each:\n{_CHECKS_EXAMPLE}")
    for name, command in table.items():
        if not CHECK_NAME.fullmatch(str(name)):
            what = "is no name of a check"
            raise _error(pyproject, (CHECKS, str(name)), what, "Use letters, digits, dots and dashes.")
        if not isinstance(command, str) or not command.strip():
            what = "is not a command"
            raise _error(pyproject, (CHECKS, str(name)), what, f"Write it as text:\n{_CHECKS_EXAMPLE}")
    return {str(name): str(command) for name, command in table.items()}


def _option(pyproject: PyProject, key: str) -> Option:
    if key in SETTINGS:
        return SETTINGS[key]
    if any(option.name == key for option in OPTIONS):
        what = "can be given on the command line only"
        raise _error(pyproject, (key,), what, f"Remove it and use --{key} or the variable for it.")
    names = sorted([IGNORE, CHECKS, *SETTINGS])
    near = _near(key, names)
    remedy = f"Did you mean `{near[0]}`?" if near else f"Known keys are: {', '.join(names)}."
    raise _error(pyproject, (key,), "is not a setting of Slipway", remedy)


def _near(word: str, words: Iterable[str]) -> list[str]:
    import difflib  # most settings are right

    return difflib.get_close_matches(word.lower().replace("_", "-"), [*words], n=1)


def _error(pyproject: PyProject, keys: tuple[str, ...], what: str, remedy: str) -> InputError:
    line = pyproject.lines.get(("tool", "slipway", *keys))
    at = f"{FILE}, line {line}" if line else FILE
    return InputError(
        f"{at}: `{'.'.join(('tool', 'slipway', *keys))}` {what}.",
        cause="[tool.slipway] holds options of the command line, settings of `release` and the table `ignore`.",
        remedy=remedy,
        read="`slipway rules` lists the rules, `slipway check --help` the options.",
    )
