"""What a Python module defines and imports, found in its syntax tree without running it."""

import ast
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from msgspec import Struct

DYNAMIC = re.compile(
    rb"\b(?:exec|eval|globals|setattr|vars|locals|__import__)\s*\(|\b__getattr__\b|\b__dict__\b|\bsys\.modules\b"
    rb"|\bimport\s*+(?:\(\s*+)?\*"
)
"""A module whose source has one of these may define what it does not show."""
_GLOBAL = re.compile(rb"\bglobal\s+([\w, \t]+)")
_PLAIN = re.compile(rb"\n(?:async[ \t]++)?(?:def|class)[ \t]++(\w++)")
MAX_NAME = 200
"""Longer texts in quotes are no names of modules."""
_DOTTED = re.compile(r"\.?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class Names(Struct, frozen=True, kw_only=True):
    """The names a module has once it is imported.

    Attributes:
        defined: every name bound anywhere at module level.
        certain: whether there can be no others.
    """

    defined: frozenset[str]
    certain: bool


class Import(NamedTuple):
    """One module that a module imports at its top level, dotted and absolute.

    Attributes:
        module: what is executed.
        always: it is neither under a condition nor in a `try`.
    """

    module: str
    always: bool


def names(tree: ast.Module, source: bytes) -> Names:
    """Return the names that importing a module binds; nothing certain where it is nested too deeply.

    Args:
        tree: its syntax tree.
        source: its source.
    """
    try:
        defined = {name for node in _module_level(tree) for name in _bound(node)}
    except RecursionError:
        return Names(defined=frozenset(), certain=False)
    for declared in _GLOBAL.findall(source):
        defined.update(name.strip() for name in declared.decode("utf-8", "replace").split(","))
    return Names(defined=frozenset(defined), certain=not DYNAMIC.search(source))


def plain_definitions(source: bytes) -> frozenset[str]:
    """Return the functions and classes whose definition begins at the start of a line; quicker than parsing."""
    return frozenset(name.decode("utf-8", "replace") for name in _PLAIN.findall(b"\n" + source))


def imports(tree: ast.Module, package: str) -> tuple[Import, ...]:
    """Return what a module imports while it is imported, in order; nothing where it is nested too deeply.

    Args:
        tree: its syntax tree.
        package: the package it belongs to, which is what a leading dot means.
    """
    try:
        return tuple(_imports(tree.body, package, always=True))
    except RecursionError:
        return ()


class Placed(NamedTuple):
    """One import statement's module, and one name taken from it.

    Attributes:
        module: dotted and absolute.
        name: what is taken from it; None where the module itself is imported.
        line: from 1.
        place: `always` runs whenever the module is imported, `function` when one of its functions is called;
            neither is under a condition or in a `try`.
    """

    module: str
    name: str | None
    line: int
    place: Literal["always", "function"]


def placed(tree: ast.Module, package: str) -> tuple[Placed, ...]:
    """Return the imports of a module that nothing guards; nothing where it is nested too deeply.

    Args:
        tree: its syntax tree.
        package: the package it belongs to, which is what a leading dot means.
    """
    try:
        return tuple(_placed(tree.body, package, "always"))
    except RecursionError:
        return ()


def _placed(body: list[ast.stmt], package: str, place: Literal["always", "function"]) -> Iterator[Placed]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Placed(alias.name, None, node.lineno, place) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if module := absolute(node.module, node.level, package):
                yield from (Placed(module, alias.name, node.lineno, place) for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _placed(node.body, package, "function")
        elif isinstance(node, ast.With | ast.AsyncWith | ast.ClassDef):
            yield from _placed(node.body, package, place)


def mentioned(tree: ast.Module, package: str) -> frozenset[str]:
    """Return every module that is imported anywhere in a module, in functions and by a name in quotes too.

    Args:
        tree: its syntax tree.
        package: the package it belongs to.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update(one.module for one in _imports([node], package, always=False))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if len(name) < MAX_NAME and _DOTTED.fullmatch(name):
                found.add(f"{package}{name}" if name.startswith(".") else name)
                found.add(f"{package}.{name}")
    return frozenset(found)


def _imports(body: list[ast.stmt], package: str, *, always: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, always)
        elif isinstance(node, ast.ImportFrom):
            yield from _import_from(node, package, always=always)
        else:
            plain = isinstance(node, ast.With | ast.ClassDef)
            for part in _blocks(node):
                yield from _imports(part, package, always=always and plain)


def absolute(module: str | None, level: int, package: str) -> str | None:
    """Return the absolute name of the module in a `from` statement; None where its dots lead out of the package.

    Args:
        module: the name after the dots; None where there is none.
        level: how many dots there are.
        package: the package that the importing module belongs to.
    """
    if not level:
        return module
    parents = package.split(".")
    kept = len(parents) - (level - 1)
    return ".".join([*parents[:kept], *([module] if module else [])]) if kept > 0 else None


def _import_from(node: ast.ImportFrom, package: str, *, always: bool) -> Iterator[Import]:
    module = absolute(node.module, node.level, package)
    if module is None:
        return
    yield Import(module, always)
    for alias in node.names:
        if alias.name != "*":
            yield Import(f"{module}.{alias.name}", always)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement that run as part of the module, functions left out."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            yield block
    for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield handler.body


def _module_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield every statement that binds names in the module, however deep in conditions and loops."""
    stack: list[list[ast.stmt]] = [tree.body]
    while stack:
        for node in stack.pop():
            yield node
            if not isinstance(node, ast.ClassDef):
                stack.extend(_blocks(node))


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    else:
        yield from _bound_in(node)


def _bound_in(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement's own expressions and patterns bind, those of inner scopes left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.Lambda):
            continue
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            if not isinstance(node, ast.comprehension):
                yield child.id
        elif isinstance(child, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and child.name:
            yield child.name
        elif isinstance(child, ast.MatchMapping) and child.rest:
            yield child.rest
        yield from _bound_in(child)
