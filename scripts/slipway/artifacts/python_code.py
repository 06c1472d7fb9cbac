"""The Python code of a wheel as a whole: where its entry points lead, how its modules import each other."""

import ast
import functools
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import IO, Literal

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from slipway.artifacts import python_imports, python_module, python_syntax, wheel_modules, zip_members
from slipway.artifacts.archive import Unreadable, all_parents
from slipway.artifacts.dist_info import DistInfo
from slipway.artifacts.python_imports import Absent, Statement
from slipway.artifacts.python_syntax import Construct
from slipway.artifacts.wheel_modules import Module
from slipway.artifacts.zip_directory import Directory

MAX_MODULES = 5_000
"""More modules are not followed; it takes a wheel that has newer syntax to follow any."""
MAX_TARGETS = 1_000
"""More entry points are not followed; the largest sets known have some hundred."""
HIGHEST_MINOR = 99
"""Where the search for the oldest supported version ends."""
MAX_CACHED_BYTES = 32 * 1024 * 1024
"""How much source is kept while imports are followed; it is read again beyond that."""

Reach = Literal["imported", "direct", "guarded"]

_OPENERS = (b"__path__", b"declare_namespace", b"sys.modules", b"meta_path", b"lazy")
"""What the source of a package has where modules come from elsewhere or are made while it runs."""
_TARGET = re.compile(r"(?P<module>[\w.]++)\s*+(?::\s*+(?P<attribute>[\w.]++))?\s*+(?:\[[^\]]*+\])?\s*+")


class Source(Struct, frozen=True):
    """What the source of a module shows without being parsed.

    Attributes:
        statements: its import statements, those left out that certainly find what they import.
        newer: the first construct that the oldest supported Python cannot read.
    """

    statements: tuple[Statement, ...]
    newer: Construct | None


class Target(Struct, frozen=True, kw_only=True):
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


class NewerSyntax(Struct, frozen=True, kw_only=True):
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


def resolve_imports(
    stream: IO[bytes],
    directory: Directory,
    about: DistInfo,
    *,
    modules: Mapping[str, Module],
    sources: Mapping[str, Source],
    tops: Iterable[str],
    floor: int | None,
) -> tuple[tuple[Target, ...], tuple[NewerSyntax, ...], tuple[Absent, ...]]:
    """Return where the entry points lead, how the modules whose syntax is too new are imported, and what is absent.

    Args:
        stream: the wheel, open for reading and seekable.
        directory: its central directory.
        about: its .dist-info folder.
        modules: those of the wheel by dotted name.
        sources: what they show, by path.
        tops: the names that are imported to touch every package.
        floor: the oldest supported minor version of Python 3.
    """
    code = _Code(stream, directory, modules)
    listed = (
        (group, *point) for group, points in (about.entry_points or {}).items() for point in points.items()
    )
    targets = tuple(code.target(*point) for point in islice(listed, MAX_TARGETS))
    absent = code.absent(sources, floor)
    newer = {path: source.newer for path, source in sources.items() if source.newer is not None}
    if not newer and not absent:
        return targets, (), ()
    starts = [*tops, *(target.module for target in targets if target.path and target.module)]
    imported = code.reached(starts)
    reached = {module.path for dotted, module in code.modules.items() if dotted in imported}
    absent = tuple(
        one._replace(reach="imported") if one.reach == "module" and one.path in reached else one
        for one in absent
    )
    if floor is None or not newer:
        return targets, (), absent
    paths = {dotted: module.path for dotted, module in code.modules.items() if module.path in newer}
    guarded = code.guarded(paths.keys() - imported)
    found = (
        NewerSyntax(
            path=path,
            module=dotted,
            construct=newer[path],
            floor=floor,
            reach="imported" if dotted in imported else "guarded" if dotted in guarded else "direct",
        )
        for dotted, path in sorted(paths.items())
    )
    return targets, tuple(found), absent


def oldest_minor(requires_python: str | None) -> int | None:
    """Return the oldest minor version of Python 3 that a specifier allows, None where it allows none."""
    try:
        specifiers = SpecifierSet(requires_python or "<3")
    except InvalidSpecifier:
        return None
    # The newest patch release counts: `>=3.9.2` allows 3.9.
    allowed = (
        minor
        for minor in range(HIGHEST_MINOR)
        if specifiers.contains(f"3.{minor}.{HIGHEST_MINOR}", prereleases=True)
    )
    return next(allowed, None)


