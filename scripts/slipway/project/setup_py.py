"""setup.py, read as a syntax tree and never run: the literal arguments of its call to `setup`.

`python_literals` defines what counts as literal. A value from anything else (a function, a file, an environment
variable) makes the field dynamic.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.project import setuptools_fields
from slipway.project.declared import Declared, Readme, text_or_none
from slipway.project.python_literals import (
    MAX_BYTES,
    UNPARSEABLE,
    NotLiteral,
    bound_once,
    constants,
    literal,
    parse,
)
from slipway.project.setuptools_fields import FIELD_OF

FILE = "setup.py"


@dataclass(frozen=True, kw_only=True)
class SetupPy:
    """The file as read.

    Attributes:
        arguments: keyword arguments of `setup` whose value is literal.
        computed: keyword arguments whose value is not, with their syntax tree.
        lines: keyword argument to its line.
        complete: False where arguments are unknown (`**something`, no call found, not parseable).
        tree: the whole file; None where it cannot be parsed.
        text: the file's text.
        fault: message and line of the syntax error, where there is one.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    computed: Mapping[str, ast.expr] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    complete: bool = False
    tree: ast.Module | None = None
    text: str = ""
    fault: tuple[str, int] | None = None


def load(root: Path) -> SetupPy | None:
    """Return what can be read of a project's setup.py, or None if it has none."""
    path = root / FILE
    if not path.is_file():
        return None
    try:
        data = path.read_bytes()[: MAX_BYTES + 1]
        tree = parse(data)
    except SyntaxError as error:
        return SetupPy(fault=(error.msg, error.lineno or 1))
    except (OSError, *UNPARSEABLE) as error:
        return SetupPy(fault=(str(error) or type(error).__name__, 1))
    found = _Call(tree)
    return SetupPy(
        arguments=found.arguments,
        computed=found.computed,
        lines=found.lines,
        complete=found.complete,
        tree=tree,
        text=data.decode("utf-8", "replace"),
    )


class _Call:
    """The arguments of the call to `setup`."""

    def __init__(self, tree: ast.Module) -> None:
        self._names = constants(tree)
        self._written = bound_once(tree)
        self.arguments: dict[str, Any] = {}
        self.computed: dict[str, ast.expr] = {}
        self.lines: dict[str, int] = {}
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)]
        self.complete = len(calls) == 1
        for call in calls[-1:]:
            for keyword in call.keywords:
                if keyword.arg is None:
                    self._spread(keyword.value)
                else:
                    self._take(keyword.arg, keyword.value)

    def _take(self, name: str, value: ast.expr) -> None:
        self.lines[name] = value.lineno
        try:
            self.arguments[name] = literal(value, self._names)
        except NotLiteral:
            self.computed[name] = value

    def _spread(self, value: ast.expr) -> None:
        """Take what is known of `**value`: the items of a dict that is written out in the file."""
        if isinstance(value, ast.Name):
            self.complete &= value.id in self._names
            value = self._written.get(value.id, value)
        pairs: list[tuple[object, ast.expr]] = [(None, value)]
        match value:
            case ast.Dict(keys=keys, values=values):
                names = (key.value if isinstance(key, ast.Constant) else None for key in keys)
                pairs = list(zip(names, values, strict=True))
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
                pairs = [(keyword.arg, keyword.value) for keyword in keywords]
        for name, item in pairs:
            if isinstance(name, str):
                self._take(name, item)
            else:
                self.complete = False


def _is_setup(function: ast.expr) -> bool:
    match function:
        case ast.Name(id="setup"):
            return True
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr="setup"):
            return name in {"setuptools", "core", "skbuild"}
    return False


def declared(setup: SetupPy) -> Declared:
    """Return what the file declares; every field that is computed is dynamic."""
    values = setuptools_fields.values(setup.arguments)
    if text := text_or_none(setup.arguments.get("long_description")):
        content_type = text_or_none(setup.arguments.get("long_description_content_type"))
        values["readme"] = Readme(text=text, content_type=content_type)
    dynamic = {FIELD_OF[name] for name in setup.computed if name in FIELD_OF}
    dynamic |= {FIELD_OF[name] for name in ("use_scm_version", "pbr") if setup.arguments.get(name)}
    lines: dict[tuple[str | int, ...], int] = {}
    for name, number in setup.lines.items():
        if name in FIELD_OF:
            lines.setdefault((FIELD_OF[name],), number)
    static = {name: value for name, value in values.items() if name not in dynamic}
    return Declared(
        file="setup.py", values=static, dynamic=frozenset(dynamic), incomplete=not setup.complete, lines=lines
    )
