"""Versions that the version control system decides: which tool derives them from tags, and what it makes of them."""

from __future__ import annotations

import re
from typing import Literal

from packaging.utils import canonicalize_name

from slipway.project import backends
from slipway.project.declared import table_or_empty
from slipway.project.project_files import ProjectFiles

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
    return _setuptools(files) if files.backend_name in {"setuptools", backends.OTHER} else None


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
