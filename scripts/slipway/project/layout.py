"""Where a project keeps its import packages, and which names they have.

There are three sources, in this order: what the backend's own settings name, what the backend derives from the
project's name, and what is in the folder.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from slipway.project import project_paths

Layout = Literal["src", "flat", "module", "namespace", "unknown"]

_SOURCES = (".py", ".pyi", ".pyx")
_LEGACY_NAMESPACE = re.compile(rb"declare_namespace|extend_path")
_NAMESPACE_DEPTH = 4
_ENTRIES_READ = 5000
_FOLDERS_SEEN = 500
_ROOTS = ("src", "", "lib", "python")
_NOT_PACKAGES = frozenset(
    {
        "benchmark",
        "benchmarks",
        "bin",
        "build",
        "changelog",
        "changelog.d",
        "ci",
        "debian",
        "dist",
        "doc",
        "docs",
        "documentation",
        "env",
        "example",
        "examples",
        "exercise",
        "exercises",
        "ext_modules",
        "htmlcov",
        "htmldocs",
        "include",
        "lib",
        "manpages",
        "news",
        "newsfragments",
        "node_modules",
        "notebooks",
        "python",
        "requirements",
        "script",
        "scripts",
        "site-packages",
        "src",
        "tasks",
        "test",
        "tests",
        "third_party",
        "tool",
        "tools",
        "unit_test",
        "unit_tests",
        "util",
        "utils",
        "vendor",
        "venv",
    }
)
_NOT_MODULES = frozenset(
    {
        "SConstruct",
        "benchmark",
        "benchmarks",
        "bootstrap",
        "build",
        "build_script",
        "conanfile",
        "configure",
        "conftest",
        "distribute_setup",
        "dodo",
        "example",
        "examples",
        "exercise",
        "exercises",
        "ez_setup",
        "fabfile",
        "hatch_build",
        "manage",
        "noxfile",
        "pavement",
        "pdm_build",
        "release",
        "run_tests",
        "runtests",
        "sconstruct",
        "setup",
        "tasks",
        "test",
        "tests",
        "toxfile",
        "versioneer",
        "wscript",
    }
)
"""Names beside pyproject.toml that are not part of the package: those of setuptools' automatic discovery for a flat
layout, with a few more that are as common: https://setuptools.pypa.io/en/latest/userguide/package_discovery.html"""


class Finder(Struct, frozen=True, kw_only=True):
    """How setuptools' `find_packages` and its relatives choose among the folders.

    Attributes:
        namespaces: whether folders without `__init__.py` count.
        include: wildcards of the names that are taken.
        exclude: wildcards of the names that are not.
    """

    namespaces: bool = True
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()

    def takes(self, folder: Path) -> bool:
        """Return whether a top-level folder is taken."""
        if not self.namespaces and not _is_package(folder):
            return False
        taken = any(fnmatchcase(folder.name, pattern.partition(".")[0]) for pattern in self.include)
        return taken and not any(fnmatchcase(folder.name, pattern) for pattern in self.exclude)


class PackageSettings(Struct, frozen=True, kw_only=True):
    """Where the packages are by a build backend's settings.

    Attributes:
        paths: pairs of a source folder and a package or module in it that the settings name, relative to the
            project; may hold wildcards.
        elsewhere: pairs of a top-level name and the folder that becomes it.
        folder: the folder the packages are in; None where the settings do not say.
        finder: how packages are chosen, where the settings say so.
        by_name: whether a package named like the project is taken before all others.
        needs_name: whether the build fails where there is no such package.
        discovers: whether the backend takes packages that are not named anywhere.
        readable: False where setup.py computes the packages.
        generated: True where code of the project may make what the settings name.
    """

    paths: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    folder: str | None = None
    finder: Finder | None = None
    by_name: bool = True
    needs_name: bool = False
    discovers: bool = True
    readable: bool = True
    generated: bool = False


class Packages(Struct, frozen=True, kw_only=True):
    """The import packages of a project.

    Attributes:
        layout: `src` for packages in a folder of their own whatever its name, `flat` for packages beside
            pyproject.toml, `module` for single files only, `namespace` where a top-level name is shared.
        names: top-level import names, sorted.
        missing: paths the backend's settings name and that are not there, relative to the project.
        expected: the name the backend looks for and does not find, where it takes the package named like the project.
    """

    layout: Layout = "unknown"
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    expected: str | None = None


