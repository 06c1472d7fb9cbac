"""Which names a wheel makes importable, found from its paths alone."""

import functools
import keyword
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct

MAX_NAMES = 200
"""More names are not listed; importing that many proves what can be proved."""
SOURCE = ".py"
EXTENSIONS = (".so", ".pyd")
SUFFIX_OF_EXTENSION = re.compile(r"\.(?:cpython-|cp|pypy|graalpy|abi3)[\w-]*\.(?:so|pyd)$")
"""How a compiled module says which interpreter and platform it was built for."""
INSTALLED_AS_ROOT = ("purelib", "platlib")
"""Folders of `.data` whose content is installed beside the rest."""


class TopLevel(Struct, frozen=True, kw_only=True):
    """One top-level name.

    Attributes:
        name: as imported.
        kind: `package` has an `__init__`, `namespace` has none but holds modules further down, `module` is
            one source file, `extension` one compiled file.
        importable: what to import: itself, or the packages and modules nearest the top of a namespace.
    """

    name: str
    kind: Literal["package", "namespace", "module", "extension"]
    importable: tuple[str, ...]


class _Folder:
    """A folder: the folders in it, and its modules with their kinds."""

    def __init__(self) -> None:
        self.folders: dict[str, _Folder] = {}
        self.modules: dict[str, Literal["module", "extension"]] = {}

    def importable(self, prefix: str) -> Iterator[str]:
        """Yield the names nearest the top; a package hides what is in it."""
        if "__init__" in self.modules:
            yield prefix
            return
        for name in sorted(self.modules):
            yield f"{prefix}.{name}"
        for name in sorted(self.folders):
            yield from self.folders[name].importable(f"{prefix}.{name}")


def installed_path(path: str, data_directory: str | None) -> str | None:
    """Return where a member is installed relative to site-packages, None where it is installed elsewhere.

    Args:
        path: the member's path.
        data_directory: the wheel's `.data` folder, if it has one.
    """
    if data_directory is None or not path.startswith(data_directory + "/"):
        return path
    scheme, _, rest = path[len(data_directory) + 1 :].partition("/")
    return rest if scheme in INSTALLED_AS_ROOT and rest else None


def module_name(basename: str) -> tuple[str, Literal["module", "extension"]] | None:
    """Return the module a file is imported as, and what kind it is; None for what is no module."""
    if basename.endswith(SOURCE):
        stem = basename.removesuffix(SOURCE)
        return (stem, "module") if _is_name(stem) else None
    if basename.endswith(EXTENSIONS):
        # The ABI is between the first dot and the suffix: name.cpython-313-darwin.so, name.abi3.so.
        stem = basename.partition(".")[0]
        return (stem, "extension") if _is_name(stem) else None
    return None


def top_level(paths: Iterable[str], data_directory: str | None = None) -> tuple[TopLevel, ...]:
    """Return the top-level names a wheel installs, sorted.

    Args:
        paths: every path in the wheel.
        data_directory: its `.data` folder, if it has one.
    """
    root = _Folder()
    find = functools.cache(functools.partial(_find, root))
    for path in paths:
        where = installed_path(path, data_directory)
        if where is not None:
            _place(find, where)
    found = [
        TopLevel(name=name, kind=kind, importable=(name,))
        for name, kind in root.modules.items()
        if name not in root.folders
    ]
    for name, folder in root.folders.items():
        names = tuple(folder.importable(name))
        if names:
            kind: Literal["package", "namespace"] = "package" if names == (name,) else "namespace"
            found.append(TopLevel(name=name, kind=kind, importable=names))
    return tuple(sorted(found, key=lambda top: top.name))


def names(tops: Iterable[TopLevel]) -> tuple[str, ...]:
    """Return what to import to touch every package, at most `MAX_NAMES`; private names only alone."""
    every = [name for top in tops for name in top.importable]
    public = [name for name in every if not any(part.startswith("_") for part in name.split("."))]
    return tuple((public or every)[:MAX_NAMES])


def _place(find: Callable[[str], _Folder | None], path: str) -> None:
    start = path.rfind("/") + 1
    module = module_name(path[start:])
    if module is None or (not start and module[0] == "__init__"):
        return
    folder = find(path[:start])
    if folder is not None:
        folder.modules[module[0]] = module[1]


def _find(root: _Folder, path: str) -> _Folder | None:
    """Return the folder of a path that ends in a slash, made if need be; None where nothing in it can be imported."""
    parents = path.split("/")[:-1]
    if not all(map(_is_name, parents)):
        return None
    folder = root
    for parent in parents:
        folder = folder.folders.setdefault(parent, _Folder())
    return folder


@functools.lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)
