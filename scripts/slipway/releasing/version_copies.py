"""Copies of a project's version that have to follow it: in other metadata, in its packages, in lock files."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from slipway.project import backends, project_files, project_paths
from slipway.project.declared import table_or_empty, text_or_none, texts_or_none
from slipway.project.project import ProjectFacts
from slipway.project.project_files import ProjectFiles
from slipway.project.toml_lines import loads
from slipway.project.version_file import VersionInFile, in_package
from slipway.releasing.changes import upwards
from slipway.releasing.version_places import Written

_MODULES = ("_version", "__version__", "__about__", "_about", "about", "version")
"""Modules of a package that projects keep its version in."""
_LOCK_FILES = ("uv.lock", "Cargo.lock")
_ENTRY = re.compile(
    r'^\[\[package\]\]\r?\nname = "(?P<name>[^"\r\n]{1,200})"\r?\nversion = "(?P<version>[^"\r\n]{1,200})"\r?$'
    r"(?:\n(?P<source>source = [^\r\n]{0,2000}))?",
    re.MULTILINE,
)
"""An entry of a lock file, as uv and Cargo write it."""
_LOCAL_SOURCE = re.compile(r'source = \{ (?:editable|virtual|directory) = "(?P<path>[^"]{1,1000})"')
_MOST_MEMBERS = 1000


def declared(files: ProjectFiles) -> Iterator[Written]:
    """Yield each literal version in the places where the project's build backend looks for it."""
    pyproject = files.pyproject
    tables: list[tuple[str, ...]] = [("project",)]
    tables += [("tool", "poetry")] if files.backend_name == "poetry-core" else []
    for keys in tables:
        if version := text_or_none(pyproject.table(*keys).get("version")):
            yield Written(file="pyproject.toml", line=pyproject.lines[(*keys, "version")], version=version)
    if files.backend_name not in {"setuptools", backends.OTHER}:
        return
    version = files.cfg.get("metadata", "version")
    if version and not re.match(r"(attr|file)\s*:", version, re.IGNORECASE):
        yield Written(file="setup.cfg", line=files.cfg.lines[("metadata", "version")], version=version)
    if files.setup and (version := text_or_none(files.setup.arguments.get("version"))):
        yield Written(file="setup.py", line=files.setup.lines["version"], version=version)


def in_packages(facts: ProjectFacts) -> Iterator[Written]:
    """Yield the literal `__version__` of each top-level package, and of the modules that such a version is kept in."""
    for package in facts.packages:
        for module in (package, *(f"{package}.{name}" for name in _MODULES)):
            if found := in_package(facts.root, module):
                yield _written(found)


def assumed(facts: ProjectFacts) -> Written | None:
    """Return the literal `__version__` that code in setup.py reads, by the file or the module that it names.

    Only a build can tell whether that is so; what it makes of the version is compared when the release is checked.
    """
    setup = project_files.load(facts.root).setup if facts.version_decided_by == "setup.py" else None
    if setup is None or setup.tree is None:
        return None
    texts = (node.value for node in ast.walk(setup.tree) if isinstance(node, ast.Constant))
    paths = (text for text in texts if isinstance(text, str) and text.endswith(".py"))
    modules = (path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths)
    opened = [_written(one) for module in modules if (one := in_package(facts.root, module))]
    found = [*opened, *(one for one in in_packages(facts) if _names(setup.text, one.file))]
    return found[0] if len({one.version for one in found}) == 1 else None


def _written(found: VersionInFile) -> Written:
    return Written(file=found.file, line=found.line, version=found.version)


def _names(code: str, file: str) -> bool:
    path = Path(file)
    module = re.escape(path.parent.name if path.stem == "__init__" else path.stem)
    imported = rf"^[ \t]{{0,100}}(?:from|import)[ \t]{{1,20}}(?:\w{{1,100}}\.){{0,20}}{module}\b"
    return path.name in code or re.search(imported, code, re.MULTILINE) is not None


def lock_files(facts: ProjectFacts, top: Path, main: Written) -> Iterator[str]:
    """Yield the lock files of a project and of a workspace it is part of.

    Args:
        facts: the project.
        top: the repository's folder, above which none is looked for.
        main: where the version is written; Cargo.lock follows Cargo.toml only.
    """
    for name in _LOCK_FILES:
        if name == "Cargo.lock" and not main.file.endswith("Cargo.toml"):
            continue
        start = (facts.root / main.file).parent if name == "Cargo.lock" else facts.root
        for folder in (start, *start.parents):
            if folder.is_relative_to(top) and (folder / name).is_file():
                yield upwards(facts.root, folder / name)
                break


def own_entries(text: str, facts: ProjectFacts, lock: Path, main: Written) -> Iterator[tuple[int, int]]:
    """Yield where the version of the project stands in the text of a lock file."""
    crates = _crates(facts.root / main.file) if lock.name == "Cargo.lock" else frozenset()
    for entry in _ENTRY.finditer(text):
        if lock.name == "Cargo.lock":
            is_own = entry["source"] is None and entry["name"] in crates and entry["version"] == main.version
        else:
            is_own = _is_project(entry, facts, lock)
        if is_own:
            yield entry.span("version")


def _is_project(entry: re.Match[str], facts: ProjectFacts, lock: Path) -> bool:
    source = _LOCAL_SOURCE.match(entry["source"] or "")
    return (
        source is not None
        and canonicalize_name(entry["name"]) == canonicalize_name(facts.name or "")
        and (lock.parent / source["path"]).resolve() == facts.root
    )


def _crates(manifest: Path) -> frozenset[str]:
    """Return the crates that have the version of a Cargo.toml: its own, and those of the workspace that inherit it."""
    names = {_crate(manifest, inherits=False), *(_crate(path, inherits=True) for path in _members(manifest))}
    return frozenset(filter(None, names))


def _crate(manifest: Path, *, inherits: bool) -> str | None:
    package = table_or_empty(_table(manifest).get("package"))
    is_inherited = table_or_empty(package.get("version")).get("workspace") is True
    return text_or_none(package.get("name")) if is_inherited or not inherits else None


def _members(manifest: Path) -> Iterator[Path]:
    workspace = table_or_empty(_table(manifest).get("workspace"))
    if "version" not in table_or_empty(workspace.get("package")):
        return
    for pattern in texts_or_none(workspace.get("members")) or ():
        yield from sorted(project_paths.matching(manifest.parent, f"{pattern}/Cargo.toml"))[:_MOST_MEMBERS]


def _table(manifest: Path) -> Mapping[str, object]:
    try:
        return loads(project_paths.text(manifest.parent, manifest.name) or "")
    except (ValueError, RecursionError):
        return {}
