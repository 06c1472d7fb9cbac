"""Reading code before it is needed: what a run still loads is in memory before foreign code runs.

Code of the project, of its build backend and of its dependencies runs as the same user and may overwrite files of
Slipway. What was read by then stays as it was, and what was looked for and not found stays absent; most modules are
executed later, while a child runs or when they are used. A module that reads a file beside it is executed at once. Not
read are the lexers of Pygments, of which there are 250: one is imported when a description holds code in its language.
Programs that are started later, such as uv and auditwheel, come from the disk as well.
"""

import dis
import importlib.util
import sys
import sysconfig
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType

_IMPORT, _NAME, _WIDE = (dis.opmap[name] for name in ("IMPORT_NAME", "LOAD_NAME", "EXTENDED_ARG"))
_SMALL = dis.opmap.get("LOAD_SMALL_INT")
"""What puts the level of an import on the stack from 3.14 on; before, it is a constant as any other."""

_GUARDS = frozenset({"TYPE_CHECKING", "__name__"})
"""Names in a condition whose code does not run when the module is imported."""

_SKIPS = {
    number for name, number in dis.opmap.items() if name in {"POP_JUMP_IF_FALSE", "POP_JUMP_FORWARD_IF_FALSE"}
}
"""Where `if` goes on below what stands under it; 3.11 has the second name."""

REPORT = ("slipway.reporting", "slipway.report.terminal")
"""What shows a run, whatever it was."""

_LATER = {
    "docutils": (
        "docutils.languages.en",
        "docutils.parsers.rst.directives.*",
        "docutils.parsers.rst.languages.en",
        "docutils.readers.standalone",
        "docutils.transforms.*",
    ),
    "packaging": ("_manylinux",),
    "pygments": (
        "pygments.filters",
        "pygments.lexer",
        "pygments.regexopt",
        "pygments.styles.default",
        "pygments.unistring",
    ),
    "rich": ("rich._emoji_codes",),
    "zipfile": ("encodings.cp437",),
}
"""What libraries import when they are used, by library; `.*` stands for all modules of a package."""

_UNUSED = ("yaml.cyaml",)
"""Compiled modules that a library can do without, and does: executed at once, they would take their package along."""

_READS = frozenset({"read_bytes", "read_text"})
"""Methods by which a module of Slipway reads a file beside it."""


def read(modules: Iterable[str], *, leave_out: Collection[str] = ()) -> None:
    """Read modules of Slipway, all modules that these import, and those that their functions import when they run.

    A module that is not installed is left out; the function that needs it fails as it would have done anyway.

    Args:
        modules: their names.
        leave_out: packages and modules that the functions of this run do not use.
    """
    if _kept not in sys.meta_path:
        sys.meta_path.insert(0, _kept)
    known, waiting = set[str](), list(modules)
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += _kept.imports(name, frozenset(leave_out))
            waiting += _members(_LATER.get(name, ()))
    sysconfig.get_config_vars()  # reads a module on first use


def load(modules: Iterable[str]) -> None:
    """Execute modules, which are executed anyway when they are used.

    Args:
        modules: names of modules that were read.
    """
    with warnings.catch_warnings():
        # docutils says of a module, when it is imported, that it will be removed.
        warnings.simplefilter("ignore")
        for name in modules:
            importlib.import_module(name)


def everything() -> list[str]:
    """Return the names of the modules of Slipway that were read."""
    return [name for name in _kept.specs if _is_ours(name)]


