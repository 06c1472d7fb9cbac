"""What a build backend's own settings say about where the import packages are."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.facts.declared import table_or_empty, text_or_none, texts_or_none
from slipway.facts.project_files import ProjectFiles
from slipway.facts.setup_cfg import listed, tabled


@dataclass(frozen=True, kw_only=True)
class PackageSettings:
    """Where to look.

    Attributes:
        paths: pairs of a source folder and a package or module in it that the settings name, relative to the
            project; may hold wildcards.
        folder: the folder the packages are in; None where the settings do not say.
        by_name: whether a package named like the project is taken before all others.
        needs_name: whether the build fails where there is no such package.
    """

    paths: tuple[tuple[str, str], ...] = ()
    folder: str | None = None
    by_name: bool = True
    needs_name: bool = False


def read(files: ProjectFiles) -> PackageSettings:
    """Return what the settings of the project's backend say."""
    reader = _READERS.get(files.backend_name)
    return reader(files) if reader else PackageSettings()


def _folder(value: object) -> str | None:
    text = text_or_none(value)
    return None if text is None else text.replace("\\", "/").strip("/").removeprefix("./").rstrip(".")


def _module_paths(folder: str, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((folder, name.replace(".", "/")) for name in names)


def _setuptools(files: ProjectFiles) -> PackageSettings:
    sources = (_setuptools_table(files), _setuptools_cfg(files), _setup_py(files))
    return next((found for found in sources if found), PackageSettings(by_name=False))


def _setuptools_table(files: ProjectFiles) -> PackageSettings | None:
    table = files.pyproject.table("tool", "setuptools")
    mapping = table_or_empty(table.get("package-dir"))
    find = table_or_empty(table_or_empty(table.get("packages")).get("find"))
    where = texts_or_none(find.get("where")) or ()
    return _setuptools_settings(
        packages=texts_or_none(table.get("packages")),
        modules=texts_or_none(table.get("py-modules")),
        mapping=mapping,
        where=where[0] if len(where) == 1 else None,
    )


def _setuptools_cfg(files: ProjectFiles) -> PackageSettings | None:
    packages = files.cfg.get("options", "packages")
    finding = packages is not None and packages.startswith(("find:", "find_namespace:"))
    return _setuptools_settings(
        packages=None if finding else listed(packages),
        modules=listed(files.cfg.get("options", "py_modules")),
        mapping=tabled(files.cfg.get("options", "package_dir")),
        where=files.cfg.get("options.packages.find", "where") if finding else None,
    )


def _setup_py(files: ProjectFiles) -> PackageSettings | None:
    if files.setup is None:
        return None
    given = files.setup.arguments
    return _setuptools_settings(
        packages=texts_or_none(given.get("packages")),
        modules=texts_or_none(given.get("py_modules")),
        mapping=table_or_empty(given.get("package_dir")),
        where=_find_packages_where(files.setup.computed.get("packages")),
    )


def _find_packages_where(node: ast.expr | None) -> str | None:
    """Return the folder named in `find_packages("src")` or `find_packages(where="src")`."""
    if not isinstance(node, ast.Call):
        return None
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "where")]
    return next((n.value for n in given if isinstance(n, ast.Constant) and isinstance(n.value, str)), None)


def _setuptools_settings(
    *,
    packages: tuple[str, ...] | None,
    modules: tuple[str, ...] | None,
    mapping: Mapping[str, Any],
    where: str | None,
) -> PackageSettings | None:
    base = _folder(mapping.get("")) or ""
    paths: list[tuple[str, str]] = []
    for package in packages or ():
        top = package.partition(".")[0]
        moved = _folder(mapping.get(package)) or _folder(mapping.get(top))
        if moved is None:
            paths.append((base, package.replace(".", "/")))
        elif moved.rpartition("/")[2] == top:
            paths.append((moved.rpartition("/")[0], package.replace(".", "/")))
        else:
            return PackageSettings(folder=base or None, by_name=False)
    paths += [(base, f"{module.replace('.', '/')}.py") for module in modules or ()]
    if paths:
        return PackageSettings(paths=tuple(paths), by_name=False)
    folder = _folder(where) or base
    return PackageSettings(folder=folder, by_name=False) if folder else None


_HATCH_SELECTION = {"artifacts", "bypass-selection", "force-include", "hooks", "include", "sources"}
"""Settings of hatchling with which it ships files without a package named like the project."""


