"""Literal values in Python source: what can be read of a file without running it.

A name counts as known when the file binds it once, under no condition, to something that is itself literal.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

MAX_BYTES = 1024 * 1024
UNPARSEABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `parse` raises for a file that is no Python, is too large or is nested too deeply."""

_DEEPEST = 100
_MOST_WORK = 1_000_000
_CHANGING = frozenset(
    {
        "append",
        "clear",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    }
)


class NotLiteral(Exception):  # noqa: N818 - an outcome, not an error
    """A value that is known only by running the file."""


def parse(data: bytes | str) -> ast.Module:
    """Return the syntax tree of a Python file; of its bytes the encoding cookie counts, its warnings are not shown."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"the file is larger than {MAX_BYTES // 1024} KiB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def bound_once(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the names a file binds exactly once, unconditionally, and the expression they are bound to."""
    bound = Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    names: dict[str, ast.expr] = {}
    functions = [statement for statement in tree.body if isinstance(statement, ast.FunctionDef)]
    for statement in (*tree.body, *(inner for function in functions for inner in function.body)):
        targets: list[ast.expr] = []
        value = None
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign):
            targets, value = [statement.target], statement.value
        if value is not None:
            once = (target for target in targets if isinstance(target, ast.Name) and bound[target.id] == 1)
            names |= {target.id: value for target in once}
    return names


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the names of `bound_once` that the file does not change in place afterwards."""
    changed = set(_changed_in_place(tree))
    return {name: value for name, value in bound_once(tree).items() if name not in changed}


def _changed_in_place(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGING:
                yield name


def literal(node: ast.expr, names: Mapping[str, ast.expr]) -> Any:  # noqa: ANN401 - any literal there is
    """Return the value of an expression that needs nothing run.

    Args:
        node: the expression.
        names: the expressions its names are bound to, from `constants`.

    Raises:
        NotLiteral: it needs something run, or more work than a normal file takes.
    """
    return _Reading(names).value(node, 0)


class _Reading:
    """One reading of an expression, with a limit on the work it takes: names may refer to each other."""

    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self._names = names
        self._left = _MOST_WORK

    def value(self, node: ast.expr, depth: int) -> Any:  # noqa: ANN401
        self._left -= len(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else 1
        if depth > _DEEPEST or self._left < 0:
            raise NotLiteral
        depth += 1
        match node:
            case ast.Constant(value=value):
                return value
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self.value(item, depth) for item in items]
            case ast.Dict(keys=keys, values=values) if all(keys):
                pairs = [(self.value(k, depth), v) for k, v in zip(keys, values, strict=True) if k]
                return {key: self.value(v, depth) for key, v in pairs if isinstance(key, str | int)}
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=given) if all(k.arg for k in given):
                return {keyword.arg: self.value(keyword.value, depth) for keyword in given}
            case ast.Name(id=name) if name in self._names:
                return self.value(self._names[name], depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = self.value(left, depth), self.value(right, depth)
                if type(first) in {str, list} and type(first) is type(second):
                    return first + second
        raise NotLiteral
