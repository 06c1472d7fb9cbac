"""setup.py, read as a syntax tree and never run: the literal arguments of its call to `setup`.

`python_literals` defines what counts as literal. A value from anything else (a function, a file, an environment
variable) makes the field dynamic.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

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


class SetupPy(Struct, frozen=True, kw_only=True):
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
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)]
    names, written = constants(tree), bound_once(tree)
    arguments: dict[str, Any] = {}
    computed: dict[str, ast.expr] = {}
    lines: dict[str, int] = {}
    complete = len(calls) == 1
    for name, value in (found for call in calls[-1:] for found in _arguments(call, names, written)):
        if name is None:
            complete = False
            continue
        lines[name] = value.lineno
        try:
            arguments[name] = literal(value, names)
        except NotLiteral:
            computed[name] = value
    return SetupPy(
        arguments=arguments,
        computed=computed,
        lines=lines,
        complete=complete,
        tree=tree,
        text=data.decode("utf-8", "replace"),
    )


def line_of_distutils(root: Path) -> int | None:
    """Return the line where setup.py takes `setup` from distutils; None where it does not, or knows setuptools too."""
    setup = load(root)
    found: list[int] = []
    for node in ast.walk(setup.tree) if setup and setup.tree else ():
        match node:
            case ast.ImportFrom(module=str(module), level=0):
                names = [f"{module}.{alias.name}" for alias in node.names]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case _:
                continue
        if any(name.partition(".")[0] in {"setuptools", "skbuild", "numpy"} for name in names):
            return None
        if any(name.startswith("distutils.core") for name in names):
            found.append(node.lineno)
    return min(found, default=None)


def _arguments(
    call: ast.Call, names: Mapping[str, ast.expr], written: Mapping[str, ast.expr]
) -> Iterator[tuple[str | None, ast.expr]]:
    """Yield keyword and value of each argument, also of those in `**value` where the file writes that dict out.

    None for a keyword means that there may be arguments that are not known.
    """
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg is not None:
            yield keyword.arg, value
            continue
        if isinstance(value, ast.Name):
            if value.id not in names:
                yield None, value
            value = written.get(value.id, value)
        match value:
            case ast.Dict(keys=keys, values=values):
                for key, item in zip(keys, values, strict=True):
                    name = key.value if isinstance(key, ast.Constant) else None
                    yield name if isinstance(name, str) else None, item
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
                yield from ((inner.arg, inner.value) for inner in keywords)
            case _:
                yield None, value


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
