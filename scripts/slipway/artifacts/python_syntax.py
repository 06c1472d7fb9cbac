"""Which syntax a Python source file uses that older versions of Python cannot read.

Only what is certain is reported. The grammar check of `ast.parse(feature_version=…)` is not used: it mistakes a
parenthesised expression after `with` for the newer syntax.
Each version's syntax: the "What's New in Python 3.x" pages.
"""

import ast
import functools
import re
import sys
import warnings
from collections.abc import Iterator
from typing import NamedTuple

MAX_SOURCE_BYTES = 512 * 1024
"""Larger files are not parsed: a syntax tree takes about 200 times the memory of its source."""
OLDEST = 7
"""Syntax that came up to Python 3.7 is not looked for; nothing older is supported any more."""


class Construct(NamedTuple):
    """A piece of syntax, the minor version of Python 3 it came with, and its line from 1."""

    name: str
    since: int
    line: int


_HINTS: tuple[tuple[int, str, str], ...] = (
    (8, r":=", ""),
    (8, r"/[,)]", r"[(,]\s*/[,)]"),
    (8, r"/\n", r"[(,]\s*/\n\s*[,)]"),
    (9, r"@[\w.]+[^\w.\s(#]", r"^[ \t]*@[\w.]+[^\w.\s(#]"),
    (
        10,
        r"match\b[^\n]{0,200}:[ \t]{0,20}(?:#[^\n]{0,200})?\s{1,200}+(?:#[^\n]{0,200}\s{1,200}+){0,9}case\b",
        "",
    ),
    (11, r"xcept[ \t]*\*", r"^[ \t]*except[ \t]*\*"),
    (11, r"\[\*\w", r"^[^#\n]*[\w\])]\[\*\w"),
    (11, r", \*\w+\]", r"^[^#\n]*[\w\])]\[[^\]\n]{0,200}, \*\w+\]"),
    (11, r"\*\w+[ \t]*:[ \t]*\*", r"^[^#\n]*\*\w+[ \t]*:[ \t]*\*"),
    (12, r"ype[ \t]+\w+[ \t]*[\[=]", r"^[ \t]*type[ \t]+\w+[ \t]*[\[=]"),
    (12, r"def[ \t]+\w+[ \t]*\[", ""),
    (12, r"class[ \t]+\w+[ \t]*\[", ""),
    (14, r" t[\"']", r"[=(,:{\[]\s*t[\"']"),
    (14, r"\(t[\"']", ""),
)
"""What a file must contain to be worth parsing: the version the syntax came with, a pattern that starts with
plain text and a letter that is not frequent, since `re` finds those some ten times faster than others, and one that
confirms it."""
_COMPILED = tuple(
    (since, re.compile(quick.encode()), re.compile(sure.encode(), re.MULTILINE))
    for since, quick, sure in _HINTS
)


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
    may_be_newer = any(quick.search(source) and sure.search(source) for quick, sure in _hints_above(floor))
    tree = parse(source) if may_be_newer else None
    if tree is None:
        return None
    found = [construct for construct in _constructs(tree) if construct.since > floor]
    return min(found, key=lambda construct: construct.line, default=None)


@functools.cache
def _hints_above(floor: int) -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    """Return how to find what came after a version; what came after the running Python it could not parse anyway."""
    newest = sys.version_info.minor
    return tuple((quick, sure) for since, quick, sure in _COMPILED if floor < since <= newest)


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
