"""Where the import packages are by a build backend's own settings; those of setuptools have their own module."""

from collections.abc import Callable, Mapping

from slipway.project import setuptools_packages
from slipway.project.declared import table_or_empty, text_or_none, texts_or_none
from slipway.project.layout import PackageSettings
from slipway.project.project_files import ProjectFiles
from slipway.project.setuptools_packages import folder_path


def read(files: ProjectFiles) -> PackageSettings:
    """Return the settings of the project's backend."""
    reader = _READERS.get(files.backend_name)
    return reader(files) if reader else PackageSettings()


_HATCH_SELECTION = {"artifacts", "bypass-selection", "force-include", "hooks", "include", "sources"}
"""Settings of hatchling with which it ships files without a package named like the project."""


def _hatchling(files: ProjectFiles) -> PackageSettings:
    build = files.pyproject.table("tool", "hatch", "build")
    wheel = files.pyproject.table("tool", "hatch", "build", "targets", "wheel")
    sources = wheel.get("sources", build.get("sources", ()))
    for key in ("packages", "only-include"):
        named = [path.strip("/") for path in texts_or_none(wheel.get(key, build.get(key))) or ()]
        if len(named) == 1 and named[0] in sources:
            return PackageSettings(folder=named[0])
        if named:
            split = [path.rpartition("/") for path in named]
            return PackageSettings(paths=tuple((folder, name) for folder, _, name in split))
    decided = _HATCH_SELECTION & (wheel.keys() | build.keys())
    return PackageSettings(needs_name=not decided)


def _flit(files: ProjectFiles) -> PackageSettings:
    tool = files.pyproject.table("tool", "flit")
    name = text_or_none(table_or_empty(tool.get("module")).get("name")) or text_or_none(
        table_or_empty(tool.get("metadata")).get("module")
    )
    if name is None:
        # flit keeps the dots of the project's name: `coherent.build` is the package `build` in a namespace.
        name = (text_or_none(files.pyproject.table("project").get("name")) or "").replace("-", "_")
        if "." not in name:
            return PackageSettings(needs_name=True)
    path = name.replace(".", "/")
    places = [(folder, file) for folder in ("src", "") for file in (path, f"{path}.py")]
    found = next((place for place in places if files.root.joinpath(*place).exists()), places[0])
    return PackageSettings(paths=(found,))


def _pdm(files: ProjectFiles) -> PackageSettings:
    build = files.pyproject.table("tool", "pdm", "build")
    folder = folder_path(build.get("package-dir"))
    includes = texts_or_none(build.get("includes")) or ()
    base = folder or ""
    named = [path.strip("/").removeprefix(f"{base}/") for path in includes if not path.startswith("tests")]
    plain = [path for path in named if path.endswith(".py") or (files.root / base / path).is_dir()]
    return PackageSettings(paths=tuple((base, path) for path in plain if "*" not in path), folder=folder)


def _poetry(files: ProjectFiles) -> PackageSettings:
    poetry = files.pyproject.table("tool", "poetry")
    packages = poetry.get("packages")
    tables = [table_or_empty(item) for item in packages] if isinstance(packages, list) else []
    paths = [
        (folder_path(table.get("from")) or "", include.strip("/").removesuffix("/**/*"))
        for table in tables
        if (include := text_or_none(table.get("include")))
    ]
    needs_name = poetry.get("package-mode") is not False and not poetry.get("include")
    return PackageSettings(paths=tuple(paths), needs_name=needs_name)


def _uv(files: ProjectFiles) -> PackageSettings:
    table = files.pyproject.table("tool", "uv", "build-backend")
    given = table.get("module-root", "src")
    folder = folder_path(given) or ""
    name = table.get("module-name")
    names = (name,) if isinstance(name, str) else texts_or_none(name)
    if names:
        return PackageSettings(paths=tuple((folder, name.replace(".", "/")) for name in names), folder=folder)
    return PackageSettings(folder=folder, needs_name=table.get("namespace") is not True)


def _maturin(files: ProjectFiles) -> PackageSettings:
    table = files.pyproject.table("tool", "maturin")
    folder = folder_path(table.get("python-source"))
    name = text_or_none(table.get("module-name"))
    if name and (files.root / (folder or "") / name.partition(".")[0]).is_dir():
        return PackageSettings(paths=((folder or "", name.partition(".")[0]),))
    return PackageSettings(folder=folder)


def _scikit_build(files: ProjectFiles) -> PackageSettings:
    packages = files.pyproject.table("tool", "scikit-build", "wheel").get("packages")
    named = list(packages.values()) if isinstance(packages, Mapping) else list(texts_or_none(packages) or ())
    split = [path.strip("/").rpartition("/") for path in named if isinstance(path, str)]
    return PackageSettings(paths=tuple((folder, name) for folder, _, name in split if name), discovers=False)


_READERS: Mapping[str, Callable[[ProjectFiles], PackageSettings]] = {
    "setuptools": setuptools_packages.read,
    "hatchling": _hatchling,
    "flit-core": _flit,
    "pdm-backend": _pdm,
    "poetry-core": _poetry,
    "uv-build": _uv,
    "maturin": _maturin,
    "scikit-build-core": _scikit_build,
}
