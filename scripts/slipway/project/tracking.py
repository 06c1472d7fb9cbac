"""Asking git which files of the project it tracks, and comparing an sdist with them."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from slipway import git as git_door
from slipway.artifacts.sdist import SdistFacts
from slipway.project import git, pyproject
from slipway.project.tracked import Tracked, paths_of

_RULE = re.compile(r"(?P<place>[^:\t]*+(?::(?!\d+:)[^:\t]*+)*:\d++):(?P<pattern>[^!\t][^\t]*)\t(?P<path>.+)")
"""A line of `git check-ignore --verbose`."""
_ASKED = 200
"""Paths of which git is asked whether a pattern ignores them; all are on one command line."""


def read(root: Path, sdist: SdistFacts, *, modules: Collection[str] = ()) -> Tracked | None:
    """Return how an sdist differs from what git tracks of the project it was built from.

    Args:
        root: the project's folder, inside a repository.
        sdist: built from it.
        modules: dotted names of modules that are looked for in the folder.

    Returns:
        None where the sdist could not be read completely.

    Raises:
        ToolError: git fails.
    """
    if not sdist.complete or sdist.top_directory is None:
        return None
    prefix = f"{sdist.top_directory}/"
    held = {m.path.removeprefix(prefix) for m in sdist.members if m.kind != "dir"}
    tracked = git.tracked(root)
    absent = tuple(path for path in sorted(tracked - held) if (root / path).is_file())
    places = {module: path for module in modules for path in paths_of(module) if (root / path).is_file()}
    return Tracked(
        paths=tracked,
        absent=absent,
        strays=tuple(path for path in sorted(held - tracked) if (root / path).is_file()),
        ignored=_ignored(root, [path for path in absent if path.endswith(".py")]),
        version_file=next((path for path in _version_files(root) if path in tracked), None),
        loose={module: path for module, path in places.items() if path not in tracked},
    )


def _version_files(root: Path) -> Iterator[str]:
    """Yield what setuptools-scm is set up to write (https://setuptools-scm.readthedocs.io/en/latest/config/)."""
    table = pyproject.load(root).table("tool", "setuptools_scm")
    for key in ("version_file", "write_to"):
        if isinstance(path := table.get(key), str):
            yield path


def _ignored(root: Path, paths: list[str]) -> dict[str, tuple[str, str]]:
    """Return the pattern that ignores each path, and where that is written (git-check-ignore, "--verbose")."""
    if not paths:
        return {}
    done = git_door.run(root, "check-ignore", "--no-index", "--verbose", "--", *paths[:_ASKED])
    found = [_RULE.fullmatch(line) for line in done.output.splitlines()]
    return {one["path"]: (one["pattern"], one["place"]) for one in found if one}
