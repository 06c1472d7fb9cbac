"""What an option is, and how a field of `slipway.options.Inputs` declares one."""

import dataclasses
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from slipway.records import Severity

Kind = Literal["text", "path", "seconds", "count", "flag", "choice", "list"]

KINDS: dict[object, Kind] = {bool: "flag", int: "count", float: "seconds", Path: "path", str: "text"}
"""How the value of a field is read, by its type."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option: a word on the command line, an input of the action, a variable.

    Attributes:
        name: kebab-case, the same everywhere.
        help: one sentence.
        kind: how the value is read; `seconds` is a positive number, `count` a whole one, `list` may be given
            several times.
        default: value when nothing is given; None means that Slipway decides.
        choices: the values allowed, if they are few.
        stages: a command that runs one of these takes the option.
        setting: whether a project may set it for all its runs, in [tool.slipway] of its pyproject.toml.
        attribute: the field of `Inputs` that holds the value; empty for an input of the action or a workflow alone.
    """

    name: str
    help: str
    kind: Kind = "text"
    default: Any = None
    choices: tuple[str, ...] = ()
    stages: frozenset[str] = frozenset()
    setting: bool = False
    attribute: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that holds the value."""
        return f"SLIPWAY_{self.name.replace('-', '_').upper()}"


def option(
    help: str,  # noqa: A002 - what click calls it too
    *stages: str,
    default: Any = dataclasses.MISSING,  # noqa: ANN401 - a field of any type
    setting: bool = False,
) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Declare a field of `Inputs` that is an option.

    Args:
        help: one sentence.
        stages: a command that runs one of them takes the option; of an option without any, the table of commands
            says which commands take it.
        default: the value when nothing is given.
        setting: whether a project may set it. What belongs to the machine or to one run may not be set there, nor where
            a release goes, nor what decides whom anybody trusts: who can change pyproject.toml must not gain that.
    """
    return field(default=default, metadata={"help": help, "stages": frozenset(stages), "setting": setting})


def declared_in(record: type) -> Iterator[Option]:
    """Yield the options that the fields of a dataclass declare, in their order."""
    hints = typing.get_type_hints(record)
    for declared in dataclasses.fields(record):
        if not declared.metadata:
            continue
        kind, choices = _read_as(hints[declared.name])
        default = None if declared.default is dataclasses.MISSING else declared.default
        yield Option(
            # `from` is a keyword, so the field has an underscore behind it.
            name=declared.name.rstrip("_").replace("_", "-"),
            kind=kind,
            choices=choices,
            default=default.value if isinstance(default, Severity) else default,
            attribute=declared.name,
            **declared.metadata,
        )


def _read_as(hint: Any) -> tuple[Kind, tuple[str, ...]]:  # noqa: ANN401 - a type of any kind
    """Return how a field of a type is read, and the values allowed if they are few."""
    # `Literal[...] | None` makes the older kind of union.
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return _read_as(typing.get_args(hint)[0])
    if typing.get_origin(hint) is tuple:
        return "list", _read_as(typing.get_args(hint)[0])[1]
    if typing.get_origin(hint) is Literal:
        return "choice", typing.get_args(hint)
    if hint is Severity:
        return "choice", tuple(severity.value for severity in Severity)
    return KINDS[hint], ()
