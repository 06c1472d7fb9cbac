"""Rules on the release beside the others that the index shows: its version, and how large its wheels are."""

from collections.abc import Iterator

from packaging.version import Version

from slipway.rules.families import index
from slipway.rules.index.facts import IndexFacts
from slipway.rules.index.previous_release import previous
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.size_limits import DEFAULT_SIZE_LIMIT, MIB
from slipway.versions import parsed

GROWTH = 5
"""How many times the wheel before it a wheel may be."""

SMALL = 2_000_000
"""Bytes; growing by less than this hurts nobody."""


@index.warning(
    "version-not-raised",
    title="The version is below what the index has already",
    why="Installers go on choosing the higher version, so that nobody gets this release without asking for it.",
    fix="Raise the version above the newest one; a fix of an older line continues that line, as 1.4.3 after 1.4.2.",
    example="1.9.0, where 1.10.0 is public and no other 1.9 is",
)
def version_not_raised(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.staging:
        raise Skipped("a staging version is below the release that it leads to")
    version, known = parsed(facts.version), facts.listing.released()
    if version is None or not known:
        raise Skipped(f"{facts.index} has no release to compare with")
    if version in known or version > max(known):
        return
    newest_of_series = max((one for one in known if _series(one) == _series(version)), default=None)
    if newest_of_series is None or version < newest_of_series:
        newest = max(known) if newest_of_series is None else newest_of_series
        yield Evidence(
            message=f"{facts.project} {version} is older than {newest}, which {facts.index} has already.",
            seen=str(version),
            expected=f"a version above {newest}",
        )


@index.error(
    "file-too-large-for-new-project",
    title="A file of a new project is larger than PyPI takes by default",
    why="A limit is raised for a project that exists; a new one has the limit of 100 MiB per file.",
    fix="Publish a small first release, ask for a higher limit on its page, then publish this one; or make the file "
    "smaller.",
    example="a wheel of 120 MiB as the first file of a project",
    mirrors=("C07",),
    cause="sdist-over-default-size",
)
def file_too_large_for_new_project(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.warehouse and not facts.listing.exists:
        yield from _larger(facts, DEFAULT_SIZE_LIMIT, "what PyPI takes for a new project")


@index.warning(
    "file-larger-than-any-before",
    title="A file is larger than the default limit and than any file of the project before",
    why="The limit of a project is not public; what PyPI took before is all that can be seen of it.",
    fix="Look at the limit in the project's settings on the index's site, and ask for a higher one before the release.",
    example="a wheel of 150 MiB, where the largest before had 120 MiB",
    mirrors=("C07",),
    cause="sdist-over-default-size",
)
def file_larger_than_any_before(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.warehouse and facts.listing.exists:
        known = max((file.size for file in facts.listing.files if file.size), default=0)
        yield from _larger(
            facts, max(known, DEFAULT_SIZE_LIMIT), "the largest file that is known to be taken"
        )


def _larger(facts: IndexFacts, limit: int, what: str) -> Iterator[Evidence]:
    for artifact in facts.waiting:
        if artifact.size > limit:
            yield Evidence(
                message=f"{artifact.filename} has {artifact.size / MIB:.1f} MiB; {what} has {limit / MIB:.1f} MiB.",
                artifact=artifact.filename,
                seen=f"{artifact.size} bytes",
                expected=f"at most {limit} bytes",
            )


def _series(version: Version) -> tuple[int, int, int]:
    """Return what releases of one maintained line have in common."""
    return version.epoch, version.major, version.minor


@index.warning(
    "wheel-grew-many-times",
    title="A wheel is many times as large as the one before",
    why="Data, tests or a build folder often slip in that way; everybody downloads them, and the project's quota "
    "shrinks.",
    fix="Compare what is in both, `unzip -l`; if it is meant, turn this rule off with the reason.",
    example="40 MB, where the release before had 2 MB",
    cause="grew-many-times",
)
def wheel_grew_many_times(facts: IndexFacts) -> Iterator[Evidence]:
    before = {tuple(f.filename.split("-")[-3:]): f for f in previous(facts) if f.filename.endswith(".whl")}
    for artifact in facts.artifacts:
        other = before.get(tuple(artifact.filename.split("-")[-3:]))
        if artifact.kind != "wheel" or other is None or not other.size:
            continue
        if artifact.size > GROWTH * other.size and artifact.size - other.size > SMALL:
            yield Evidence(
                message=f"{artifact.filename} is {artifact.size / other.size:.0f} times as large as {other.filename}.",
                artifact=artifact.filename,
                seen=f"{artifact.size / 1e6:.1f} MB",
                expected=f"about {other.size / 1e6:.1f} MB",
                subject=artifact.filename,
            )
