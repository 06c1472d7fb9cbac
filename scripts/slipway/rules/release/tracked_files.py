"""Rules on the sdist beside the checkout: what git tracks is in it, and what git does not track is not."""

import posixpath
import re
from collections.abc import Iterator

from slipway.project.tracked import SOURCE_ROOTS, Tracked
from slipway.rules.artifact.places import TYPE_MARKER, is_for_users
from slipway.rules.families import release
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.release.left_out import DATA
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.wording import listed

CODE = frozenset({".pyi", ".pyx", ".pxd", ".pxi", ".c", ".cc", ".cpp", ".h", ".hpp", ".rs", ".f90"})

_GENERATED = re.compile(
    r"(^|/)(PKG-INFO|[^/]*\.egg-info/.*|_?_?(version|about|commit|build_info)[^/]*)$"
    r"|\.(c|cc|cpp|h|mo|so|pyd|dll|dylib|lock)$",
    re.IGNORECASE,
)
"""What a build writes into the checkout, and git should not track."""


def _tracked(release: ReleaseFacts) -> Tracked:
    if release.tracked is None:
        raise Skipped("there is no checkout in git beside the sdist")
    return release.tracked


IN_MANIFEST = (
    "Include it with a line in MANIFEST.in, `include {path}`, or let setuptools-scm include what git tracks. A wheel takes "
    "it with `include_package_data=True`, the default beside a [project] table."
)


@release.note(
    "tracked-file-left-out-of-sdist",
    title="A file of the package is in git and not in the sdist",
    why="The wheel is built from the sdist, so that it lacks the file too; so does everybody who builds from source.",
    fix="Include it in the sdist; if it is left out on purpose, turn this rule off with the reason.",
    fixes={
        "setuptools": IN_MANIFEST.format(path="src/demo/rates.json"),
        "hatchling": "See `include`, `only-include` and `exclude` in [tool.hatch.build.targets.sdist].",
        "poetry-core": "See `include` and `exclude` in [tool.poetry].",
    },
    example="src/demo/rates.json, with setuptools and neither package-data nor MANIFEST.in",
)
def tracked_file_left_out_of_sdist(release: ReleaseFacts) -> Iterator[Evidence]:
    absent = _tracked(release).absent
    packages = {top.name for wheel in release.wheels for top in wheel.top_level if top.kind == "package"}
    homes = [f"{root}{package}/" for package in packages for root in SOURCE_ROOTS]
    # A layout that the backend rearranges has none of its files where git has them, and is not compared.
    kept = [home for home in homes if f"{home}__init__.py" not in absent]
    paths = [p for p in absent if any(p.startswith(home) and _is_needed(p[len(home) :]) for home in kept)]
    if any(f"src/{package}/__init__.py" in _tracked(release).paths for package in packages):
        paths += [p for p in absent if p.startswith("src/") and p.count("/") == 1 and p.endswith(".py")]
    in_manifest = release.plan is not None and release.plan.backend == "setuptools"
    if paths:
        yield Evidence(
            f"git tracks files of the package that are not in the sdist, such as {paths[0]}.",
            seen=listed(paths),
            fix=IN_MANIFEST.format(path=paths[0]) if in_manifest else None,
        )


def _is_needed(path: str) -> bool:
    """Return whether users need a file, by its path inside the package."""
    name = posixpath.basename(path)
    wanted = name == TYPE_MARKER or posixpath.splitext(name)[1].lower() in CODE | DATA
    return wanted and name != "conftest.py" and is_for_users(path)


@release.warning(
    "lfs-pointer-in-artifact",
    title="An artifact holds a Git LFS pointer in place of the file",
    why="Users get a few lines of text where the code expects the data.",
    fix="Fetch the files before the build: `lfs: true` in actions/checkout, or `git lfs pull`.",
    example="src/demo/weights.bin with `version https://git-lfs.github.com/spec/v1` in its first line",
    read="https://github.com/actions/checkout#usage",
)
def lfs_pointer_in_artifact(release: ReleaseFacts) -> Iterator[Evidence]:
    holders = {one.filename: one.pointers for one in release.artifacts if one.pointers}
    for filename, paths in list(holders.items())[-1:]:
        yield Evidence(
            f"{' and '.join(holders)} {'hold' if len(holders) > 1 else 'holds'} Git LFS pointers, such as {paths[0]}.",
            artifact=filename,
            file=paths[0],
            seen=listed(paths),
        )


@release.note(
    "sdist-has-untracked-file",
    title="The sdist has a file that git does not track",
    why="Another checkout of the same commit builds another sdist, and something that nobody reviewed is published.",
    fix="Add the file to git, remove it, or exclude it from the sdist.",
    example="notes-to-self.txt in the project's folder, with a backend that takes everything",
)
def sdist_has_untracked_file(release: ReleaseFacts) -> Iterator[Evidence]:
    paths = [path for path in _tracked(release).strays if not _GENERATED.search(path)]
    if paths:
        yield Evidence(
            f"The sdist has files of this folder that git does not track, such as {paths[0]}.",
            seen=listed(paths),
        )
