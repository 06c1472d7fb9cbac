"""Loading code before it is needed: what a run still needs is loaded before foreign code runs.

Code of the project, of its build backend and of its dependencies runs as the same user and may overwrite files of
Slipway. What is loaded by then stays as it was; files of data are read when their module is loaded. Not loaded are the
lexers of Pygments, of which there are 250: one is imported when a description holds code in its language. Programs
that are started later, such as uv and auditwheel, come from the disk as well.
"""

import dis
import functools
import pkgutil
import sys
import sysconfig
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from types import CodeType

_IMPORT, _FROM, _LOAD, _WIDE = (
    dis.opmap[name] for name in ("IMPORT_NAME", "IMPORT_FROM", "LOAD_NAME", "EXTENDED_ARG")
)
_SKIPS = {
    number for name, number in dis.opmap.items() if name in {"POP_JUMP_IF_FALSE", "POP_JUMP_FORWARD_IF_FALSE"}
}
"""Where `if` goes on below what stands under it; 3.11 has the second name."""

REPORT = (
    "slipway.reporting",
    "slipway.report.annotations",
    "slipway.report.junit",
    "slipway.report.markdown",
    "slipway.report.outputs",
    "slipway.report.sarif",
    "slipway.report.short",
    "slipway.report.terminal",
)

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


def load(modules: Iterable[str], *, leave_out: Collection[str] = ()) -> None:
    """Load modules of Slipway, all modules that these import, and those that their functions import when they run.

    A module that is not installed is left out; the function that needs it fails as it would have done anyway.

    Args:
        modules: their names.
        leave_out: packages and modules that the functions of this run do not use.
    """
    known, waiting = set[str](), list(modules)
    while waiting:
        name = waiting.pop()
        if name not in known and name.partition(".")[0] == __package__:
            known.add(name)
            __import__(name)
            waiting += _imported(name, frozenset(leave_out))
    for name in (name for library, names in _LATER.items() if library in sys.modules for name in names):
        _load_optional(name)
    sysconfig.get_config_vars()  # reads a module on first use


def _load_optional(name: str) -> None:
    package = name.removesuffix(".*")
    with suppress(ModuleNotFoundError), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # docutils says of a module, when it is imported, that it will be removed
        __import__(package)
        if package != name:
            for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
                __import__(module.name)
        return
    # So that it is not there later either: packaging looks for `_manylinux` again and again (PEP 600).
    sys.modules[package] = None  # type: ignore[assignment]


@functools.cache
def _imported(name: str, leave_out: frozenset[str]) -> tuple[str, ...]:
    """Load what the functions of a module import, and return all that the module and its functions import.

    What is loaded stays so; several runs in one process, as for several projects, look at each module once.
    """
    spec = sys.modules[name].__spec__
    # Loaders that others bring, such as pytest's, need not have it.
    get_code = getattr(spec.loader, "get_code", None) if spec else None
    code = get_code(name) if get_code else None
    found: list[str] = []
    for module, names, is_in_function in _imports(code) if code else ():
        submodules = [f"{module}.{name}" for name in names]
        if is_in_function:
            if not leave_out.isdisjoint((module.partition(".")[0], module, *submodules)):
                continue
            with suppress(ModuleNotFoundError):
                __import__(module, fromlist=names)
        found += (one for one in (module, *submodules) if one in sys.modules)
    return tuple(found)


def _imports(code: CodeType, *, is_in_function: bool = False) -> Iterator[tuple[str, list[str], bool]]:
    """Yield each import of a code object and of those inside it: the module, the names imported from it.

    What stands under `if TYPE_CHECKING` is left out.
    """
    operations, arguments = code.co_code[::2], code.co_code[1::2]
    # Few functions import anything, and to look at every operation of the others takes a tenth of a second.
    if _IMPORT in operations:
        found: list[tuple[str, list[str]]] = []
        wide, skipped_to, checks_types = 0, 0, False
        for position, (operation, low) in enumerate(zip(operations, arguments, strict=True)):
            argument = wide | low
            wide = argument << 8 if operation == _WIDE else 0
            if operation == _LOAD:
                checks_types = code.co_names[argument] == "TYPE_CHECKING"
            elif checks_types and operation in _SKIPS:
                skipped_to, checks_types = position + 1 + argument, False
            if position < skipped_to:
                continue
            if operation == _IMPORT:
                found.append((code.co_names[argument], []))
            elif operation == _FROM:
                found[-1][1].append(code.co_names[argument])
        yield from ((*one, is_in_function) for one in found)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _imports(inner, is_in_function=True)
