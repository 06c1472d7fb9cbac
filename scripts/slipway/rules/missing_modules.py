"""Why a module of the project is not in what it publishes: what left it out, and what brings it in."""

import posixpath
from collections.abc import Collection
from typing import NamedTuple

from slipway.project.tracked import SOURCE_ROOTS, Tracked, paths_of
from slipway.rules.artifact.places import NOT_FOR_USERS

FOLLOW_GITIGNORE = frozenset({"hatchling", "maturin", "scikit-build-core"})
"""Backends that leave out what a pattern in .gitignore matches, tracked or not."""

_IN_WHEEL = {
    "setuptools": "Name the package in `packages`, or let setuptools find it: `packages=find_packages()` in setup.py, "
    "`packages = find:` in setup.cfg, or [tool.setuptools.packages.find] in pyproject.toml; modules beside the "
    "packages belong in `py_modules`.",
    "hatchling": "Add its folder to `packages` in [tool.hatch.build.targets.wheel].",
    "poetry-core": "Add it to `packages` in [tool.poetry], and see that `exclude` does not name it.",
    "meson-python": "Give it to `py.install_sources` in meson.build.",
    "uv-build": "Name it in `module-name` of [tool.uv.build-backend]; it includes no other module.",
    "flit-core": "Move it into the package; flit includes one package or module.",
    "pdm-backend": "Add it to `includes` in [tool.pdm.build].",
}
_IN_SDIST = _IN_WHEEL | {
    "setuptools": _IN_WHEEL["setuptools"].removesuffix(".") + "; see that MANIFEST.in does not exclude it.",
}


class Explanation(NamedTuple):
    """Why a module is missing, as half a sentence, and what to do."""

    cause: str
    fix: str


def source_of(module: str, paths: Collection[str]) -> str | None:
    """Return the path of a module's source among some, a folder for one without `__init__.py`; None if it is not there."""
    if found := next((path for path in paths_of(module) if path in paths), None):
        return found
    folders = [f"{root}{module.replace('.', '/')}/" for root in SOURCE_ROOTS]
    return next((f for f in folders if any(p.startswith(f) and p.endswith(".py") for p in paths)), None)


def explain(
    module: str, *, in_sdist: Collection[str], tracked: Tracked | None, backend: str | None
) -> Explanation | None:
    """Return why a module is in no artifact, or only in the sdist; None where the project does not have it.

    Args:
        module: its dotted name.
        in_sdist: the paths in the sdist, without the top folder.
        tracked: what git tracks.
        backend: the project's build backend.
    """
    path = source_of(module, in_sdist)
    if path is None and tracked is not None:
        path = source_of(module, tracked.paths)
        if path is None and module in tracked.loose:
            return _untracked(tracked.loose[module], backend)
        if path is not None and (ignored := _ignored_by(path, tracked)) and backend in FOLLOW_GITIGNORE:
            return _ignored(path, *ignored, backend)
    if path is None:
        return None
    if not path.endswith((".py", "/")):
        return Explanation(
            f"its source {path} is there, and no compiled module", "Build the extension as part of the wheel."
        )
    top = module.partition(".")[0]
    if top in NOT_FOR_USERS:
        return Explanation(
            f"the project has it as {path}, at its top",
            f"Move {path} into the package, and correct what names it: many projects have a top-level `{top}`, and "
            "installed ones overwrite each other.",
        )
    known = {*in_sdist, *(tracked.paths if tracked else ())}
    folder = posixpath.dirname(path)
    if backend == "setuptools" and folder and f"{folder}/__init__.py" not in known and "/" in folder:
        return Explanation(
            f"{folder} has no __init__.py, so that setuptools does not find it as a package",
            f"Add an empty file {folder}/__init__.py; where the packages are listed by name, add it to the list.",
        )
    if source_of(module, in_sdist):
        fix = _IN_WHEEL.get(backend or "", "Include it in the wheel, in the settings of the build backend.")
        return Explanation(f"the sdist has it as {path}, and the wheel does not have it", fix)
    fix = _IN_SDIST.get(
        backend or "", "Include it in the sdist and the wheel, in the settings of the backend."
    )
    return Explanation(f"git tracks it as {path}, and neither the sdist nor the wheel has it", fix)


def _ignored_by(path: str, tracked: Tracked) -> tuple[str, str] | None:
    return next((why for one, why in tracked.ignored.items() if one == path or one.startswith(path)), None)


def _ignored(path: str, pattern: str, place: str, backend: str | None) -> Explanation:
    folder = path if path.endswith("/") else posixpath.dirname(path) + "/"
    return Explanation(
        f"git tracks {path}, but the pattern `{pattern}` in {place} matches it, and {backend} leaves out what matches",
        f"Make the pattern match less, for example `/{pattern.lstrip('/')}` for the top folder only, or add a line "
        f"`!/{folder}` below it.",
    )


def _untracked(path: str, backend: str | None) -> Explanation:
    generated = "if a step generates it, let that step run before each build"
    if backend == "hatchling":
        generated += f' and add `artifacts = ["{path}"]` to [tool.hatch.build]'
    return Explanation(
        f"{path} is in this folder, and git does not track it",
        f"Add it to git, without a pattern in .gitignore that matches it; {generated}.",
    )
