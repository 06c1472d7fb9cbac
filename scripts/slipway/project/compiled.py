"""Whether a project's wheels are made for one platform, as far as that can be read without building.

The rule: a project is compiled when its backend always makes platform wheels (maturin, SIP), or when its
settings declare something to compile: extension modules, cffi, Rust or CMake for setuptools, a hook that
compiles for hatchling, a build script for poetry, targets in meson.build. Build requirements alone (Cython,
pybind11, NumPy) do not count: pure projects have them too. Compiling that has to be asked for
(`enable-by-default = false`) counts only where the project is set up for cibuildwheel, which asks for it.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from slipway.project import project_paths
from slipway.project.declared import table_or_empty, text_or_none
from slipway.project.project_files import ProjectFiles
from slipway.project.setup_py import SetupPy

_COMPILING_ARGUMENTS = ("ext_modules", "cffi_modules", "rust_extensions", "cmake_source_dir", "ext_package")
_EXTENSION_CLASSES = frozenset({"Extension", "RustExtension", "Pybind11Extension", "CMakeExtension"})
_COMPILING_IMPORTS = frozenset(
    {"skbuild", "mypyc", "cmake_build_extension", "setuptools_rust", "sipdistutils"}
)
_HATCH_HOOKS = frozenset(
    {"mypyc", "cython", "scikit-build", "hatch-cpp", "hatch-rs", "ziglang", "zig", "meson"}
)
_OTHER_COMPILING = ("sipbuild", "pyqtbuild", "py_build_cmake", "enscons", "setuptools_rust", "skbuild")
_MESON_TARGET = re.compile(
    r"\b(extension_module|shared_library|shared_module|both_libraries|library|executable)\s*\("
)
_PLATFORM_WHEEL = re.compile(r"infer_tag|pure_python['\"]?\]?\s*=\s*False")
_MESON_FILES = 60
_MESON_DEPTH = 3


def reason(files: ProjectFiles) -> str | None:
    """Return why the project's wheels are for one platform, or None for a pure project."""
    return _READERS.get(files.backend_name, _other)(files)


def _setuptools(files: ProjectFiles) -> str | None:
    tool = files.pyproject.table("tool")
    if table_or_empty(tool.get("setuptools")).get("ext-modules"):
        return "[tool.setuptools] has ext-modules"
    rust = table_or_empty(tool.get("setuptools-rust"))
    if rust.get("ext-modules") or rust.get("bins"):
        return "[tool.setuptools-rust] has modules"
    if files.backend.startswith("scikit_build_core"):
        return "the backend is scikit-build-core for setuptools"
    if files.setup and (found := _setup_py(files.setup)):
        return found
    for pattern in ("*/*.pyx", "src/*/*.pyx") if files.backend_path else ():
        for path in files.root.glob(pattern):
            if "tests" not in path.parts:
                return f"the in-tree backend has {path.relative_to(files.root).as_posix()}"
    return None


def _setup_py(setup: SetupPy) -> str | None:
    for name in _COMPILING_ARGUMENTS:
        if setup.arguments.get(name) or (name in setup.computed and not _always_empty(setup, name)):
            return f"setup.py gives {name}"
    nodes = ast.walk(setup.tree) if setup.tree else ()
    return next((f"setup.py {what}" for node in nodes if (what := _compiling(node))), None)


