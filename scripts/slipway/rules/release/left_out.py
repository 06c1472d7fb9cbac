"""Rules on what the sdist has and the wheel lacks: packages, data files and the marker of type hints."""

import posixpath
from collections.abc import Iterator

from slipway.artifacts.wheel import WheelFacts
from slipway.project.tracked import SOURCE_ROOTS
from slipway.rules.artifact.places import TYPE_MARKER, is_for_users
from slipway.rules.backends import fixes
from slipway.rules.families import release
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.release.imports import imported_and_absent
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.wording import SHOWN, listed

DATA = frozenset(
    {
        ".cfg", ".css", ".csv", ".html", ".ini", ".j2", ".jinja", ".jinja2", ".js", ".json", ".mo", ".po", ".png",
        ".proto", ".schema", ".sql", ".svg", ".toml", ".tsv", ".ttf", ".xml", ".xsd", ".yaml", ".yml",
    }
)  # fmt: skip
"""Endings of what code reads while it runs; sources of compiled code and texts for people are left out on purpose."""


def _left_out(release: ReleaseFacts) -> list[str]:
    """Return what of the wheel's own packages the sdist has and the wheel lacks, as paths in site-packages.

    Raises:
        Skipped: there are no two artifacts to compare.
    """
    sdist, wheel = release.sdist, _wheel(release)
    if sdist is None or wheel is None or not (sdist.complete and wheel.complete):
        raise Skipped("there is no sdist beside a wheel that could be read whole")
    packages = {top.name for top in wheel.top_level if top.kind == "package"}
    prefixes = [f"{sdist.top_directory}/{root}{package}/" for package in packages for root in SOURCE_ROOTS]
    roots = {prefix for prefix in prefixes if f"{prefix}__init__.py" in sdist.paths}
    found = []
    for path in sdist.paths:
        for root in roots:
            if path.startswith(root):
                package = root.rstrip("/").rpartition("/")[2]
                found.append(f"{package}/{path[len(root) :]}")
    return sorted(path for path in set(found) - wheel.paths if is_for_users(path.partition("/")[2]))


def _wheel(release: ReleaseFacts) -> WheelFacts | None:
    return next((a for a in release.artifacts if isinstance(a, WheelFacts)), None)


@release.warning(
    "package-left-out-of-wheel",
    title="A package is in the sdist and not in the wheel",
    why="`import demo` works, and the first use of the missing part fails for everybody who installs the wheel.",
    fix="Include it in the wheel; if it is left out on purpose, turn this rule off with the reason.",
    fixes=fixes("include-data"),
    example='packages = ["demo"], beside src/demo/parts/__init__.py',
)
def package_left_out_of_wheel(release: ReleaseFacts) -> Iterator[Evidence]:
    wheel = _wheel(release)
    folders = {posixpath.dirname(p) for p in _left_out(release) if posixpath.basename(p) == "__init__.py"}
    held = {posixpath.dirname(path) for path in wheel.paths} if wheel else set()
    missing = sorted(folder for folder in folders if not any(f"{h}/".startswith(f"{folder}/") for h in held))
    top = [folder for folder in missing if posixpath.dirname(folder) not in missing]
    reported = imported_and_absent(release)
    for folder in [one for one in top if one.replace("/", ".") not in reported][:SHOWN]:
        yield Evidence(
            f"The package {folder.replace('/', '.')} is in the sdist and not in the wheel.",
            file=folder,
        )


@release.note(
    "data-left-out-of-wheel",
    title="Data files are in the sdist and not in the wheel",
    why="Code that reads them works in the checkout, and fails for everybody who installs the wheel.",
    fix="Include them in the wheel if the code reads them while it runs.",
    fixes=fixes("include-data"),
    example="src/demo/rates.json, with setuptools and no package-data",
)
def data_left_out_of_wheel(release: ReleaseFacts) -> Iterator[Evidence]:
    files = [path for path in _left_out(release) if posixpath.splitext(path)[1].lower() in DATA]
    if files:
        yield Evidence(
            f"Data files of the package are in the sdist and not in the wheel, such as {files[0]}.",
            seen=listed(files),
        )


@release.warning(
    "type-marker-left-out-of-wheel",
    title="The marker of type hints is in the sdist and not in the wheel",
    why="Type checkers ignore the package's hints: for its users it is untyped.",
    fix="Include py.typed in the wheel.",
    fixes=fixes("include-data"),
    example="src/demo/py.typed, with setuptools and no package-data",
    read="https://typing.python.org/en/latest/spec/distributing.html",
)
def type_marker_left_out_of_wheel(release: ReleaseFacts) -> Iterator[Evidence]:
    for path in _left_out(release):
        if posixpath.basename(path) == TYPE_MARKER:
            yield Evidence(f"{path} is in the sdist and not in the wheel.", file=path)