def _members(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        package = name.removesuffix(".*")
        yield package
        if package != name:
            import pkgutil

            _kept.imports(package, frozenset())
            yield from (found.name for found in pkgutil.iter_modules(_kept.path_of(package), f"{package}."))


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == __package__


class _ReadCode(SourceFileLoader):
    """Loads a module from the code that was read."""

    def __init__(self, name: str, path: str, code: CodeType | None) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002 - the interface of loaders
        """Return the code that was read."""
        return self.code


class _Kept:
    """Finds the modules that were read, and says of those that were not found that they are not there.

    Attributes:
        specs: of the modules that were read.
        absent: names that were looked for and that no module has.
        importing: what each module imports, and for each import whether it stands in a function.
    """

    def __init__(self) -> None:
        self.specs: dict[str, ModuleSpec] = {}
        self.absent: set[str] = {*_UNUSED}
        self.importing: dict[str, tuple[tuple[str, Sequence[str], bool], ...]] = {}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Find a module as the import system asks for it.

        Raises:
            ModuleNotFoundError: it was looked for before, and was not there.
        """
        if name in self.absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return self.specs.get(name)

    def path_of(self, package: str) -> Sequence[str] | None:
        """Return where the modules of a package are, None where it is none."""
        if package in sys.modules:
            return getattr(sys.modules[package], "__path__", None)
        spec = self.specs.get(package)
        return spec.submodule_search_locations if spec else None

    def imports(self, name: str, leave_out: frozenset[str]) -> list[str]:
        """Keep a module's code, and return the names of what it imports, and of what its functions import.

        Of other packages than Slipway, only what is imported when the module is executed.
        """
        found = [name.rpartition(".")[0]] if "." in name else []
        for module, names, is_in_function in self._imports(name):
            submodules = [f"{module}.{name}" for name in names]
            if is_in_function and not leave_out.isdisjoint((module.partition(".")[0], module, *submodules)):
                continue
            found.append(module)
            if self._is_package(module):
                found += submodules
        return found

    def _is_package(self, name: str) -> bool:
        self._imports(name)
        return self.path_of(name) is not None

    def _imports(self, name: str) -> tuple[tuple[str, Sequence[str], bool], ...]:
        """Keep a module's code, the first time, and return what it imports."""
        if name not in self.importing:
            code = self._code(name)
            package = name if self.path_of(name) is not None else name.rpartition(".")[0]
            found = _imports(code, package, with_functions=_is_ours(name)) if code else ()
            self.importing[name] = tuple(found)
        return self.importing[name]

    def _code(self, name: str) -> CodeType | None:
        """Return the code of a module that is looked at, None where there is none to look at."""
        if name in sys.modules:
            spec = getattr(sys.modules[name], "__spec__", None)
            # Loaders that others bring, such as pytest's, need not have it.
            get_code = getattr(spec.loader, "get_code", None) if spec and _is_ours(name) else None
            return get_code(name) if get_code else None
        parent = name.rpartition(".")[0]
        if name in self.absent or (parent and not self._is_package(parent)):
            return None
        try:
            spec = self._found(name)
        except KeyError:
            # A package without a file of its own asks for its parent, which has to be executed for that.
            importlib.import_module(parent)
            spec = self._found(name)
        if spec is None:
            self.absent.add(name)
            return None
        if type(spec.loader) is not SourceFileLoader or spec.origin is None:
            with suppress(ImportError):
                importlib.import_module(name)
            return None
        code = spec.loader.get_code(name)
        spec.loader = _ReadCode(name, spec.origin, code)
        self.specs[name] = spec
        if code and _is_ours(name) and not _READS.isdisjoint(code.co_names):
            importlib.import_module(name)
        return code

    def _found(self, name: str) -> ModuleSpec | None:
        parent = name.rpartition(".")[0]
        path = self.path_of(parent) if parent else None
        others = (finder.find_spec(name, path) for finder in sys.meta_path if finder is not self)
        return next((spec for spec in others if spec is not None), None)


_kept = _Kept()


def _imports(
    code: CodeType, package: str, *, with_functions: bool
) -> Iterator[tuple[str, Sequence[str], bool]]:
    """Yield each import of a code object: the module, the names imported from it, whether it stands in a function.

    What stands under `if TYPE_CHECKING` or `if __name__ == "__main__"` is left out.

    Args:
        code: of a module.
        package: what a relative import starts from.
        with_functions: whether to look into functions and classes as well.
    """
    for name, level, names in _in_one(code):
        yield importlib.util.resolve_name("." * level + name, package) if level else name, names, False
    waiting = [inner for inner in code.co_consts if with_functions and isinstance(inner, CodeType)]
    while waiting:
        inner = waiting.pop()
        for name, level, names in _in_one(inner):
            yield importlib.util.resolve_name("." * level + name, package) if level else name, names, True
        waiting += [one for one in inner.co_consts if isinstance(one, CodeType)]


def _in_one(code: CodeType) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Yield each import of one code object: name, level and the names that are taken from it."""
    operations, arguments = code.co_code[::2], code.co_code[1::2]

    def operand(position: int) -> tuple[int, int]:
        """Return the argument of an operation, and where the operation begins."""
        value, shift = arguments[position], 8
        while position and operations[position - 1] == _WIDE:
            position -= 1
            value |= arguments[position] << shift
            shift += 8
        return value, position

    skipped = [*_skipped(code.co_names, operations, operand)] if not _GUARDS.isdisjoint(code.co_names) else []
    for position in _positions(_IMPORT, operations):
        if not any(position in one for one in skipped):
            name, start = operand(position)
            taken, start = operand(start - 1)
            level, _ = operand(start - 1)
            counted = level if operations[start - 1] == _SMALL else code.co_consts[level]
            yield code.co_names[name], counted, code.co_consts[taken] or ()


def _skipped(
    names: Sequence[str], operations: bytes, operand: Callable[[int], tuple[int, int]]
) -> Iterator[range]:
    """Yield the operations that are not run when a module is imported."""
    for position in _positions(_NAME, operations):
        if names[operand(position)[0]] in _GUARDS:
            for end in range(position + 1, len(operations)):
                if operations[end] == _NAME:
                    break
                if operations[end] in _SKIPS:
                    yield range(end, end + 1 + operand(end)[0])
                    break


def _positions(operation: int, operations: bytes) -> Iterator[int]:
    position = operations.find(operation)
    while position >= 0:
        yield position
        position = operations.find(operation, position + 1)
