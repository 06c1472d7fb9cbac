"""Rules on what the modules of a wheel import: its own modules are there, and Python's own are in every allowed Python."""

import posixpath
import re
from collections.abc import Iterator

from slipway.artifacts.python_imports import Absent
from slipway.artifacts.wheel import WheelFacts
from slipway.project.tracked import SOURCE_ROOTS, Tracked
from slipway.rules import missing_modules
from slipway.rules.artifact.places import is_for_development, is_for_users, own_names
from slipway.rules.families import release
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.wording import first, listed, quoted

_PLATFORM = re.compile(
    r"(?i)(?:^|[_.])(?:nt|win(?:dows|32)?|posix|unix|linux|darwin|mac(?:os)?|osx|java|android|ios)"
)
"""A module called so is imported on its platform only, and what it needs may be built there only."""
_VENDORED = re.compile(r"(?i)(?:^|/)_?(?:vendor|vendored|extern|third_party)/")
"""Copies of other packages, of which only what is needed is kept."""
SHOWN = 5


def _lacking(wheel: WheelFacts) -> Iterator[Absent]:
    """Yield the imports of the wheel's own modules that it lacks, one for each module."""
    seen: set[str] = set()
    own = own_names(wheel)
    for one in sorted(wheel.absent, key=lambda absent: absent.reach != "imported"):
        platform = one.reach != "imported" and (
            not wheel.filename.endswith("-any.whl") or _PLATFORM.search(one.path.removesuffix(".py"))
        )
        aside = is_for_development(one.path, own_names=own) or _VENDORED.search(one.path)
        if one.since is None and one.module not in seen and not platform and not aside:
            seen.add(one.module)
            yield one


def _evidence(release: ReleaseFacts, wheel: WheelFacts, one: Absent) -> Evidence:
    inside = (
        frozenset(path.partition("/")[2] for path in release.sdist.paths) if release.sdist else frozenset()
    )
    why = missing_modules.explain(
        one.module,
        in_sdist=inside,
        tracked=release.tracked,
        backend=release.plan.backend if release.plan else None,
    )
    return Evidence(
        f"{one.path} imports {quoted(one.module)}, which is not in the wheel{': ' + why.cause if why else ''}.",
        artifact=wheel.filename,
        file=one.path,
        line=one.line,
        seen=one.module,
        fix=why.fix if why else None,
    )


@release.error(
    "wheel-import-fails",
    title="Importing the package needs a module of its own that is not in the wheel",
    why="The package installs, and the first import ends in a ModuleNotFoundError.",
    fix="Include the module in the wheel, or remove the import.",
    example="`from demo.parts import part` in demo/__init__.py, without demo/parts",
)
def wheel_import_fails(release: ReleaseFacts) -> Iterator[Evidence]:
    for wheel in release.wheels:
        for one in _lacking(wheel):
            if one.reach == "imported":
                yield _evidence(release, wheel, one)


@release.warning(
    "wheel-module-lacks-module",
    title="A module of the wheel needs one of its own that is not in the wheel",
    why="Whoever uses that part of the package gets a ModuleNotFoundError, and nothing warns before.",
    fix="Include the module in the wheel, or remove the import.",
    example="`from demo.parts import part` in a function of demo/cli.py, without demo/parts",
)
def wheel_module_lacks_module(release: ReleaseFacts) -> Iterator[Evidence]:
    for wheel in release.wheels:
        found = [_evidence(release, wheel, one) for one in _lacking(wheel) if one.reach != "imported"]
        yield from first(found, SHOWN, "{} more imports in its modules find nothing.")


@release.error(
    "wheel-needs-newer-python",
    title="Importing the package needs a module or name that the oldest supported Python does not have",
    why="Installers put the wheel on every Python that Requires-Python allows; on the older ones the import fails.",
    fix="Raise `requires-python`, or import it in a `try` with the backport there is for older versions.",
    example='`import tomllib` with `requires-python = ">=3.10"`',
    read="https://docs.python.org/3/whatsnew/",
)
def wheel_needs_newer_python(release: ReleaseFacts) -> Iterator[Evidence]:
    for wheel in release.wheels:
        seen: set[str] = set()
        for one in wheel.absent:
            if one.since is not None and one.reach == "imported" and one.module not in seen:
                seen.add(one.module)
                python = wheel.metadata.one("requires-python") if wheel.metadata else None
                yield Evidence(
                    f"{one.path} imports {quoted(one.module)}, which came with Python 3.{one.since}, and "
                    f"Requires-Python is {python}.",
                    artifact=wheel.filename,
                    file=one.path,
                    line=one.line,
                    seen=python,
                    expected=f">=3.{one.since}",
                    fix=f"Write `>=3.{one.since}` for the lowest Python, or import it in a `try` with the backport "
                    "there is for older versions.",
                )


