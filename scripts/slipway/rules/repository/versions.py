"""Rules on tags and releases that do not belong together: each release is one tag and one version on the index."""

from collections.abc import Iterator

from packaging.version import Version

from slipway import versions
from slipway.rules.families import repository
from slipway.rules.repository.facts import RepositoryFacts, known
from slipway.rules.rule import Evidence, Skipped

LOOKED_AT = 20
"""Versions, the newest, whose tags are looked for; what came before was released in other ways."""


@repository.warning(
    "tag-without-release",
    title="The newest release tag has no release on the index",
    why="Whoever reads the tags takes it for released; its workflow was never started, or stopped on its way.",
    fix="`slipway status VERSION` says what is missing and the one next step.",
    example="the tag v1.3.0, while the index has nothing above 1.2.0",
)
def tag_without_release(repo: RepositoryFacts) -> Iterator[Evidence]:
    released = known(repo.released)
    above = [version for version in _tagged(repo) if not released or version > max(released)]
    # Where nothing was released yet, the newest tag stands for all.
    for version in sorted(above, reverse=True)[: None if released else 1]:
        tag = _tagged(repo)[version]
        yield Evidence(
            message=f"{repo.index} has no {version}, which the tag {tag} names.",
            seen=tag,
            fix=f"`slipway status {version}` says what is missing and the one next step.",
        )


@repository.note(
    "older-tag-without-release",
    title="Older release tags have no release on the index",
    why="They were never public there; who builds from such a tag has a version that nobody else has.",
    fix="Nothing has to be done where a later version was released in their place.",
    example="the tag v1.1.0, while the index has 1.0.0 and 1.2.0",
)
def older_tag_without_release(repo: RepositoryFacts) -> Iterator[Evidence]:
    released = known(repo.released)
    older = [version for version in _tagged(repo) if released and version < max(released)]
    # What was tagged before the first release was never meant for the index.
    left = sorted(version for version in older if version not in released and version > min(released))
    if left:
        listed = ", ".join(map(str, left[-LOOKED_AT:]))
        yield Evidence(message=f"{repo.index} has no release for these tags: {listed}.", seen=listed)


@repository.warning(
    "release-without-tag",
    title="A version on the index has no tag",
    why="Nobody can see what it was built from: it was published by hand, its tag was deleted, or it is not yours.",
    fix="Find out who published it. If you did, tag its commit; if nobody knows it, yank it and revoke all tokens.",
    example="1.2.1 on the index, and no tag v1.2.1",
)
def release_without_tag(repo: RepositoryFacts) -> Iterator[Evidence]:
    tagged = _named_anyhow(known(repo.tags))
    if not tagged:
        raise Skipped("no tag names a version")
    for version in sorted(known(repo.released) - repo.yanked, reverse=True)[:LOOKED_AT]:
        if version not in tagged and version > min(tagged):
            yield Evidence(message=f"{repo.index} has {version}, and no tag names it.", seen=str(version))


def _tagged(repo: RepositoryFacts) -> dict[Version, str]:
    """Return the release tags by their version."""
    tags = known(repo.tags)
    return {version: tag for tag in tags if (version := versions.of_tag(tag, repo.tag_prefix))}


def _named_anyhow(tags: tuple[str, ...]) -> set[Version]:
    """Return the versions that tags name behind any prefix, since prefixes change over the years."""
    return {version for tag in tags if (version := _at_the_end(tag[:200]))}


def _at_the_end(tag: str) -> Version | None:
    """Return the version that a tag ends in, from the first digit on with which it is one."""
    starts = (at for at, character in enumerate(tag) if character.isdigit())
    return next((version for at in starts if (version := versions.parsed(tag[at:]))), None)
