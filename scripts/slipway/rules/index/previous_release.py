"""Rules on a release beside the one before it on the index."""

from collections.abc import Iterable, Iterator

from slipway import versions
from slipway.index.listing import ServedFile
from slipway.rules.families import index
from slipway.rules.index.facts import IndexFacts
from slipway.rules.rule import Evidence, Skipped

FAMILIES = ("manylinux", "musllinux", "linux", "macosx", "win")


@index.error(
    "fewer-platforms-than-before",
    title="The release has no wheels for a platform that the one before had",
    why="Users of that platform get the sdist with the next upgrade, and need a compiler all of a sudden.",
    fix="Build the platform again. If it is dropped on purpose, say so in one line of pyproject.toml: "
    'fewer-platforms-than-before = "why", under [tool.slipway.ignore].',
    example="1.3.0 without the win_arm64 wheels that 1.2.0 had",
)
def fewer_platforms_than_before(facts: IndexFacts) -> Iterator[Evidence]:
    files = [file.filename for file in previous(facts)]
    before = platforms(files)
    now = platforms([artifact.filename for artifact in facts.artifacts])
    if "any" in now:
        return
    for platform in sorted(before - now):
        examples = [name for name in files if platform in platforms([name])]
        yield Evidence(
            message=f"The release before had wheels for {platform}, and this one has none.",
            seen="\n".join(examples[:3]),
        )


def previous(facts: IndexFacts) -> list[ServedFile]:
    """Return the files of the newest final release on the index that is older than this one.

    Raises:
        Skipped: there is none to compare with.
    """
    if not (files := facts.listing.before(versions.parsed(facts.version))):
        raise Skipped(f"{facts.index} has no earlier release to compare with")
    return files


def platforms(filenames: Iterable[str]) -> set[str]:
    """Return system and architecture of every wheel, without the version of the system; universal2 counts as both."""
    found: set[str] = set()
    for name in filenames:
        if not name.endswith(".whl"):
            continue
        for tag in name.removesuffix(".whl").rpartition("-")[2].split("."):
            system = next((family for family in FAMILIES if tag.startswith(family)), tag)
            machines = [m for m in MACHINES if tag.endswith(m)] or [""]
            wide = ["arm64", "x86_64"] if tag.endswith("universal2") else machines[:1]
            found |= {f"{system} {machine}".strip() for machine in wide}
    return found


MACHINES = (
    *("x86_64", "aarch64", "arm64", "amd64", "i686", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64"),
    *("win32", "universal2"),
)
