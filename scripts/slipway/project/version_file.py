"""Versions that a build backend reads from a file: literal ones can be read here too."""

import ast
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from slipway.project import package_settings, project_paths
from slipway.project.declared import table_or_empty, text_or_none
from slipway.project.project_files import ProjectFiles
from slipway.project.python_literals import UNPARSEABLE, NotLiteral, constants, literal, parse
from slipway.project.toml_lines import lines_of, loads

_HATCH_PATTERN = re.compile(
    r"""^(?:__version__|VERSION)\s*(?::\s*str\s*)?=\s*(['"])v?(?P<version>.+?)\1""", re.MULTILINE
)
_ATTRIBUTE = re.compile(r"\s*attr\s*:\s*(?P<attribute>[\w.]+)\s*")
_FILE = re.compile(r"\s*+file\s*+:\s*+(?P<file>[^,\s](?:[^,\n]*[^,\s])?)\s*+")
_MESON_VERSION = re.compile(
    # The call is the first one in the file, after comments (https://mesonbuild.com/Syntax.html).
    r"\A(?:[ \t]*(?:#[^\n]{0,500})?\n){0,500}[ \t]*project\s{0,50}\([^)]{0,2000}?"
    r"\bversion\s{0,50}:\s{0,50}'(?P<version>[^']{1,200})'"
)


class VersionInFile(Struct, frozen=True, kw_only=True):
    """A literal version in a file from which the backend takes it."""

    version: str
    file: str
    line: int


def find(files: ProjectFiles, packages: tuple[str, ...]) -> VersionInFile | None:
    """Return the literal version that the backend will read from a file, where there is one.

    Args:
        files: the project.
        packages: its top-level import names.
    """
    if files.backend_name == "flit-core":
        named = [path.removesuffix(".py").replace("/", ".") for _, path in package_settings.read(files).paths]
        module = next(iter((*named, *packages)), None)
        return in_package(files.root, module) if module else None
    reader = _READERS.get(files.backend_name)
    return reader(files) if reader else None


def _hatch(files: ProjectFiles) -> VersionInFile | None:
    table = files.pyproject.table("tool", "hatch", "version")
    path, pattern = text_or_none(table.get("path")), table.get("pattern", True)
    if table.get("source", "regex") != "regex" or path is None or pattern is not True:
        return None
    return _searched(files.root, path, _HATCH_PATTERN)


def _searched(root: Path, path: str, pattern: re.Pattern[str]) -> VersionInFile | None:
    text = project_paths.text(root, path) or ""
    match = pattern.search(text)
    if match is None:
        return None
    line = text.count("\n", 0, match.start("version")) + 1
    return VersionInFile(version=match["version"], file=path, line=line)


def _pdm(files: ProjectFiles) -> VersionInFile | None:
    table = files.pyproject.table("tool", "pdm", "version")
    path = text_or_none(table.get("path"))
    return _in_module(files.root, path) if table.get("source", "file") == "file" and path else None


def _scikit_build(files: ProjectFiles) -> VersionInFile | None:
    table = files.pyproject.table("tool", "scikit-build", "metadata", "version")
    path = text_or_none(table.get("input"))
    if table.get("provider") != "scikit_build_core.metadata.regex" or path is None or "regex" in table:
        return None
    return _searched(files.root, path, _HATCH_PATTERN)


def _maturin(files: ProjectFiles) -> VersionInFile | None:
    """Return the version of the crate, its own or the one of the workspace it belongs to."""
    path = text_or_none(files.pyproject.table("tool", "maturin").get("manifest-path")) or "Cargo.toml"
    for file, keys in ((path, ("package",)), ("Cargo.toml", ("workspace", "package"))):
        text = project_paths.text(files.root, file)
        try:
            table = loads(text or "")
        except (tomllib.TOMLDecodeError, RecursionError):
            return None
        for key in keys:
            table = dict(table_or_empty(table.get(key)))
        if text and isinstance(version := table.get("version"), str):
            return VersionInFile(version=version, file=file, line=lines_of(text)[(*keys, "version")])
    return None


def _setuptools(files: ProjectFiles) -> VersionInFile | None:
    dynamic = table_or_empty(files.pyproject.table("tool", "setuptools", "dynamic").get("version"))
    declared = files.cfg.get("metadata", "version") or ""
    attribute, file = text_or_none(dynamic.get("attr")), text_or_none(dynamic.get("file"))
    if found := _ATTRIBUTE.fullmatch(declared):
        attribute = found["attribute"]
    if found := _FILE.fullmatch(declared):
        file = found["file"]
    if files.setup and not attribute and not file:
        attribute = _dotted(files.setup.computed.get("version"))
    if attribute and "." in attribute:
        module, _, name = attribute.rpartition(".")
        return in_package(files.root, module, name)
    text = project_paths.text(files.root, file) if file else None
    stripped = (text or "").strip()
    if file and stripped and "\n" not in stripped:
        return VersionInFile(version=stripped, file=file, line=1)
    return None


def _dotted(node: ast.expr | None) -> str | None:
    """Return `module.name` for setup.py's `version=module.name`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) and parts else None


def in_package(root: Path, module: str, name: str = "__version__") -> VersionInFile | None:
    """Return the version a module binds literally and once, or imports from a module beside it that does."""
    stem = module.replace(".", "/")
    paths = (f"{folder}{stem}{end}" for folder in ("src/", "", "lib/") for end in ("/__init__.py", ".py"))
    return next((found for path in paths if (found := _in_module(root, path, name))), None)


def _in_module(root: Path, path: str, name: str = "__version__", depth: int = 1) -> VersionInFile | None:
    text = project_paths.text(root, path)
    try:
        tree = parse((text or "").encode())
        names = constants(tree)
        value = literal(names[name], names)
    except KeyError:
        source = _imported_from(tree, path, name) if depth else None
        return _in_module(root, *source, depth - 1) if source else None
    except (*UNPARSEABLE, NotLiteral):
        return None
    if not isinstance(value, str):
        return None
    return VersionInFile(version=value, file=path, line=names[name].lineno)


def _imported_from(tree: ast.Module, path: str, name: str) -> tuple[str, str] | None:
    """Return file and name for `from .version import __version__` in the module at a path."""
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=str(module), names=aliases, level=1) if "." not in module:
                for alias in aliases:
                    if (alias.asname or alias.name) == name:
                        return f"{path.rpartition('/')[0]}/{module}.py".lstrip("/"), alias.name
    return None


_READERS: Mapping[str, Callable[[ProjectFiles], VersionInFile | None]] = {
    "setuptools": _setuptools,
    "hatchling": _hatch,
    "pdm-backend": _pdm,
    "maturin": _maturin,
    "scikit-build-core": _scikit_build,
    "meson-python": lambda files: _searched(files.root, "meson.build", _MESON_VERSION),
}
