"""Versions that the version control system decides: which tool derives them from tags, and what it makes of them."""

import re

from packaging.utils import canonicalize_name

from slipway.project import backends
from slipway.project.declared import table_or_empty
from slipway.project.project_files import ProjectFiles

_HATCH_SOURCES = {
    "vcs": "hatch-vcs",
    "versioningit": "versioningit",
    "uv-dynamic-versioning": "uv-dynamic-versioning",
}
_REQUIREMENTS = ("setuptools-scm", "versioningit", "setuptools-git-versioning", "pbr")
_PLAIN_REQUIREMENTS = frozenset(
    {"setuptools", "wheel", "cython", "numpy", "pybind11", "cffi", "build", "pip"}
)
_LOCAL_SCHEMES = ("node-and-date", "node-and-timestamp", "dirty-tag")
_FORM_SETTINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
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


def vcs_versioned(files: ProjectFiles, *, static: bool) -> str | None:
    """Return the name of the tool that derives the version from tags and commits, or None if none does.

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


def _setuptools(files: ProjectFiles) -> str | None:
    setup = files.setup
    if setup and setup.tree and re.search(r"\bversioneer\.get_version\b", setup.text):
        return "versioneer"
    asked = {*setup.arguments, *setup.computed} if setup else set()
    if "use_scm_version" in asked and ("setup_requires" in asked or "setuptools-scm" in _required(files)):
        return "setuptools-scm"
    if "pbr" in asked:
        return "pbr"
    if files.pyproject.table("tool", "setuptools", "dynamic").get("version") or files.cfg.get(
        "metadata", "version"
    ):
        return None
    required = _required(files)
    return next((name for name in _REQUIREMENTS if name in required), None)


def marks_local(files: ProjectFiles, kind: str) -> bool:
    """Return whether a version between two tags, or from a dirty checkout, gets a local part (`+g1a2b3c4`).

    Each tool does so by default; with any setting for the form of the version it is assumed not to.
    """
    setup = files.setup
    in_setup_py = setup is not None and (
        "use_scm_version" in setup.computed
        or "local_scheme" in table_or_empty(setup.arguments.get("use_scm_version"))
    )
    if kind == "pbr" or in_setup_py:
        return False
    path, keys = _FORM_SETTINGS[kind]
    table = files.pyproject.table(*path)
    given = [table.get(key) for key in keys] + [files.cfg.get("versioneer", "style")]
    return all(value is None or value in _LOCAL_SCHEMES for value in given)


def is_tagged(files: ProjectFiles) -> bool:
    """Return whether setup.cfg has setuptools add something to the version that is written, such as `.dev`."""
    date = files.cfg.get("egg_info", "tag_date") or ""
    added = files.cfg.get("egg_info", "tag_build") or date.lower() not in {"", "0", "false", "no", "off"}
    return files.backend_name == "setuptools" and bool(added)


def decided_by(files: ProjectFiles) -> str | None:
    """Return what sets a version that is neither written nor from the VCS or a file; None if nothing does.

    In the last case setuptools builds version 0.0.0 and prints no warning. A build requirement outside the list of
    plain ones may be a plugin that sets the version.
    """
    if files.backend_name != "setuptools":
        return files.backend_name
    if files.pyproject.table("tool", "setuptools", "dynamic").get("version"):
        return "[tool.setuptools.dynamic]"
    if files.cfg.get("metadata", "version") or is_tagged(files):
        return "setup.cfg"
    if files.setup and (not files.setup.complete or "version" in files.setup.computed):
        return "setup.py"
    return min(_required(files) - _PLAIN_REQUIREMENTS, default=None)


def _required(files: ProjectFiles) -> set[str]:
    names = (_REQUIREMENT_NAME.match(text) for text in files.build_requires)
    return {canonicalize_name(name[1]) for name in names if name}
