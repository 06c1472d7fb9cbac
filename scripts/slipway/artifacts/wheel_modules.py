"""The modules of a wheel by the dotted names they are imported by."""

import functools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from slipway.artifacts.importable import installed_path, module_name


class Module(NamedTuple):
    """A module of the wheel: where it is, its package, whether it is that one's `__init__`, whether it is compiled."""

    path: str
    package: str
    is_package: bool
    compiled: bool


def read(paths: Iterable[str], data_directory: str | None) -> dict[str, Module]:
    """Return the modules of a wheel by dotted name; a source file comes before a compiled one."""
    found: dict[str, Module] = {}
    package_of = functools.cache(_package)
    for path in paths:
        where = installed_path(path, data_directory)
        parent, _, basename = (where or "").rpartition("/")
        named = module_name(basename)
        package = package_of(parent) if named else None
        if named is None or package is None:
            continue
        stem, kind = named
        is_package = stem == "__init__"
        dotted = package if is_package else f"{package}.{stem}" if package else stem
        module = Module(path, package, is_package, kind == "extension")
        if dotted not in found or (found[dotted].compiled and not module.compiled):
            found[dotted] = module
    return found


def _package(folder: str) -> str | None:
    """Return the dotted name of a folder, which is empty for site-packages; None where it has none."""
    parts = [part for part in folder.split("/") if part]
    return ".".join(parts) if all(map(str.isidentifier, parts)) else None


def parents(dotted: str) -> Iterator[str]:
    """Yield the packages above a module, nearest first."""
    while "." in dotted:
        dotted = dotted.rpartition(".")[0]
        yield dotted