def find(root: Path, settings: PackageSettings, *, name: str | None) -> Packages:
    """Return the import packages of a project.

    Args:
        root: its folder.
        settings: the backend's settings about packages.
        name: the project's name, from which several backends derive the package.
    """
    if settings.paths or settings.elsewhere:
        return _named(root, settings)
    roots = [settings.folder] if settings.folder is not None else list(_ROOTS)
    wanted = import_name(name) if name else ""
    for folder in roots if settings.by_name else ():
        found = [n for n in _candidates(root / folder, at_top=False) if import_name(n) == wanted]
        if found:
            return _packages(root, folder, found)
    if not settings.discovers or not (settings.readable or wanted):
        return Packages()
    expected = wanted if settings.needs_name and not _in_namespace(root, wanted) else None
    for folder in roots:
        if found := _discovered(root, folder, wanted, settings.finder):
            return replace(_packages(root, folder, found), expected=expected)
    return Packages(expected=expected)


def _in_namespace(root: Path, wanted: str) -> bool:
    """Return whether the package is one level deeper, where hatchling finds it too."""
    patterns = (f"*/{wanted}/__init__.py", f"src/*/{wanted}/__init__.py")
    return not wanted or any(True for pattern in patterns for _ in root.glob(pattern))


def import_name(name: str) -> str:
    """Return the import name that backends derive from a project's name."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _named(root: Path, settings: PackageSettings) -> Packages:
    """Return the packages the settings name by path; a wildcard means everything it matches."""
    found: dict[str, str] = {}
    missing = []
    for folder, path in settings.paths:
        base = root / folder
        matches = list(project_paths.matching(base, path)) if "*" in path else [base / path]
        present = [m for m in matches if m.is_dir() or (m.is_file() and m.suffix in _SOURCES)]
        if not present:
            missing.append("/".join(part for part in (folder, path) if part))
        found |= {_top(match.relative_to(base)): folder for match in present}
    for name, folder in settings.elsewhere:
        if (root / folder).is_dir():
            found[name] = ""
        else:
            missing.append(folder)
    names = tuple(sorted(name for name in found if name.isidentifier() or name.endswith("-stubs")))
    folder = next((found[name] for name in names), "")
    layout = _packages(root, folder, names).layout if names else "unknown"
    if settings.elsewhere and layout == "module":
        layout = "flat"
    return Packages(layout=layout, names=names, missing=() if settings.generated else tuple(missing))


def _top(path: Path) -> str:
    return path.parts[0].partition(".")[0] if path.parts else ""


def _discovered(root: Path, folder: str, wanted: str, finder: Finder | None) -> list[str]:
    base = root / folder
    candidates = list(_candidates(base, at_top=not folder))
    packages = [c for c in candidates if (base / c).is_dir() and (finder is None or finder.takes(base / c))]
    if finder is not None:
        return packages
    if folder:
        return candidates
    named = [candidate for candidate in candidates if candidate.lower() == wanted]
    return packages or named or (candidates if len(candidates) == 1 else [])


def _candidates(base: Path, *, at_top: bool) -> Iterator[str]:
    """Yield the import names in a folder."""
    for entry in _entries(base):
        stem, _, suffix = entry.name.partition(".")
        if entry.is_dir():
            name = entry.name
            is_name = name.isidentifier() or (name.endswith("-stubs") and name[:-6].isidentifier())
            if is_name and not (at_top and name in _NOT_PACKAGES) and _holds_code(entry):
                yield name
        elif suffix in {"py", "pyx"} and stem.isidentifier() and not (at_top and stem in _NOT_MODULES):
            yield stem


def _entries(folder: Path) -> Iterable[Path]:
    try:
        entries = sorted(folder.iterdir())[:_ENTRIES_READ]
    except OSError:
        return ()
    return [e for e in entries if not e.name.startswith((".", "__")) and not e.name.endswith(".egg-info")]


def _holds_code(folder: Path) -> bool:
    """Return whether a folder is a package or has one below it, as a namespace package has."""
    level, seen = [folder], 0
    for _ in range(_NAMESPACE_DEPTH):
        if any(_is_package(path) for path in level):
            return True
        seen += len(level)
        level = [entry for path in level for entry in _entries(path) if entry.is_dir()][
            : _FOLDERS_SEEN - seen
        ]
    return False


def _is_package(folder: Path) -> bool:
    return any((folder / f"__init__{suffix}").is_file() for suffix in _SOURCES)


def _packages(root: Path, folder: str, names: Iterable[str]) -> Packages:
    base = root / folder
    names = tuple(sorted(set(names)))
    folders = [base / name for name in names if (base / name).is_dir()]
    if not folders:
        layout: Layout = "module" if names else "unknown"
    elif any(_is_namespace(path) for path in folders):
        layout = "namespace"
    else:
        layout = "src" if folder else "flat"
    return Packages(layout=layout, names=names)


def _is_namespace(folder: Path) -> bool:
    """Return whether a top-level folder is a namespace package, native (PEP 420) or of the older kinds."""
    if not _is_package(folder):
        return True
    try:
        with (folder / "__init__.py").open("rb") as stream:
            return bool(_LEGACY_NAMESPACE.search(stream.read(4096)))
    except OSError:
        return False
