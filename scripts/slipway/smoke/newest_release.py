"""The newest release on an index: which of its files an installer takes on the Pythons of this machine."""

from collections.abc import Iterable, Sequence

from packaging.utils import parse_wheel_filename
from packaging.version import Version

from slipway.comparing.other_release import is_of
from slipway.environments.interpreters import Interpreter
from slipway.index.listing import Listing, ServedFile
from slipway.smoke import choose


def find(listing: Listing, project: str) -> tuple[Version, list[ServedFile]] | None:
    """Return the newest release of a project that was not yanked, with its files; None where there is none.

    A pre-release is taken only where nothing else was released, as installers do
    (https://packaging.python.org/en/latest/specifications/version-specifiers/#handling-of-pre-releases).
    """
    releases = {
        version: ours
        for version, files in listing.released().items()
        if (ours := [file for file in files if is_of(file.filename, project)])
    }
    final = [version for version in releases if not version.is_prerelease]
    newest = max(final or releases, default=None)
    return None if newest is None else (newest, releases[newest])


def taken(names: Sequence[str], here: Iterable[Interpreter]) -> dict[Interpreter, str]:
    """Return the file of a release that an installer takes for each interpreter; nothing for one that none fits.

    That is the wheel with the best tag (PEP 425), else the sdist.

    Args:
        names: of the files of one release.
        here: interpreters of this machine.
    """
    sdist = next((name for name in names if not name.endswith(".whl")), None)
    chosen = {}
    for interpreter in here:
        order = {tag: number for number, tag in enumerate(choose.accepted(interpreter))}
        fitting = [name for name in names if name.endswith(".whl") and choose.fits(name, interpreter)]
        ranked = {
            name: min(order.get(tag, len(order)) for tag in parse_wheel_filename(name)[3]) for name in fitting
        }
        if (best := min(ranked, key=ranked.__getitem__, default=sdist)) is not None:
            chosen[interpreter] = best
    return chosen
