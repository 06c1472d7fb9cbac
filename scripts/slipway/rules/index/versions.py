"""Rules on the release beside the others that the index shows: its version, and how large its wheels are."""

from collections.abc import Iterator

from packaging.version import Version

from slipway.rules.families import index
from slipway.rules.index.facts import IndexFacts
from slipway.rules.index.previous_release import previous, released, version_of
from slipway.rules.rule import Evidence, Skipped

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
    version, known = version_of(facts.version), released(facts)
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
            )
