"""Where the import packages are by setuptools' settings: in pyproject.toml, setup.cfg or setup.py.

https://setuptools.pypa.io/en/latest/userguide/package_discovery.html
"""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from slipway.project.declared import table_or_empty, text_or_none, texts_or_none
from slipway.project.layout import Finder, PackageSettings
from slipway.project.project_files import ProjectFiles
from slipway.project.python_literals import NotLiteral, literal
from slipway.project.setup_py import SetupPy
from slipway.project.setuptools_fields import items_of, pairs_of

_FINDERS = {
    "find_packages": False,
    "find_namespace_packages": True,
    "find": False,
    "find_namespace": True,
}
"""Functions that find packages, and whether they take folders without `__init__.py`."""
_FINDER_PARAMETERS = ("where", "exclude", "include")


def read(files: ProjectFiles) -> PackageSettings:
    """Return the settings of the first file that has any about packages."""
    readable = files.setup is None or files.setup.complete
    found = _table(files) or _cfg(files) or _setup_py(files.setup)
    return found or PackageSettings(by_name=False, readable=readable)


def folder_path(value: object) -> str | None:
    """Return a folder of the settings as a plain relative path, empty for the project's own; None if not given."""
    text = text_or_none(value)
    return None if text is None else text.replace("\\", "/").strip("/").removeprefix("./").rstrip(".")


def _table(files: ProjectFiles) -> PackageSettings | None:
    table = files.pyproject.table("tool", "setuptools")
    packages = table_or_empty(table.get("packages"))
    find = table_or_empty(packages.get("find"))
    finder = _finder(find, namespaces=find.get("namespaces") is not False) if "find" in packages else None
    return _settings(
        packages=texts_or_none(table.get("packages")),
        modules=texts_or_none(table.get("py-modules")),
        mapping=table_or_empty(table.get("package-dir")),
        where=texts_or_none(find.get("where")),
        finder=finder,
    )


def _cfg(files: ProjectFiles) -> PackageSettings | None:
    packages = files.cfg.raw("options", "packages") or ""
    kind = packages.partition(":")[0].strip() if ":" in packages else ""
    given = {
        key: items_of(value) for key, value in files.cfg.sections.get("options.packages.find", {}).items()
    }
    return _settings(
        packages=items_of(packages) if packages and not kind else None,
        modules=items_of(files.cfg.raw("options", "py_modules")),
        mapping=pairs_of(files.cfg.raw("options", "package_dir")) or {},
        where=given.get("where") if kind else None,
        finder=_finder(given, namespaces=_FINDERS.get(kind, True)) if kind else None,
    )


def _setup_py(setup: SetupPy | None) -> PackageSettings | None:
    if setup is None:
        return None
    given = setup.arguments
    call = setup.computed.get("packages")
    found = _finder_call(call) if isinstance(call, ast.Call) else {}
    name = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
    settings = _settings(
        packages=texts_or_none(given.get("packages")),
        modules=texts_or_none(given.get("py_modules")),
        mapping=table_or_empty(given.get("package_dir")),
        where=found.get("where"),
        finder=_finder(found, namespaces=_FINDERS[name]) if name in _FINDERS else None,
    )
    generates = "cmdclass" in setup.arguments or "cmdclass" in setup.computed
    return replace(settings, generated=generates) if settings else None


def _finder_call(call: ast.Call) -> dict[str, tuple[str, ...] | None]:
    """Return the literal arguments of `find_packages("src", exclude=["tests"])`."""
    given = dict(zip(_FINDER_PARAMETERS, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    found: dict[str, tuple[str, ...] | None] = {}
    for name, node in given.items():
        try:
            value = literal(node, {})
        except NotLiteral:
            continue
        found[name] = (value,) if isinstance(value, str) else texts_or_none(value)
    return found


def _finder(given: Mapping[str, Any], *, namespaces: bool) -> Finder:
    return Finder(
        namespaces=namespaces,
        include=texts_or_none(given.get("include")) or ("*",),
        exclude=texts_or_none(given.get("exclude")) or (),
    )


def _settings(
    *,
    packages: Sequence[str] | None,
    modules: Sequence[str] | None,
    mapping: Mapping[str, Any],
    where: Sequence[str] | None,
    finder: Finder | None,
) -> PackageSettings | None:
    """Return the settings that follow from the arguments of the same names; None if none is given."""
    base = folder_path(mapping.get("")) or ""
    paths: list[tuple[str, str]] = []
    elsewhere: dict[str, str] = {}
    for package in packages or ():
        top = package.partition(".")[0]
        moved = folder_path(mapping.get(package)) or folder_path(mapping.get(top))
        if moved is None:
            paths.append((base, package.replace(".", "/")))
        elif moved.rpartition("/")[2] == top:
            paths.append((moved.rpartition("/")[0], package.replace(".", "/")))
        elif package == top:
            elsewhere[top] = moved
    paths += [(base, f"{module.replace('.', '/')}.py") for module in modules or ()]
    if paths or elsewhere:
        return PackageSettings(paths=tuple(paths), elsewhere=tuple(elsewhere.items()), by_name=False)
    folder = folder_path(where[0]) if where and len(where) == 1 else base
    if folder or finder:
        return PackageSettings(folder=folder or ("" if where else None), finder=finder, by_name=False)
    return None
