"""The files that make a folder a Python project, and the build backend they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from slipway.errors import InputError
from slipway.project import project_paths, setup_cfg, setup_py
from slipway.project import pyproject as pyproject_file
from slipway.project.declared import text_or_none, texts_or_none
from slipway.project.pyproject import LEGACY_BACKEND, LEGACY_REQUIRES, PyProject
from slipway.project.setup_cfg import SetupCfg
from slipway.project.setup_py import SetupPy

PROJECT_FILES = (pyproject_file.FILE, setup_cfg.FILE, setup_py.FILE)
BACKENDS = {
    "setuptools": "setuptools",
    "hatchling": "hatchling",
    "flit_core": "flit-core",
    "flit": "flit-core",
    "pdm": "pdm-backend",
    "poetry": "poetry-core",
    "uv_build": "uv-build",
    "maturin": "maturin",
    "scikit_build_core": "scikit-build-core",
    "mesonpy": "meson-python",
}
"""First part of a backend's import path to the name it is known by."""
OTHER_BACKEND = "other"

_WRAPPED = re.compile(rf"^[ \t\f]*(?:from|import)[ \t]+({'|'.join(BACKENDS)})(?=[\s.,])", re.MULTILINE)
_SEARCH_DEPTH = 2
_SEARCH_FOLDERS = 400


@dataclass(frozen=True, kw_only=True)
class ProjectFiles:
    """What was found in the project's folder.

    Attributes:
        backend: import path as declared, setuptools' legacy one where none is.
        backend_name: the name it is known by, also for an in-tree backend that wraps a known one; or `other`.
        backend_path: folders in the project from which the backend is imported (PEP 517).
        build_system_declared: whether there is a [build-system] table.
    """

    root: Path
    pyproject: PyProject = field(default_factory=PyProject)
    cfg: SetupCfg = field(default_factory=SetupCfg)
    setup: SetupPy | None = None
    present: tuple[str, ...] = ()
    backend: str = LEGACY_BACKEND
    backend_name: str = "setuptools"
    backend_path: tuple[str, ...] = ()
    build_requires: tuple[str, ...] = LEGACY_REQUIRES
    build_system_declared: bool = False


def load(root: Path) -> ProjectFiles:
    """Return the project files of a folder.

    Raises:
        InputError: no such folder, no project in it, or a file that cannot be parsed.
    """
    if not root.is_dir():
        raise _no_folder(root)
    present = tuple(name for name in PROJECT_FILES if (root / name).is_file())
    if not present:
        raise _no_project(root)
    pyproject = pyproject_file.load(root)
    cfg = setup_cfg.load(root)
    system = pyproject.table("build-system") if pyproject else {}
    backend = text_or_none(system.get("build-backend")) or LEGACY_BACKEND
    backend_path = texts_or_none(system.get("backend-path")) or ()
    requires = texts_or_none(system.get("requires"))
    if not (pyproject and "project" in pyproject.tables) and present == (pyproject_file.FILE,) and not system:
        _demand_buildable(root, pyproject)
    return ProjectFiles(
        root=root,
        pyproject=pyproject or PyProject(),
        cfg=cfg or SetupCfg(),
        setup=setup_py.load(root),
        present=present,
        backend=backend,
        backend_name=_backend_name(root, backend, backend_path),
        backend_path=backend_path,
        build_requires=LEGACY_REQUIRES if requires is None else requires,
        build_system_declared=bool(system),
    )


def _backend_name(root: Path, backend: str, backend_path: tuple[str, ...]) -> str:
    module = backend.partition(":")[0]
    if known := BACKENDS.get(module.partition(".")[0]):
        return known
    wrapped = {
        BACKENDS[name] for text in _in_tree(root, module, backend_path) for name in _WRAPPED.findall(text)
    }
    return wrapped.pop() if len(wrapped) == 1 else OTHER_BACKEND


def _in_tree(root: Path, module: str, backend_path: tuple[str, ...]) -> Iterator[str]:
    """Yield the source of an in-tree backend; folders outside the project are not looked at."""
    for path in in_tree_candidates(module, backend_path):
        if text := project_paths.text(root, path):
            yield text


def in_tree_candidates(module: str, backend_path: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths at which an in-tree backend module may lie."""
    stem = module.replace(".", "/")
    for folder in backend_path:
        yield f"{folder}/{stem}.py"
        yield f"{folder}/{stem}/__init__.py"


def _no_folder(root: Path) -> InputError:
    if root.is_file():
        return InputError(
            f"{root} is a file, not a project folder.",
            cause="This command takes the folder that holds pyproject.toml.",
            remedy=f"Name the folder: {root.parent}. To look at a built file, use `slipway inspect FILE`.",
        )
    return InputError(
        f"There is no folder {root}.",
        cause="The path is mistyped, or relative to another folder than the one this runs in.",
        remedy=f"Give the path of the project's folder; this runs in {Path.cwd()}.",
    )


def _no_project(root: Path) -> InputError:
    names = ", ".join(PROJECT_FILES[:-1]) + f" or {PROJECT_FILES[-1]}"
    inside = list(_projects_below(root))
    if not inside:
        return InputError(
            f"There is no Python project in {root}: no {names}.",
            cause="The path is not the project's folder, or the checkout is incomplete.",
            remedy="Give the folder that holds pyproject.toml.",
            read="https://packaging.python.org/en/latest/tutorials/packaging-projects/",
        )
    shown = ", ".join(str(path.relative_to(root)) for path in inside[:5])
    return InputError(
        f"There is no Python project in {root} itself: no {names}.",
        cause=f"The project is in a folder below: {shown}.",
        remedy=f"Name that folder instead: {inside[0]}",
    )


def _projects_below(root: Path) -> Iterator[Path]:
    """Yield the folders that look like projects, nearest first."""
    level, seen = [root], 0
    for _ in range(_SEARCH_DEPTH):
        below: list[Path] = []
        for folder in level:
            try:
                below += sorted(
                    p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_"))
                )
            except OSError:
                continue
        for folder in below[: _SEARCH_FOLDERS - seen]:
            if any((folder / name).is_file() for name in (pyproject_file.FILE, setup_py.FILE)):
                yield folder
        seen += len(below)
        level = below[:_SEARCH_FOLDERS]


def _demand_buildable(root: Path, pyproject: PyProject | None) -> None:
    """Refuse a pyproject.toml that only holds the settings of tools."""
    if pyproject and pyproject.table("tool", "poetry"):
        return
    inside = list(_projects_below(root))
    shown = (
        f" The folders below look like projects: {', '.join(str(p.relative_to(root)) for p in inside[:5])}."
    )
    raise InputError(
        f"{root / pyproject_file.FILE} describes no project: it has neither [project] nor [build-system].",
        cause="The file only holds the settings of tools." + (shown if inside else ""),
        remedy=f"Name the project's folder instead: {inside[0]}"
        if inside
        else "Add a [project] and a [build-system] table.",
        read="https://packaging.python.org/en/latest/guides/writing-pyproject-toml/",
    )
