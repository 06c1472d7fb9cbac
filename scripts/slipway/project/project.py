"""The project's facts: everything that can be read of it without running its code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from msgspec import field
from msgspec.structs import fields

from slipway.project import (
    backends,
    compiled,
    layout,
    legacy_tables,
    package_settings,
    project_files,
    pyproject,
    settings,
    setup_cfg,
    setup_py,
    vcs_version,
    version_file,
)
from slipway.project.declared import FIELDS, Declared, License, Person, Readme
from slipway.project.layout import Layout
from slipway.project.project_files import BuildSystem, ProjectFiles
from slipway.project.settings import Settings
from slipway.project.version_file import VersionInFile


class Place(TypedDict):
    """A file of the project and a line of it, from 1."""

    file: str
    line: int | None


class ProjectFacts(BuildSystem, frozen=True, kw_only=True):
    """The declared facts of a project. A field is None where it is absent or only the build decides it.

    Attributes:
        version: only if static and literal.
        dynamic: names of fields that only the build decides, or decides in part (PEP 808).
        entry_points: group to name to object reference, `console_scripts` and `gui_scripts` among them.
        licence: expression, text or file.
        license_files: the globs as declared.
        home_page: only from setup.py, setup.cfg and the tables from before PEP 621; so is `download_url`.
        metadata_from: field to the file it is declared in.
        lines: field, index or key to its file and line; use `line_of`.
        layout: see `slipway.project.layout.Packages`; so are `packages` (top-level import names),
            `missing_packages` and `expected_package`.
        compiled_because: why its wheels are for one platform; None for a pure project.
        vcs_versioned: the tool that derives the version from the version control system.
        vcs_marks_local: whether that gives untagged and dirty checkouts a version with a local part.
        version_decided_by: what sets a version that is not written; None where nothing does.
        version_in_file: the literal version in a file from which the backend takes it, for a dynamic version.
        setup_py_fault: message and line of setup.py's syntax error.
        pyproject: pyproject.toml as parsed.
        settings: [tool.slipway].
    """

    name: str | None = None
    version: str | None = None
    dynamic: frozenset[str] = frozenset()
    requires_python: str | None = None
    dependencies: tuple[str, ...] | None = None
    optional_dependencies: Mapping[str, tuple[str, ...]] | None = None
    description: str | None = None
    readme: Readme | None = None
    licence: License | None = None
    license_files: tuple[str, ...] | None = None
    authors: tuple[Person, ...] | None = None
    maintainers: tuple[Person, ...] | None = None
    keywords: tuple[str, ...] | None = None
    classifiers: tuple[str, ...] | None = None
    urls: Mapping[str, str] | None = None
    home_page: str | None = None
    download_url: str | None = None
    entry_points: Mapping[str, Mapping[str, str]] | None = None
    import_names: tuple[str, ...] | None = None
    import_namespaces: tuple[str, ...] | None = None
    metadata_from: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[tuple[str | int, ...], tuple[str, int]] = field(default_factory=dict)
    layout: Layout = "unknown"
    packages: tuple[str, ...] = ()
    missing_packages: tuple[str, ...] = ()
    expected_package: str | None = None
    compiled_because: str | None = None
    vcs_versioned: str | None = None
    vcs_marks_local: bool = False
    version_decided_by: str | None = None
    version_in_file: VersionInFile | None = None
    setup_py_fault: tuple[str, int] | None = None
    pyproject: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @property
    def backend_in_tree(self) -> bool:
        """Whether the backend is part of the project itself (PEP 517 `backend-path`)."""
        return bool(self.backend_path)

    @property
    def compiled(self) -> bool:
        """Whether its wheels are made for one platform."""
        return self.compiled_because is not None

    @property
    def written_version(self) -> str | None:
        """The version, where it is written down somewhere: in the metadata, or in a file the backend takes it from."""
        return self.version or (self.version_in_file.version if self.version_in_file else None)

    @property
    def ignored(self) -> Mapping[str, str]:
        """Rule name to the reason why the project turned it off."""
        return self.settings.ignored

    @property
    def declared_in(self) -> str:
        """Where the metadata is declared: a file, or `poetry` or `flit` for the table of that tool in pyproject.toml."""
        if self.pyproject.get("project"):
            return pyproject.FILE
        tables = {"poetry-core": "poetry", "flit-core": "flit"}
        if table := tables.get(self.backend_name):
            return table
        return self.metadata_from.get("name", setup_py.FILE)

    def line_of(self, *path: str | int) -> tuple[str, int] | None:
        """Return file and line of a field, or of an item of it, as near as it is known.

        Args:
            path: a field (`"classifiers"`), with the index or key of an item (`"classifiers", 2`); or the
                path of any key of pyproject.toml (`"build-system", "requires", 0`).
        """
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None

    def at(self, *path: str | int) -> Place:
        """Return the place of a field for evidence: as `line_of`, or only the file where no line is known."""
        file, line = self.line_of(*path) or (self.metadata_from.get(str(path[0]), pyproject.FILE), None)
        return {"file": file, "line": line}


def read(root: Path) -> ProjectFacts:
    """Return the facts of the project in a folder. None of its code is run.

    Raises:
        InputError: there is no such folder, no project in it, a file of it cannot be parsed, or its
            [tool.slipway] table is wrong.
    """
    root = root.resolve()
    files = project_files.load(root)
    sources = _sources(files)
    values, metadata_from, dynamic = _merged(files, sources)
    packages = layout.find(root, package_settings.read(files), name=values.get("name"))
    vcs = vcs_version.vcs_versioned(files, static="version" in values)
    if vcs or vcs_version.is_tagged(files):
        values.pop("version", None)
        dynamic |= {"version"}
    from_file = None if "version" in values or vcs else version_file.find(files, packages.names)
    return ProjectFacts(
        **{one.name: getattr(files, one.name) for one in fields(BuildSystem)},
        **{_ATTRIBUTES.get(key, key.replace("-", "_")): value for key, value in values.items()},
        dynamic=dynamic,
        metadata_from=metadata_from,
        lines=_lines(files, sources, metadata_from),
        layout=packages.layout,
        packages=_import_names(values) or packages.names,
        missing_packages=packages.missing,
        expected_package=packages.expected,
        compiled_because=compiled.reason(files),
        vcs_versioned=vcs,
        vcs_marks_local=vcs is not None and vcs_version.marks_local(files, vcs),
        version_decided_by=vcs or (from_file.file if from_file else vcs_version.decided_by(files)),
        version_in_file=from_file,
        setup_py_fault=files.setup.fault if files.setup else None,
        pyproject=files.pyproject.tables,
        settings=settings.read(files.pyproject),
    )


_ATTRIBUTES = {"license": "licence"}


def _import_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the top-level names of what the project says it can be imported by (PEP 794)."""
    declared = (*values.get("import-names", ()), *values.get("import-namespaces", ()))
    return tuple(sorted({name.partition(";")[0].strip().partition(".")[0] for name in declared} - {""}))


