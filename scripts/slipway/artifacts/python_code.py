"""The Python code of a wheel as a whole: what its scripts lead to, and which modules run when it is imported."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple

from slipway.artifacts import python_module, python_syntax
from slipway.artifacts.dist_info import EntryPoints
from slipway.artifacts.importable import installed_path, module_name
from slipway.artifacts.python_syntax import Construct

MAX_MODULES = 5_000
"""More modules are not followed; it takes a wheel that has newer syntax to follow any."""
MAX_TARGETS = 1_000
"""More entry points are not followed; the largest sets known have some hundred."""


Source = Callable[[str], bytes | None]
"""Gives the content of a member; None for what cannot be read."""
Reach = Literal["imported", "direct", "guarded"]

_TARGET = re.compile(r"(?P<module>[\w.]+)\s*(?::\s*(?P<attribute>[\w.]+))?\s*(?:\[[^\]]*\])?\s*")


class Module(NamedTuple):
    """A module of the wheel: where it is, whether it is a package's `__init__`, whether it is compiled."""

    path: str
    is_package: bool
    compiled: bool


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an entry point leads to.

    Attributes:
        group: `console_scripts` and `gui_scripts` are commands, all others are plugins of some program.
        name: the command or the plugin.
        value: as written.
        module: dotted name; None where the value cannot be parsed.
        attribute: what is taken from it, dotted; None where the value names none.
        path: the member that is the module; None where the wheel has none.
        parent: the nearest package above the module that the wheel has as a regular package, if any.
        parent_open: whether that package says where else its modules are to be found (`__path__`).
        defined: whether the module defines the attribute; None where its source alone does not show it.
    """

    group: str
    name: str
    value: str
    module: str | None = None
    attribute: str | None = None
    path: str | None = None
    parent: str | None = None
    parent_open: bool = False
    defined: bool | None = None


@dataclass(frozen=True, kw_only=True)
class NewerSyntax:
    """A module that a supported version of Python cannot read.

    Attributes:
        path: the member.
        module: its dotted name.
        construct: the first construct that is too new.
        floor: the oldest supported minor version of Python 3.
        reach: `imported` if importing a package of the wheel runs it, `guarded` if something on the way to it is
            conditional, `direct` if nothing is, so that anyone who imports it runs it.
    """

    path: str
    module: str
    construct: Construct
    floor: int
    reach: Reach


def modules(paths: Iterable[str], data_directory: str | None) -> dict[str, Module]:
    """Return the modules of a wheel by dotted name; a source file comes before a compiled one."""
    found: dict[str, Module] = {}
    for path in paths:
        where = installed_path(path, data_directory)
        parent, _, basename = (where or "").rpartition("/")
        named = module_name(basename)
        parents = [part for part in parent.split("/") if part]
        if named is None or not all(map(str.isidentifier, parents)):
            continue
        stem, kind = named
        is_package = stem == "__init__"
        dotted = ".".join([*parents, *([] if is_package else [stem])])
        module = Module(path, is_package, kind == "extension")
        if dotted not in found or (found[dotted].compiled and not module.compiled):
            found[dotted] = module
    return found


def targets(
    entry_points: EntryPoints | None, known: Mapping[str, Module], source: Source
) -> tuple[Target, ...]:
    """Return where each entry point leads."""
    listed = (
        (group, name, value)
        for group, points in (entry_points or {}).items()
        for name, value in points.items()
    )
    return tuple(_target(*point, known=known, source=source) for point in islice(listed, MAX_TARGETS))


def _target(group: str, name: str, value: str, *, known: Mapping[str, Module], source: Source) -> Target:
    match = _TARGET.fullmatch(value.strip())
    if match is None:
        return Target(group=group, name=name, value=value)
    dotted, attribute = match["module"], match["attribute"]
    module = known.get(dotted)
    parent = next((above for above in _parents(dotted) if above in known and known[above].is_package), None)
    return Target(
        group=group,
        name=name,
        value=value,
        module=dotted,
        attribute=attribute,
        path=module.path if module else None,
        parent=parent,
        parent_open=parent is not None and _is_open(source(known[parent].path)),
        defined=_defines(module, dotted, attribute, known, source) if module and attribute else None,
    )


def _defines(
    module: Module, dotted: str, attribute: str, known: Mapping[str, Module], source: Source
) -> bool | None:
    first = attribute.partition(".")[0]
    data = None if module.compiled or f"{dotted}.{first}" in known else source(module.path)
    if data is not None and python_module.defines_plainly(data, first):
        return True
    tree = python_syntax.parse(data) if data is not None else None
    if tree is None or data is None:
        return None
    names = python_module.names(tree, data)
    return True if first in names.defined else (False if names.certain else None)


def _is_open(data: bytes | None) -> bool:
    """Whether a package's `__init__` may look for its modules elsewhere too."""
    return data is None or b"__path__" in data or b"declare_namespace" in data


def reached(tops: Iterable[str], known: Mapping[str, Module], source: Source) -> frozenset[str]:
    """Return the modules that run whenever one of `tops` is imported.

    Args:
        tops: dotted names to start from.
        known: the modules of the wheel.
        source: gives their content.
    """
    done: set[str] = set()
    waiting = list(tops)
    while waiting and len(done) < MAX_MODULES:
        for dotted in _with_parents(waiting.pop()):
            if dotted in known and dotted not in done:
                done.add(dotted)
                module = known[dotted]
                if tree := _tree(module, source):
                    found = python_module.imports(tree, module=dotted, is_package=module.is_package)
                    waiting += [one.module for one in found if one.always]
    return frozenset(done)


def guarded(targets: Iterable[str], known: Mapping[str, Module], source: Source) -> frozenset[str]:
    """Return those of `targets` with a conditional import somewhere on a way to them.

    An import in a function, under an `if`, in a `try`, or by a name in quotes is conditional.
    """
    always: dict[str, set[str]] = {}
    conditional: set[str] = set()
    for dotted, module in list(known.items())[:MAX_MODULES]:
        tree = _tree(module, source)
        if tree is None:
            continue
        found = python_module.imports(tree, module=dotted, is_package=module.is_package)
        plain = {one.module for one in found if one.always}
        for name in plain:
            always.setdefault(name, set()).add(dotted)
        mentioned = python_module.mentioned(tree, module=dotted, is_package=module.is_package)
        conditional |= mentioned - plain
    return frozenset(target for target in targets if _any_conditional(target, always, conditional))


def _any_conditional(target: str, always: Mapping[str, set[str]], conditional: set[str]) -> bool:
    done: set[str] = set()
    waiting = [target]
    while waiting:
        dotted = waiting.pop()
        if dotted in conditional:
            return True
        if dotted not in done:
            done.add(dotted)
            waiting += always.get(dotted, ())
    return False


def _tree(module: Module, source: Source) -> ast.Module | None:
    data = None if module.compiled else source(module.path)
    return None if data is None else python_syntax.parse(data)


def _parents(dotted: str) -> Iterator[str]:
    """Yield the packages above a module, nearest first."""
    while "." in dotted:
        dotted = dotted.rpartition(".")[0]
        yield dotted


def _with_parents(dotted: str) -> list[str]:
    return [*reversed(list(_parents(dotted))), dotted]
