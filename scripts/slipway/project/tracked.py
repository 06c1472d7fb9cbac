"""Which files git tracks in the project, and which of the sdist's files are in the checkout but not tracked."""

from dataclasses import dataclass
from pathlib import Path

from slipway.artifacts.sdist import SdistFacts
from slipway.project import git


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """The project's files as git sees them; paths are relative to its folder, with forward slashes.

    Attributes:
        absent: tracked files that the sdist does not have.
        strays: files of the sdist that are in the folder and not tracked.
    """

    absent: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()


def read(root: Path, sdist: SdistFacts) -> Tracked | None:
    """Return how an sdist differs from what git tracks of the project it was built from.

    Args:
        root: the project's folder, inside a repository.
        sdist: built from it.

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
    return Tracked(
        absent=tuple(path for path in sorted(tracked - held) if (root / path).is_file()),
        strays=tuple(path for path in sorted(held - tracked) if (root / path).is_file()),
    )