def _compiling(node: ast.AST) -> str | None:
    """Return what a piece of setup.py does if that only a compiled project does."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Store()) if (
            name in _COMPILING_ARGUMENTS
        ):
            return f"gives {name}"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _EXTENSION_CLASSES:
            return f"makes an {name}"
        case ast.Import(names=names):
            modules = [alias.name for alias in names]
            return next((f"imports {m}" for m in modules if m.partition(".")[0] in _COMPILING_IMPORTS), None)
        case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in _COMPILING_IMPORTS:
            return f"imports {module}"
        case ast.FunctionDef(name="has_ext_modules"):
            return "declares extension modules"
    return None


def _always_empty(setup: SetupPy, name: str) -> bool:
    """Return whether every binding of the name given as an argument is an empty list or None."""
    given = setup.computed[name]
    if not isinstance(given, ast.Name) or setup.tree is None:
        return False
    bindings = [
        node.value
        for node in ast.walk(setup.tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == given.id for target in node.targets)
    ]
    changed = re.search(rf"\b{re.escape(given.id)}\s*(\+=|\.(append|extend|insert)\b)", setup.text)
    empty = [
        value.value is None if isinstance(value, ast.Constant) else not getattr(value, "elts", True)
        for value in bindings
    ]
    return bool(empty) and not changed and all(empty)


def _hatchling(files: ProjectFiles) -> str | None:
    build = files.pyproject.table("tool", "hatch", "build")
    wheel = files.pyproject.table("tool", "hatch", "build", "targets", "wheel")
    hooks = {**table_or_empty(build.get("hooks")), **table_or_empty(wheel.get("hooks"))}
    asks = "cibuildwheel" in files.pyproject.table("tool")
    for name, value in hooks.items():
        settings = table_or_empty(value)
        if settings.get("enable-by-default", True) is False and not asks:
            continue
        if name in _HATCH_HOOKS:
            return f"the build hook {name} compiles"
        if name == "custom":
            path = text_or_none(settings.get("path")) or "hatch_build.py"
            if _PLATFORM_WHEEL.search(project_paths.text(files.root, path) or ""):
                return f"the build hook {path} makes platform wheels"
    return None


def _pdm(files: ProjectFiles) -> str | None:
    build = files.pyproject.table("tool", "pdm", "build")
    if build.get("is-purelib") is True:
        return None
    if build.get("run-setuptools"):
        return "[tool.pdm.build] has run-setuptools"
    return "[tool.pdm.build] has is-purelib = false" if build.get("is-purelib") is False else None


def _poetry(files: ProjectFiles) -> str | None:
    poetry = files.pyproject.table("tool", "poetry")
    build = poetry.get("build")
    script = build if isinstance(build, str) else table_or_empty(build).get("script")
    return f"poetry runs the build script {script}" if script else None


def _scikit_build(files: ProjectFiles) -> str | None:
    wheel = files.pyproject.table("tool", "scikit-build", "wheel")
    pure = wheel.get("cmake") is False or wheel.get("platlib") is False
    return None if pure else "scikit-build-core runs CMake"


def _meson(files: ProjectFiles) -> str | None:
    for found in _meson_files(files.root, _MESON_DEPTH):
        path = found.relative_to(files.root).as_posix()
        without_comments = re.sub(r"(?m)#.*$", "", project_paths.text(files.root, path) or "")
        if target := _MESON_TARGET.search(without_comments):
            return f"{path} has {target[1]}()"
    return None


def _meson_files(folder: Path, depth: int) -> Iterator[Path]:
    if (path := folder / "meson.build").is_file():
        yield path
        below = sorted(
            p for p in folder.iterdir() if p.is_dir() and p.name not in {"subprojects", "tests", "docs"}
        )
        for inner in below[:_MESON_FILES] if depth else ():
            yield from _meson_files(inner, depth - 1)


def _other(files: ProjectFiles) -> str | None:
    module = files.backend.partition(":")[0].partition(".")[0]
    if module in _OTHER_COMPILING:
        return f"{module} compiles"
    return _setuptools(files) if files.backend_path else None


_READERS: Mapping[str, Callable[[ProjectFiles], str | None]] = {
    "setuptools": _setuptools,
    "hatchling": _hatchling,
    "flit-core": lambda _: None,
    "pdm-backend": _pdm,
    "poetry-core": _poetry,
    "uv-build": lambda _: None,
    "maturin": lambda _: "maturin makes platform wheels only",
    "scikit-build-core": _scikit_build,
    "meson-python": _meson,
}
