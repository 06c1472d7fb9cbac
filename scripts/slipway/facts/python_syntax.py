"""Which syntax a Python source file uses that older versions of Python cannot read.

Only what is certain is told. The grammar check of `ast.parse(feature_version=…)` is not used: it takes a
parenthesised expression after `with` for the newer syntax, so it cries wolf.
Each version's syntax: the "What's New in Python 3.x" pages.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SOURCE_BYTES = 512 * 1024
"""Larger files are not parsed: a syntax tree takes about 200 times the memory of its source."""
OLDEST = 7
"""Syntax that came up to Python 3.7 is not looked for; nothing older is supported by anyone."""


class Construct(NamedTuple):
    """A piece of syntax, the minor version of Python 3 it came with, and its line from 1."""

    name: str
    since: int
    line: int


_HINTS: tuple[tuple[int, re.Pattern[bytes]], ...] = (
    (8, re.compile(rb":=")),
    (8, re.compile(rb"[(,]\s*/\s*[,)]")),
    (9, re.compile(rb"^[ \t]*@[\w.]*[^\w.\s(#]", re.MULTILINE)),
    (10, re.compile(rb"^[ \t]*match\b[^\n]*:", re.MULTILINE)),
    (11, re.compile(rb"except\s*\*")),
    (11, re.compile(rb"[\w\])]\[(?:[^\]\n]{0,200},)?\s{0,80}\*\w")),
    (11, re.compile(rb"\*\w+\s*:\s*\*")),
    (12, re.compile(rb"^[ \t]*type[ \t]+\w+\s*[\[=]", re.MULTILINE)),
    (12, re.compile(rb"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+\s*\[", re.MULTILINE)),
    (14, re.compile(rb"(?<![\w\"'])(?:[tT][rR]?|[rR][tT])[\"']")),
)
"""What a file must contain to be worth parsing, by the version the syntax came with."""


def parse(source: bytes) -> ast.Module | None:
    """Return the syntax tree, None where the running Python cannot make one."""
    if len(source) > MAX_SOURCE_BYTES:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def newer_than(source: bytes, floor: int) -> Construct | None:
    """Return the first construct that Python 3.`floor` cannot read, None where none is certain.

    Args:
        source: a file's bytes.
        floor: the minor version that has to read it.
    """
    floor = max(floor, OLDEST)
    if not any(since > floor and hint.search(source) for since, hint in _HINTS):
        return None
    tree = parse(source)
    if tree is None:
        return None
    found = [construct for construct in _constructs(tree) if construct.since > floor]
    return min(found, key=lambda construct: construct.line, default=None)


def _constructs(tree: ast.Module) -> Iterator[Construct]:
    for node in ast.walk(tree):
        kind = type(node).__name__
        if kind in _NODES:
            name, since = _NODES[kind]
            yield Construct(name, since, getattr(node, "lineno", 1))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _definition(node)
        elif isinstance(node, ast.arguments):
            yield from _arguments(node)
        elif isinstance(node, ast.Subscript):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if any(isinstance(part, ast.Starred) for part in parts):
                yield Construct("a star inside an index", 11, node.lineno)


# By the name of the node, since the running Python may not have all of them.
_NODES: dict[str, tuple[str, int]] = {
    "NamedExpr": ("the walrus operator `:=`", 8),
    "Match": ("a `match` statement", 10),
    "TryStar": ("`except*`", 11),
    "TypeAlias": ("a `type` statement", 12),
    "TemplateStr": ("a t-string", 14),
}


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Construct]:
    parameters = getattr(node, "type_params", [])
    if parameters:
        yield Construct("type parameters in square brackets", 12, node.lineno)
    if any(getattr(parameter, "default_value", None) is not None for parameter in parameters):
        yield Construct("a default for a type parameter", 13, node.lineno)
    for decorator in node.decorator_list:
        if not _is_plain_decorator(decorator):
            yield Construct("a decorator that is more than a dotted name and a call", 9, decorator.lineno)


def _is_plain_decorator(node: ast.expr) -> bool:
    """Whether it is a dotted name, called or not: all that Python 3.8 knows."""
    if isinstance(node, ast.Call):
        node = node.func
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _arguments(node: ast.arguments) -> Iterator[Construct]:
    if node.posonlyargs:
        yield Construct("positional-only parameters (`/`)", 8, node.posonlyargs[0].lineno)
    if node.vararg is not None and isinstance(node.vararg.annotation, ast.Starred):
        yield Construct("a star in the annotation of `*args`", 11, node.vararg.lineno)
