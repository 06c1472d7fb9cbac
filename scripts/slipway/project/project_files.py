"""The files that make a folder a Python project, and the build backend they name."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec import Struct, field

from slipway.errors import InputError
from slipway.project import backends, project_paths, setup_cfg, setup_py
from slipway.project import pyproject as pyproject_file
from slipway.project.declared import text_or_none, texts_or_none
from slipway.project.pyproject import LEGACY_BACKEND, LEGACY_REQUIRES, PyProject
from slipway.project.setup_cfg import SetupCfg
from slipway.project.setup_py import SetupPy

PROJECT_FILES = (pyproject_file.FILE, setup_cfg.FILE, setup_py.FILE)
_NO_PROJECTS = frozenset(
    {"tests", "test", "docs", "doc", "examples", "example", "node_modules", "build", "dist"}
)
_SEARCH_DEPTH = 2
_SHOWN = 5


class BuildSystem(Struct, frozen=True, kw_only=True):
    """Where a project is, which project files it has, and what it is built with.

    Attributes:
        root: the project's folder.
        present: which of the three project files there are.
        backend: import path of the build backend as declared, setuptools' legacy one where none is.
        backend_name: a name of `backends.BACKENDS`, also for an in-tree backend that wraps a known one; or `other`.
        backend_path: folders in the project from which the backend is imported (PEP 517).
        build_requires: build requirements, the default ones where none are declared.
        build_system_declared: whether there is a [build-system] table.
    """

    root: Path
    present: tuple[str, ...] = ()
    backend: str = LEGACY_BACKEND
    backend_name: str = "setuptools"
    backend_path: tuple[str, ...] = ()
    build_requires: tuple[str, ...] = LEGACY_REQUIRES
    build_system_declared: bool = False


class ProjectFiles(BuildSystem, frozen=True, kw_only=True):
    """What was found in the project's folder."""

    pyproject: PyProject = field(default_factory=PyProject)
    cfg: SetupCfg = field(default_factory=SetupCfg)
    setup: SetupPy | None = None


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
    system = pyproject.table("build-system")
    backend = text_or_none(system.get("build-backend")) or LEGACY_BACKEND
    backend_path = texts_or_none(system.get("backend-path")) or ()
    requires = texts_or_none(system.get("requires"))
    if not system and present == (pyproject_file.FILE,):
        _demand_no_workspace(root, pyproject)
    if "project" not in pyproject.tables and present == (pyproject_file.FILE,) and not system:
        _demand_buildable(root, pyproject)
    return ProjectFiles(
        root=root,
        pyproject=pyproject,
        cfg=setup_cfg.load(root),
        setup=setup_py.load(root),
        present=present,
        backend=backend,
        backend_name=_backend_name(root, backend, backend_path),
        backend_path=backend_path,
        build_requires=LEGACY_REQUIRES if requires is None else requires,
        build_system_declared=bool(system),
    )


def _backend_name(root: Path, backend: str, backend_path: tuple[str, ...]) -> str:
    if known := backends.name_of(backend):
        return known
    sources = (project_paths.text(root, path) or "" for path in in_tree_candidates(backend, backend_path))
    wrapped = {name for source in sources for name in backends.imported_in(source)}
    return wrapped.pop() if len(wrapped) == 1 else backends.OTHER


def in_tree_candidates(backend: str, backend_path: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths where the module of an in-tree backend may be."""
    stem = backend.partition(":")[0].replace(".", "/")
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
    inside = list(islice(below(root, _SEARCH_DEPTH), _SHOWN))
    if not inside:
        return InputError(
            f"There is no Python project in {root}: no {names}.",
            cause="The path is not the project's folder, or the checkout is incomplete.",
            remedy="Give the folder that holds pyproject.toml.",
            read="https://packaging.python.org/en/latest/tutorials/packaging-projects/",
        )
    shown = ", ".join(path.relative_to(root).as_posix() for path in inside)
    every = "; check, plan and init take all of them with --all-projects" if len(inside) > 1 else ""
    return InputError(
        f"There is no Python project in {root} itself: no {names}.",
        cause=f"{'Projects are in folders' if every else 'The project is in a folder'} below: {shown}.",
        remedy=f"Name that folder instead: {inside[0]}{every}",
    )


def below(top: Path, depth: int) -> Iterator[Path]:
    """Yield the folders below one that hold a project, in alphabetical order; not those inside a project.

    Folders whose projects are examples or tests are left out, as are hidden ones.
    """
    try:
        entries = sorted(top.iterdir())
    except OSError:
        return
    for folder in entries:
        if folder.name in _NO_PROJECTS or folder.name.startswith((".", "_")):
            continue
        if not folder.is_dir() or folder.is_symlink():
            continue
        if any((folder / name).is_file() for name in (pyproject_file.FILE, setup_py.FILE)):
            yield folder
        elif depth > 1:
            yield from below(folder, depth - 1)


def _demand_no_workspace(root: Path, pyproject: PyProject) -> None:
    """Refuse the root of a uv workspace that uv does not build either (https://docs.astral.sh/uv/concepts/projects/config/)."""
    if not pyproject.table("tool", "uv", "workspace") or pyproject.table("tool", "uv").get("package"):
        return
    inside = [path.relative_to(root).as_posix() for path in islice(below(root, _SEARCH_DEPTH + 1), _SHOWN)]
    raise InputError(
        f"{root / pyproject_file.FILE} is the root of a uv workspace, and nothing is built from it.",
        cause="It has no [build-system] table, so that uv does not build it either; its members are built.",
        remedy=f"Name a member ({', '.join(inside) or 'none was found'}), or check all of them with --all-projects.",
        read="https://docs.astral.sh/uv/concepts/projects/workspaces/",
    )


def _demand_buildable(root: Path, pyproject: PyProject) -> None:
    """Refuse a pyproject.toml that only holds the settings of tools."""
    if pyproject.table("tool", "poetry"):
        return
    inside = list(islice(below(root, _SEARCH_DEPTH), _SHOWN))
    shown = (
        f" The folders below look like projects: {', '.join(p.relative_to(root).as_posix() for p in inside)}."
    )
    raise InputError(
        f"{root / pyproject_file.FILE} describes no project: it has neither [project] nor [build-system].",
        cause="The file only holds the settings of tools." + (shown if inside else ""),
        remedy=f"Name the project's folder instead: {inside[0]}"
        if inside
        else "Add a [project] and a [build-system] table.",
        read="https://packaging.python.org/en/latest/guides/writing-pyproject-toml/",
    )
