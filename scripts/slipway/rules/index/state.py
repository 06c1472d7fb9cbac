"""Rules on the index: what it shows of the project decides whether it takes the release."""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from slipway import versions
from slipway.index.listing import OPEN_FOR, days_left
from slipway.rules.families import index
from slipway.rules.index import standard_names
from slipway.rules.index.facts import IndexFacts
from slipway.rules.rule import Evidence, Skipped

PROJECT_LIMIT = 10 * 1024**3
"""Bytes of all files of a project, unless PyPI raised it (warehouse, `constants.py`)."""

_REPOSITORY = re.compile(
    r"https?://(?:www\.)?github\.com/([\w.-]{1,100}/[\w.-]{1,100}?)(?:\.git)?(?:[/#?]|$)"
)
_TAGGED = re.compile(r"(?<![\d.])\d[\w.+!-]{0,100}$")
"""The version at the end of a tag, whatever stands before it."""
_ALIKE = str.maketrans({"l": "1", "i": "1", "o": "0"})


@index.error(
    "project-archived",
    title="The project is archived on the index",
    why="An archived project takes no uploads, from nobody; the index only says that the upload is not allowed.",
    fix="An owner opens the project's settings on the index's site and unarchives it; archive it again afterwards.",
    example='"project-status": {"status": "archived"} in the simple API',
    mirrors=("I01",),
)
def project_archived(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.listing.status == "archived" and facts.is_open:
        yield Evidence(message=f"{facts.project} is archived on {facts.index}.")


@index.error(
    "project-quarantined",
    title="The project is in quarantine on the index",
    why="The index's administrators suspect malware: the project is hidden, and takes no uploads.",
    fix="Write to the index's support and wait for their answer; nothing can be published until then.",
    example='"project-status": {"status": "quarantined"} in the simple API',
    mirrors=("I02",),
)
def project_quarantined(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.listing.status == "quarantined":
        yield Evidence(message=f"{facts.project} is in quarantine on {facts.index}.")


@index.error(
    "filename-taken",
    title="The index has a file of this name with other bytes",
    why="This version was released before, from another build, and an index never takes a name twice.",
    fix="Release under a new version; or publish the files of the first build, which are safe to send again.",
    example="spam-1.0.tar.gz, built again after spam 1.0 was published",
    mirrors=("I03",),
)
def filename_taken(facts: IndexFacts) -> Iterator[Evidence]:
    for artifact in facts.artifacts:
        served = facts.listing.named(artifact.filename)
        if served is not None and served.sha256 not in {None, artifact.sha256}:
            yield Evidence(
                message=f"{facts.index} already has a {artifact.filename} with other bytes.",
                artifact=artifact.filename,
                seen=f"SHA-256 {served.sha256} on the index",
                expected=f"SHA-256 {artifact.sha256}",
            )


@index.error(
    "bytes-published-before",
    title="The very same bytes are on the index under another name",
    why="The index keeps every content once and refuses it under a second filename.",
    fix="Build the file anew, so that its name and version are also inside it, and do not rename artifacts.",
    example="spam-1.1.tar.gz that is a renamed copy of spam-1.0.tar.gz",
    mirrors=("I04",),
)
def bytes_published_before(facts: IndexFacts) -> Iterator[Evidence]:
    _insist_on_warehouse(facts)
    for artifact in facts.waiting:
        for served in facts.listing.files:
            if served.sha256 == artifact.sha256:
                yield Evidence(
                    message=f"{artifact.filename} has the very bytes of {served.filename}, which is on the index.",
                    artifact=artifact.filename,
                    seen=served.filename,
                )


@index.warning(
    "release-emptied-before",
    title="Files of this version were deleted from the index",
    why="A deleted file's name is used up for ever; if one of yours had it, the index refuses that file.",
    fix="Release under a new version; a post-release such as 1.0.post1 is enough.",
    example="spam 1.0, deleted yesterday to upload it again today",
    mirrors=("I05",),
)
def release_emptied_before(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.is_open and facts.version in facts.emptied:
        yield Evidence(
            message=f"{facts.index} had files of {facts.project} {facts.version} that were deleted.",
            seen=facts.version,
        )


@index.error(
    "release-closed",
    title="The release is too old for new files",
    why=f"{OPEN_FOR} days after its first file an index closes a release; what is missing then stays missing.",
    fix="Release the missing files under a new version; a post-release such as 1.0.post1 is enough.",
    example="a wheel for a new Python, added to last year's release",
    mirrors=("I06",),
)
def release_closed(facts: IndexFacts) -> Iterator[Evidence]:
    _insist_on_warehouse(facts)
    left = days_left(facts.listing.of_version(facts.version), now=facts.now)
    if facts.waiting and left is not None and left <= 0:
        names = ", ".join(artifact.filename for artifact in facts.waiting)
        yield Evidence(
            message=f"{facts.project} {facts.version} is closed: {names} can no longer be added.",
            seen=f"first file more than {OPEN_FOR} days old",
        )


@index.error(
    "second-sdist",
    title="The release has an sdist under another name",
    why="A release has one sdist; versions that mean the same, such as 1.0 and 1.0.0, are one release.",
    fix="Publish the first sdist's own bytes, or release under a new version.",
    example="spam-1.0.0.tar.gz where spam-1.0.tar.gz is public",
    mirrors=("I07",),
)
def second_sdist(facts: IndexFacts) -> Iterator[Evidence]:
    _insist_on_warehouse(facts)
    served = [f for f in facts.listing.of_version(facts.version) if not f.filename.endswith(".whl")]
    for artifact in facts.waiting:
        if artifact.kind == "sdist" and served:
            yield Evidence(
                message=f"{facts.project} {facts.version} has an sdist already: {served[0].filename}.",
                artifact=artifact.filename,
                seen=served[0].filename,
            )


@index.warning(
    "project-over-quota",
    title="The release takes the project over its size limit",
    why="PyPI refuses files beyond the project's limit, in the middle of a release if it must be.",
    fix="Ask for a higher limit early, or delete old pre-releases on the index's site. A raised limit is not "
    "public; if you have one, ignore this.",
    example="300 MB of wheels for a project that has 9.9 GiB",
    mirrors=("I08",),
)
def project_over_quota(facts: IndexFacts) -> Iterator[Evidence]:
    _insist_on_warehouse(facts)
    sizes = [file.size for file in facts.listing.files]
    if None in sizes:
        raise Skipped("the index does not show sizes")
    used = sum(size for size in sizes if size)
    if used > PROJECT_LIMIT:
        raise Skipped("the project has more than the usual limit already, so it has one of its own")
    more = sum(artifact.size for artifact in facts.waiting)
    if used + more > PROJECT_LIMIT:
        yield Evidence(
            message=f"With this release {facts.project} would pass the {PROJECT_LIMIT // 1024**3} GiB of a project.",
            seen=f"{used + more} bytes",
            expected=f"at most {PROJECT_LIMIT} bytes, unless the limit was raised",
        )


@index.error(
    "project-name-too-similar",
    title="The new project's name is too similar to one that exists",
    why="PyPI creates no project whose name differs from another only in separators or in l, i and 1, o and 0.",
    fix="Choose another name. If the other project is yours, use its spelling.",
    example="py-yaml, beside pyyaml",
    mirrors=("I10",),
)
def project_name_too_similar(facts: IndexFacts) -> Iterator[Evidence]:
    _insist_on_warehouse(facts)
    if facts.listing.exists:
        return
    if facts.project_names is None:
        raise Skipped("the index does not list its projects")
    ours = canonicalize_name(facts.project)
    alike = sorted(name for name in facts.project_names if name != ours and _reduced(name) == _reduced(ours))
    if alike:
        yield Evidence(message=f"{facts.project} is too similar to {alike[0]}.", seen=", ".join(alike[:5]))


@index.warning(
    "project-of-somebody-else",
    title="The project of this name on the index looks like another one",
    why="Only its owners may upload: a release of yours is refused. Until then, who installs by this name gets their code.",
    fix="If it is not yours, choose another name for the distribution; the package that is imported and the commands keep "
    "theirs. If it is, link its page to this repository, and fetch the tags of its releases.",
    example="your slipway 0.1.0, where PyPI has a slipway 0.14.0 that links to another repository",
)
def project_of_somebody_else(facts: IndexFacts) -> Iterator[Evidence]:
    if facts.repository is None or facts.tags is None:
        raise Skipped("the repository or its tags are not known here")
    linked = {matched[1].lower() for link in facts.links if (matched := _REPOSITORY.match(link))}
    if not linked or facts.repository.lower() in linked:
        return
    public = {file.version for file in facts.listing.files} - {None}
    tagged = {versions.parsed(matched[0]) for tag in facts.tags if (matched := _TAGGED.search(tag))}
    if public and not public & tagged:
        yield Evidence(
            message=f"{facts.project} on {facts.index} belongs to {min(linked)} by its links, and none of its "
            f"{len(public)} versions is tagged in {facts.repository}.",
            seen=min(linked),
            expected=facts.repository,
        )


def _reduced(name: str) -> str:
    """Return what is left of a name when look-alikes are one (warehouse, SQL `ultranormalize_name`)."""
    return re.sub(r"[._-]", "", name.lower()).translate(_ALIKE)


@index.error(
    "project-name-in-standard-library",
    title="The new project is called like a module of the standard library",
    why="PyPI creates no project with the name of a standard module, of whichever Python version.",
    fix="Choose another name for the project; the import package may keep its own.",
    example='name = "dataclasses"',
    mirrors=("C17",),
)
def project_name_in_standard_library(facts: IndexFacts) -> Iterator[Evidence]:
    _insist_on_warehouse(facts)
    if facts.asked and not facts.listing.exists and standard_names.is_standard(facts.project):
        yield Evidence(message=f"{facts.project} is a module of Python's standard library.")


@index.note(
    "project-name-of-standard-module",
    title="The project is called like a module of the standard library, and no index was asked about it",
    why="PyPI creates no project with the name of a standard module; one that it has already goes on as it is.",
    fix="If the project is not on PyPI yet, choose another name; `check --index pypi` looks it up.",
    example='name = "statistics"',
    mirrors=("C17",),
)
def project_name_of_standard_module(facts: IndexFacts) -> Iterator[Evidence]:
    if not facts.asked and standard_names.is_standard(facts.project):
        message = f"{facts.project} is a module of Python's standard library: PyPI takes it only if it has it already."
        yield Evidence(message=message)


def _insist_on_warehouse(facts: IndexFacts) -> None:
    if not facts.warehouse:
        raise Skipped(f"{facts.index} is not run with PyPI's software, so its rules are not known")
