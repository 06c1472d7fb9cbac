"""The build backends that are known: their names, the modules they are imported from, the projects that bring them."""

import re

from msgspec import Struct

OTHER = "other"
"""The name of every backend that is not in the table."""


class Backend(Struct, frozen=True):
    """A build backend.

    Attributes:
        name: what it is called in Slipway, which is the name of its project.
        modules: first parts of the import paths it has or had.
        requirements: normalised names of the projects that bring it, its own first.
    """

    name: str
    modules: tuple[str, ...]
    requirements: tuple[str, ...]


BACKENDS = {
    backend.name: backend
    for backend in (
        Backend("setuptools", ("setuptools",), ("setuptools",)),
        Backend("hatchling", ("hatchling",), ("hatchling", "hatch")),
        Backend("flit-core", ("flit_core", "flit"), ("flit-core", "flit")),
        Backend("pdm-backend", ("pdm",), ("pdm-backend", "pdm-pep517")),
        Backend("poetry-core", ("poetry",), ("poetry-core", "poetry", "poetry-dynamic-versioning")),
        Backend("uv-build", ("uv_build",), ("uv-build", "uv")),
        Backend("maturin", ("maturin",), ("maturin",)),
        Backend("scikit-build-core", ("scikit_build_core",), ("scikit-build-core",)),
        Backend("meson-python", ("mesonpy",), ("meson-python",)),
    )
}
"""By name."""

_BY_MODULE = {module: backend.name for backend in BACKENDS.values() for module in backend.modules}
_IMPORTS = re.compile(rf"^[ \t\f]*(?:from|import)[ \t]+({'|'.join(_BY_MODULE)})(?=[\s.,])", re.MULTILINE)


def name_of(import_path: str) -> str | None:
    """Return the name of the backend with an import path (`hatchling.build`), None for one that is not known."""
    return _BY_MODULE.get(re.split(r"[.:]", import_path, maxsplit=1)[0])


def imported_in(source: str) -> set[str]:
    """Return the names of the backends that a Python file imports."""
    return {_BY_MODULE[module] for module in _IMPORTS.findall(source)}