def _hatchling(files: ProjectFiles) -> PackageSettings:
    build = files.pyproject.table("tool", "hatch", "build")
    wheel = files.pyproject.table("tool", "hatch", "build", "targets", "wheel")
    sources = wheel.get("sources", build.get("sources", ()))
    for key in ("packages", "only-include"):
        named = [path.strip("/") for path in texts_or_none(wheel.get(key, build.get(key))) or ()]
        if len(named) == 1 and named[0] in sources:
            return PackageSettings(folder=named[0])
        if named:
            split = [path.rpartition("/") for path in named]
            return PackageSettings(paths=tuple((folder, name) for folder, _, name in split))
    decided = _HATCH_SELECTION & (wheel.keys() | build.keys())
    return PackageSettings(needs_name=not decided)


def _flit(files: ProjectFiles) -> PackageSettings:
    tool = files.pyproject.table("tool", "flit")
    name = text_or_none(table_or_empty(tool.get("module")).get("name")) or text_or_none(
        table_or_empty(tool.get("metadata")).get("module")
    )
    return _module(files, name, folders=("src", "")) if name else PackageSettings(needs_name=True)


def _module(files: ProjectFiles, name: str, *, folders: tuple[str, ...]) -> PackageSettings:
    """Return the settings for one import name that lies in the first of the folders that has it."""
    path = name.replace(".", "/")
    for folder in folders:
        base = files.root / folder
        if (base / path).is_dir():
            return PackageSettings(paths=((folder, path),))
        if (base / f"{path}.py").is_file():
            return PackageSettings(paths=((folder, f"{path}.py"),))
    return PackageSettings(paths=((folders[0], path),))


def _pdm(files: ProjectFiles) -> PackageSettings:
    build = files.pyproject.table("tool", "pdm", "build")
    folder = _folder(build.get("package-dir"))
    includes = texts_or_none(build.get("includes")) or ()
    base = folder or ""
    named = [path.strip("/").removeprefix(f"{base}/") for path in includes if not path.startswith("tests")]
    plain = [path for path in named if "*" not in path and _is_python(files, base, path)]
    return PackageSettings(paths=tuple((base, path) for path in plain), folder=folder)


def _is_python(files: ProjectFiles, folder: str, path: str) -> bool:
    target = files.root / folder / path
    return path.endswith(".py") or target.is_dir()


def _poetry(files: ProjectFiles) -> PackageSettings:
    packages = files.pyproject.table("tool", "poetry").get("packages")
    tables = [table_or_empty(item) for item in packages] if isinstance(packages, list) else []
    paths = [
        (_folder(table.get("from")) or "", include.strip("/").removesuffix("/**/*"))
        for table in tables
        if (include := text_or_none(table.get("include")))
    ]
    poetry = files.pyproject.table("tool", "poetry")
    needs_name = poetry.get("package-mode") is not False and not poetry.get("include")
    return PackageSettings(paths=tuple(paths), needs_name=needs_name)


def _uv(files: ProjectFiles) -> PackageSettings:
    table = files.pyproject.table("tool", "uv", "build-backend")
    given = table.get("module-root", "src")
    folder = _folder(given) or ""
    name = table.get("module-name")
    names = (name,) if isinstance(name, str) else texts_or_none(name)
    if names:
        return PackageSettings(paths=_module_paths(folder, names), folder=folder)
    return PackageSettings(folder=folder, needs_name=table.get("namespace") is not True)


def _maturin(files: ProjectFiles) -> PackageSettings:
    table = files.pyproject.table("tool", "maturin")
    folder = _folder(table.get("python-source"))
    name = text_or_none(table.get("module-name"))
    if name and (files.root / (folder or "") / name.partition(".")[0]).is_dir():
        return PackageSettings(paths=((folder or "", name.partition(".")[0]),))
    return PackageSettings(folder=folder)


def _scikit_build(files: ProjectFiles) -> PackageSettings:
    packages = files.pyproject.table("tool", "scikit-build", "wheel").get("packages")
    named = list(packages.values()) if isinstance(packages, Mapping) else list(texts_or_none(packages) or ())
    split = [path.strip("/").rpartition("/") for path in named if isinstance(path, str)]
    return PackageSettings(paths=tuple((folder, name) for folder, _, name in split if name))


_READERS: Mapping[str, Callable[[ProjectFiles], PackageSettings]] = {
    "setuptools": _setuptools,
    "hatchling": _hatchling,
    "flit-core": _flit,
    "pdm-backend": _pdm,
    "poetry-core": _poetry,
    "uv-build": _uv,
    "maturin": _maturin,
    "scikit-build-core": _scikit_build,
}