def imported_and_absent(release: ReleaseFacts) -> frozenset[str]:
    """Return the modules whose absence the rules above report."""
    return frozenset(one.module for wheel in release.wheels for one in _lacking(wheel))


@release.warning(
    "module-left-out",
    title="A module of the package is in git, and in neither the sdist nor the wheel",
    why="Nobody who installs the package has it; it is there in the checkout only.",
    fix="Include it; if it is left out on purpose, turn this rule off with the reason.",
    example="src/demo/models/net.py, with hatchling and a line `models/` in .gitignore",
)
def module_left_out(release: ReleaseFacts) -> Iterator[Evidence]:
    tracked = release.tracked
    if tracked is None:
        raise Skipped("there is no checkout in git beside the sdist")
    packages = {top.name for wheel in release.wheels for top in wheel.top_level if top.kind == "package"}
    homes = {f"{root}{package}/": root for package in packages for root in SOURCE_ROOTS}
    # A layout that the backend rearranges has none of its files where git has them, and is not compared.
    kept = {home: root for home, root in homes.items() if f"{home}__init__.py" not in tracked.absent}
    reported = imported_and_absent(release)
    backend = release.plan.backend if release.plan else None
    found: dict[missing_modules.Explanation, list[str]] = {}
    for path in tracked.absent:
        home = next((home for home in kept if path.startswith(home)), None)
        if home is None or not is_module_for_users(path[len(home) :]):
            continue
        module = path[len(kept[home]) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if not any(f"{module}.".startswith(f"{one}.") for one in reported):
            why = missing_modules.explain(module, in_sdist=(), tracked=tracked, backend=backend)
            if why is not None:
                found.setdefault(why, []).append(path)
    for why, paths in found.items():
        message = f"{quoted(paths[0])} is in neither the sdist nor the wheel: {why.cause}."
        yield Evidence(message, file=paths[0], seen=listed(paths), fix=why.fix)


def is_module_for_users(path: str) -> bool:
    """Whether a path inside a package is a module that those who install it may use."""
    return path.endswith(".py") and posixpath.basename(path) != "conftest.py" and is_for_users(path)


@release.warning(
    "inner-package-at-top-level",
    title="The wheel installs what is inside a package, without the package",
    why="`import demo` finds nothing, and its inner packages are importable under names that others may use too.",
    fix="Let the backend look beside the package, not in it: `where = ['.']` with `include = ['demo*']` in "
    "[tool.setuptools.packages.find].",
    example="`where = ['demo']` for a package demo with demo/parts, so that the wheel holds parts/",
)
def inner_package_at_top_level(release: ReleaseFacts) -> Iterator[Evidence]:
    sdist = release.sdist
    if sdist is None:
        raise Skipped("there is no sdist beside a wheel")
    paths = {path.partition("/")[2] for path in sdist.paths} | (release.tracked or Tracked()).paths
    packages = {posixpath.dirname(path) for path in paths if path.endswith("/__init__.py")}
    for wheel in release.wheels:
        tops = {top.name for top in wheel.top_level}
        outer: dict[str, list[str]] = {}
        for package in sorted(packages):
            folder, _, name = package.rpartition("/")
            is_plain = folder in packages and f"{posixpath.basename(folder)}/" not in SOURCE_ROOTS
            if is_plain and name in tops and posixpath.basename(folder) not in tops:
                outer.setdefault(folder, []).append(name)
        for folder, names in outer.items():
            if all(f"{root}{name}" not in packages for name in names for root in SOURCE_ROOTS):
                where, _, package = folder.rpartition("/")
                yield Evidence(
                    f"The wheel has {', '.join(names)} at the top level, and the source has them in the package {folder}.",
                    artifact=wheel.filename,
                    seen=", ".join(names),
                    expected=package,
                    fix=f"Let the backend look beside {package}, not in it: `where = ['{where or '.'}']` and "
                    f"`include = ['{package}*']` in [tool.setuptools.packages.find].",
                )
