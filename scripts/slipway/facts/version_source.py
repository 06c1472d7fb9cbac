"""Where a version that is not written in the metadata comes from: the version control system, or a file.

A literal version in a file can be read without running anything; one from the VCS only the build knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.utils import canonicalize_name

from slipway.facts.declared import table_or_empty, text_or_none
from slipway.facts.project_files import ProjectFiles
from slipway.facts.setup_py import NotLiteral, constants, literal, parse

VcsVersioning = Literal[
    "setuptools-scm",
    "hatch-vcs",
    "versioningit",
    "pdm scm",
    "poetry-dynamic-versioning",
    "uv-dynamic-versioning",
    "setuptools-git-versioning",
    "versioneer",
    "pbr",
]

_HATCH_SOURCES: dict[str, VcsVersioning] = {
    "vcs": "hatch-vcs",
    "versioningit": "versioningit",
    "uv-dynamic-versioning": "uv-dynamic-versioning",
}
_REQUIREMENTS: dict[str, VcsVersioning] = {
    "setuptools-scm": "setuptools-scm",
    "versioningit": "versioningit",
    "setuptools-git-versioning": "setuptools-git-versioning",
    "pbr": "pbr",
}
_PLAIN_REQUIREMENTS = frozenset(
    {"setuptools", "wheel", "cython", "numpy", "pybind11", "cffi", "build", "pip"}
)
_LOCAL_SCHEMES = ("node-and-date", "node-and-timestamp", "dirty-tag")
_FORM_SETTINGS: dict[VcsVersioning, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "setuptools-scm": (("tool", "setuptools_scm"), ("local_scheme",)),
    "hatch-vcs": (("tool", "hatch", "version", "raw-options"), ("local_scheme",)),
    "versioningit": (("tool", "versioningit"), ("format",)),
    "pdm scm": (("tool", "pdm", "version"), ("version_format",)),
    "poetry-dynamic-versioning": (
        ("tool", "poetry-dynamic-versioning"),
        ("metadata", "format", "format-jinja"),
    ),
    "uv-dynamic-versioning": (("tool", "uv-dynamic-versioning"), ("metadata", "format", "format-jinja")),
    "setuptools-git-versioning": (
        ("tool", "setuptools-git-versioning"),
        ("dev_template", "dirty_template"),
    ),
    "versioneer": (("tool", "versioneer"), ("style",)),
}
"""Tool to its table in pyproject.toml and the settings there that decide the form of the version."""
_REQUIREMENT_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_HATCH_PATTERN = re.compile(
    r"""^(?:__version__|VERSION)\s*(?::\s*str\s*)?=\s*(['"])v?(?P<version>.+?)\1""", re.MULTILINE
)
_ATTRIBUTE = re.compile(r"\s*attr\s*:\s*(?P<attribute>[\w.]+)\s*")
_FILE = re.compile(r"\s*file\s*:\s*(?P<file>[^,\n]+?)\s*")


@dataclass(frozen=True, kw_only=True)
class VersionInFile:
    """A literal version in a file from which the backend takes it."""

    version: str
    file: str
    line: int


def vcs_versioned(files: ProjectFiles, *, static: bool) -> VcsVersioning | None:
    """Return what derives the version from tags and commits, or None if nothing does.

    Args:
        files: the project.
        static: whether a version is written in the metadata. Then setuptools-scm among the build requirements
            merely lists files; only poetry's plugin overrides a written version.
    """
    pyproject = files.pyproject
    if pyproject.table("tool", "poetry-dynamic-versioning").get("enable"):
        return "poetry-dynamic-versioning"
    if static:
        return None
    source = pyproject.table("tool", "hatch", "version").get("source")
    if files.backend_name == "hatchling":
        return _HATCH_SOURCES.get(source) if isinstance(source, str) else None
    if files.backend_name == "pdm-backend":
        return "pdm scm" if pyproject.table("tool", "pdm", "version").get("source") == "scm" else None
    if files.backend_name == "scikit-build-core":
        provider = pyproject.table("tool", "scikit-build", "metadata", "version").get("provider", "")
        return "setuptools-scm" if str(provider).endswith("setuptools_scm") else None
    return _setuptools(files) if files.backend_name in {"setuptools", "other"} else None


def _setuptools(files: ProjectFiles) -> VcsVersioning | None:
    setup = files.setup
    if setup and setup.tree and re.search(r"\bversioneer\.get_version\b", setup.text):
        return "versioneer"
    asked = set(setup.arguments if setup else ()) | set(setup.computed if setup else ())
    if "use_scm_version" in asked:
        return "setuptools-scm"
    if "pbr" in asked:
        return "pbr"
    if files.pyproject.table("tool", "setuptools", "dynamic").get("version") or _names_attribute(files):
        return None
    required = {
        canonicalize_name(m[1]) for text in files.build_requires if (m := _REQUIREMENT_NAME.match(text))
    }
    return next((kind for name, kind in _REQUIREMENTS.items() if name in required), None)


def _names_attribute(files: ProjectFiles) -> bool:
    return bool(files.cfg.get("metadata", "version"))


def marks_local(files: ProjectFiles, kind: VcsVersioning) -> bool:
    """Return whether a version between two tags, or from a dirty checkout, gets a local part (`+g1a2b3c4`).

    That is what each tool does unless it is told otherwise; a setting that decides the form counts as that.
    """
    if kind == "pbr" or _scheme_in_setup_py(files):
        return False
    path, keys = _FORM_SETTINGS[kind]
    table = files.pyproject.table(*path)
    given = [table.get(key) for key in keys] + [files.cfg.get("versioneer", "style")]
    return all(value is None or value in _LOCAL_SCHEMES for value in given)


def _scheme_in_setup_py(files: ProjectFiles) -> bool:
    if files.setup is None:
        return False
    settings = files.setup.arguments.get("use_scm_version")
    return "use_scm_version" in files.setup.computed or "local_scheme" in table_or_empty(settings)


def decided_by(files: ProjectFiles) -> str | None:
    """Return what decides a version that is neither written nor taken from the VCS or a file; None for nothing.

    Then setuptools builds version 0.0.0 without a word. A build requirement that is not known as plain may be a
    plugin that sets the version.
    """
    if files.backend_name != "setuptools":
        return files.backend_name
    if files.pyproject.table("tool", "setuptools", "dynamic").get("version"):
        return "[tool.setuptools.dynamic]"
    if files.cfg.get("metadata", "version"):
        return "setup.cfg"
    if files.setup and (not files.setup.complete or "version" in files.setup.computed):
        return "setup.py"
    required = {
        canonicalize_name(m[1]) for text in files.build_requires if (m := _REQUIREMENT_NAME.match(text))
    }
    return next(iter(sorted(required - _PLAIN_REQUIREMENTS)), None)


def version_in_file(files: ProjectFiles, packages: tuple[str, ...]) -> VersionInFile | None:
    """Return the literal version that the backend will read from a file, where there is one.

    Args:
        files: the project.
        packages: its top-level import names.
    """
    pyproject = files.pyproject
    if files.backend_name == "hatchling":
        return _hatch(files)
    if files.backend_name == "pdm-backend":
        table = pyproject.table("tool", "pdm", "version")
        path = text_or_none(table.get("path"))
        return in_module(files.root, path) if table.get("source", "file") == "file" and path else None
    if files.backend_name == "flit-core":
        paths = (path for package in packages[:1] for path in module_files(package))
        return next((found for path in paths if (found := in_module(files.root, path))), None)
    if files.backend_name == "setuptools":
        return _setuptools_file(files)
    return None


def _hatch(files: ProjectFiles) -> VersionInFile | None:
    table = files.pyproject.table("tool", "hatch", "version")
    path, pattern = text_or_none(table.get("path")), table.get("pattern", True)
    if table.get("source", "regex") != "regex" or path is None or pattern is not True:
        return None
    text = _text(files.root, path)
    match = _HATCH_PATTERN.search(text or "")
    if text is None or match is None:
        return None
    return VersionInFile(version=match["version"], file=path, line=text.count("\n", 0, match.start()) + 1)


def _setuptools_file(files: ProjectFiles) -> VersionInFile | None:
    dynamic = table_or_empty(files.pyproject.table("tool", "setuptools", "dynamic").get("version"))
    declared = files.cfg.get("metadata", "version") or ""
    attribute, file = text_or_none(dynamic.get("attr")), text_or_none(dynamic.get("file"))
    if found := _ATTRIBUTE.fullmatch(declared):
        attribute = found["attribute"]
    if found := _FILE.fullmatch(declared):
        file = found["file"]
    if attribute and "." in attribute:
        module, _, name = attribute.rpartition(".")
        paths = (path for path in module_files(module))
        return next((v for path in paths if (v := in_module(files.root, path, name))), None)
    text = _text(files.root, file) if file else None
    stripped = (text or "").strip()
    if file and stripped and "\n" not in stripped:
        return VersionInFile(version=stripped, file=file, line=1)
    return None


def module_files(module: str) -> Iterator[str]:
    """Yield the paths at which a module's source may lie in a project."""
    path = module.replace(".", "/")
    for root in ("src/", "", "lib/"):
        yield f"{root}{path}/__init__.py"
        yield f"{root}{path}.py"


def in_module(root: Path, path: str, name: str = "__version__") -> VersionInFile | None:
    """Return the version a module binds literally and once, or None."""
    text = _text(root, path)
    if text is None:
        return None
    try:
        names = constants(parse(text.encode()))
        value = literal(names[name], names)
    except (SyntaxError, ValueError, RecursionError, KeyError, NotLiteral):
        return None
    if not isinstance(value, str):
        return None
    return VersionInFile(version=value, file=path, line=names[name].lineno)


def _text(root: Path, path: str) -> str | None:
    """Return the text of a file inside the project, or None if there is none that can be read."""
    target = root / path
    try:
        if not target.resolve().is_relative_to(root.resolve()) or target.stat().st_size > 1024 * 1024:
            return None
        return target.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None