class _Code:
    """The modules of a wheel by dotted name, and the content of its members, some of which is kept."""

    def __init__(self, stream: IO[bytes], directory: Directory, modules: Mapping[str, Module]) -> None:
        self._stream = stream
        self._entries = {entry.path: entry for entry in directory.entries}
        self._cached: dict[str, bytes] = {}
        self._room = MAX_CACHED_BYTES
        # What is asked of a package again for every module that imports from it.
        self._lacks = functools.cache(self._is_lacking)
        self._is_open = functools.cache(self._looks_elsewhere)
        self._plainly_defined = functools.cache(self._read_plain_definitions)
        self._names = functools.cache(self._read_names)
        self.modules = modules
        self._folders = all_parents(self.modules, ".")

    def absent(self, sources: Mapping[str, Source], floor: int | None) -> tuple[Absent, ...]:
        """Return what modules import without a condition and cannot get; a syntax tree decides, not the line alone."""
        found: list[Absent] = []
        for module in islice(self.modules.values(), MAX_MODULES):
            source = sources.get(module.path)
            if source is None or not any(
                self._absence(dotted, name, module, floor)
                for one in source.statements
                if (dotted := _absolute(one.module, module.package))
                for name in one.names or (None,)
            ):
                continue
            tree = self._tree(module)
            for one in python_module.placed(tree, module.package) if tree else ():
                if absence := self._absence(one.module, one.name, module, floor):
                    reach: python_imports.Reach = "module" if one.place == "always" else "function"
                    found.append(Absent(module.path, one.line, *absence, reach))
        return tuple(dict.fromkeys(found))

    def _absence(
        self, dotted: str, name: str | None, importer: Module, floor: int | None
    ) -> tuple[str, int | None] | None:
        """Return what an import does not find, with its version if it is part of Python; None where it may be there."""
        top = dotted.partition(".")[0]
        if top not in self.modules and top not in self._folders:
            since = python_imports.added_in(dotted, name)
            shown = f"{dotted}.{name}" if name and dotted not in python_imports.ADDED_MODULES else dotted
            return (shown, since) if since and floor is not None and since > floor else None
        if self._lacks(dotted):
            return dotted, None
        package = self.modules.get(dotted)
        if (
            name is None
            or name.startswith(("*", "__"))
            or package is None
            or not package.is_package
            or package is importer
        ):
            return None
        whole = f"{dotted}.{name}"
        is_lacking = self._lacks(whole) and self._defines(package, dotted, name) is False
        return (whole, None) if is_lacking else None

    def _is_lacking(self, dotted: str) -> bool:
        """Whether a module would be part of a package of the wheel, and is not there."""
        parent = dotted.rpartition(".")[0]
        if not parent or dotted in self.modules or dotted in self._folders:
            return False
        package = self.modules.get(parent)
        if package is None:
            return parent not in self._folders and self._lacks(parent)
        return package.is_package and not package.compiled and not self._is_open(parent)

    def target(self, group: str, name: str, value: str) -> Target:
        """Return where an entry point leads."""
        match = _TARGET.fullmatch(value.strip())
        if match is None:
            return Target(group=group, name=name, value=value)
        dotted, attribute = match["module"], match["attribute"]
        module = self.modules.get(dotted)
        above = [
            one
            for one in wheel_modules.parents(dotted)
            if one in self.modules and self.modules[one].is_package
        ]
        return Target(
            group=group,
            name=name,
            value=value,
            module=dotted,
            attribute=attribute,
            path=module.path if module else None,
            parent=above[0] if above else None,
            parent_open=bool(above) and self._is_open(above[0]),
            defined=self._defines(module, dotted, attribute) if module and attribute else None,
        )

    def reached(self, tops: Iterable[str]) -> frozenset[str]:
        """Return the modules that run whenever one of `tops`, dotted names, is imported."""
        done: set[str] = set()
        waiting = list(tops)
        while waiting and len(done) < MAX_MODULES:
            dotted = waiting.pop()
            for name in (*reversed(list(wheel_modules.parents(dotted))), dotted):
                if name in self.modules and name not in done:
                    done.add(name)
                    module = self.modules[name]
                    if tree := self._tree(module):
                        found = python_module.imports(tree, module.package)
                        waiting += [one.module for one in found if one.always]
        return frozenset(done)

    def guarded(self, targets: Iterable[str]) -> frozenset[str]:
        """Return those of `targets` with a conditional import somewhere on a way to them.

        An import in a function, under an `if`, in a `try`, or by a name in quotes is conditional.
        """
        always: dict[str, set[str]] = {}
        conditional: set[str] = set()
        for dotted, module in islice(self.modules.items(), MAX_MODULES):
            tree = self._tree(module)
            if tree is None:
                continue
            found = python_module.imports(tree, module.package)
            plain = {one.module for one in found if one.always}
            for name in plain:
                always.setdefault(name, set()).add(dotted)
            conditional |= python_module.mentioned(tree, module.package) - plain
        return frozenset(target for target in targets if _any_conditional(target, always, conditional))

    def _looks_elsewhere(self, dotted: str) -> bool:
        """Whether a package may look for its modules elsewhere too."""
        data = self._read(self.modules[dotted].path)
        return data is None or any(sign in data for sign in _OPENERS)

    def _defines(self, module: Module, dotted: str, attribute: str) -> bool | None:
        first = attribute.partition(".")[0]
        if module.compiled or f"{dotted}.{first}" in self.modules:
            return None
        if first in self._plainly_defined(module.path):
            return True
        names = self._names(module)
        if names is None:
            return None
        return True if first in names.defined else (False if names.certain else None)

    def _read_plain_definitions(self, path: str) -> frozenset[str]:
        data = self._read(path)
        return python_module.plain_definitions(data) if data is not None else frozenset()

    def _read_names(self, module: Module) -> python_module.Names | None:
        """Return the names that a module has, None where it cannot be parsed."""
        tree, data = self._tree(module), self._read(module.path)
        return None if tree is None or data is None else python_module.names(tree, data)

    def _tree(self, module: Module) -> ast.Module | None:
        data = None if module.compiled else self._read(module.path)
        return None if data is None else python_syntax.parse(data)

    def _read(self, path: str) -> bytes | None:
        """Return the content of a member, None for what cannot be read."""
        entry = self._entries.get(path)
        if entry is None or entry.size > python_syntax.MAX_SOURCE_BYTES:
            return None
        if path in self._cached:
            return self._cached[path]
        try:
            data = b"".join(zip_members.pieces(self._stream, entry))
        except Unreadable:
            return None
        if len(data) <= self._room:
            self._room -= len(data)
            self._cached[path] = data
        return data


def _absolute(written: str, package: str) -> str | None:
    name = written.lstrip(".")
    return python_module.absolute(name or None, len(written) - len(name), package)


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