def _sources(files: ProjectFiles) -> list[Declared]:
    """Return what each file declares, the one with precedence first.

    In setuptools the arguments of setup() override setup.cfg.
    """
    sources: list[Declared] = []
    if files.pyproject.table("project"):
        sources.append(pyproject.declared(files.pyproject))
    if files.backend_name == "poetry-core" and files.pyproject.table("tool", "poetry"):
        sources.append(legacy_tables.poetry(files.pyproject))
    if files.backend_name == "flit-core" and files.pyproject.table("tool", "flit", "metadata"):
        sources.append(legacy_tables.flit(files.pyproject))
    if files.backend_name in {"setuptools", backends.OTHER}:
        if files.setup is not None:
            sources.append(setup_py.declared(files.setup))
        if "setup.cfg" in files.present:
            sources.append(setup_cfg.declared(files.cfg))
    return sources


def _merged(
    files: ProjectFiles, sources: list[Declared]
) -> tuple[dict[str, Any], dict[str, str], frozenset[str]]:
    """Return the value of each field, the file it is from, and the fields that only the build decides.

    [project] overrides everything it does not call dynamic; what setup() computes overrides setup.cfg.
    """
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    dynamic: set[str] = set()
    closed: set[str] = set()
    for source in sources:
        for name, value in source.values.items():
            if name not in values and name not in closed:
                values[name], origin[name] = value, source.file
        dynamic |= source.dynamic - closed
        if source.is_project_table:
            closed |= set(FIELDS) - source.dynamic
            closed |= set(files.pyproject.table("tool", "setuptools", "dynamic"))
        else:
            closed |= source.dynamic
        dynamic |= set(FIELDS) - closed if source.incomplete else set()
    partly = {name for source in sources for name in source.dynamic & source.values.keys()}
    return values, origin, frozenset((dynamic - values.keys()) | partly)


def _lines(
    files: ProjectFiles, sources: list[Declared], origin: Mapping[str, str]
) -> dict[tuple[str | int, ...], tuple[str, int]]:
    lines = {path: (pyproject.FILE, line) for path, line in files.pyproject.lines.items()}
    for source in reversed(sources):
        for path, line in source.lines.items():
            if origin.get(str(path[0]), source.file) == source.file:
                lines[path] = (source.file, line)
    return lines
