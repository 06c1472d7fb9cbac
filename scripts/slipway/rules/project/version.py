"""Rules on the version: the tag, the places it is written in, the changelog."""

from collections.abc import Iterator

from packaging.version import Version

from slipway import versions
from slipway.project.changelog_sections import has_notes
from slipway.project.layout import import_name
from slipway.project.source import SourceFacts
from slipway.project.version_file import VersionInFile
from slipway.rules.families import project
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import SINGLE_SOURCE, VERSIONS


def _no_tag(facts: SourceFacts) -> str:
    if facts.staging_version:
        return f"{facts.staging_version} is a staging version, which no tag names"
    return "there is no release tag"


@project.error(
    "tag-version-mismatch",
    title="The tag and the project name different versions",
    why="The files would have another version than the tag. A version on the index can never be taken "
    "back and used again.",
    fix="Decide which one is right. Change the version in the project, commit, and tag that commit; a tag that was "
    "pushed keeps its commit, so take the next version for it.",
    example='the tag v1.2.0 on a commit with `version = "1.1.0"` in pyproject.toml',
    read=VERSIONS,
    cause="tag-version-mismatch",
)
def tag_version_mismatch(facts: SourceFacts) -> Iterator[Evidence]:
    if facts.tag_version is None:
        raise Skipped(_no_tag(facts))
    if facts.version is None:
        raise Skipped("the version is only known after the build")
    version = versions.parsed(facts.version)
    if version is None:
        raise Skipped("the project's version is not a version")
    if version != Version(facts.tag_version):
        prefix = (facts.tag or "").removesuffix(facts.tag_version)
        fix = (
            f"If {facts.tag_version} is right, write it in {facts.version_at['file']}, commit, and tag that commit. If "
            f"{facts.version} is right, delete the tag where it is only here (`git tag -d {facts.tag}`) and tag this "
            f"commit with it: `git tag {prefix}{facts.version}`. A tag that was pushed stays as it is; release the next "
            "version then."
        )
        yield Evidence(
            message=f"The tag {facts.tag} says {facts.tag_version}, the project says {facts.version}.",
            **facts.version_at,
            fix=fix,
            seen=str(version),
            expected=facts.tag_version,
        )


@project.error(
    "tag-not-a-version",
    title="The release tag does not name a version",
    why="A release is made for a tag, and what it contains is checked against the version in the tag.",
    fix="Tag releases as `v` and the version, such as v1.2.0 or v1.2.0rc1; with another prefix set "
    "`tag-prefix`. Let the workflow start on such tags only: `tags: ['v*.*']`.",
    example="the tag vnext",
    read=VERSIONS,
)
def tag_not_a_version(facts: SourceFacts) -> Iterator[Evidence]:
    if not facts.release or facts.tag is None:
        raise Skipped("no tag is being released")
    if facts.tag_version is None:
        yield Evidence(
            message=f"The tag {facts.tag} does not name a version.", seen=facts.tag, expected="v1.2.0"
        )


@project.note(
    "version-not-normalized",
    title="The version is not written in its normal form",
    why="The build writes the normal form into the metadata and the filenames, so the release looks "
    "different from what is written in the project.",
    fix="Write the version the way it is published.",
    example='version = "1.2.0-rc.1"  # 1.2.0rc1',
    read=VERSIONS + "#normalization",
)
def version_not_normalized(facts: SourceFacts) -> Iterator[Evidence]:
    version = versions.parsed(facts.version)
    if version is not None and facts.version != str(version):
        yield Evidence(
            message=f"The version {facts.version} is published as {version}.",
            **facts.version_at,
            seen=facts.version,
            expected=str(version),
        )


@project.warning(
    "versions-disagree",
    title="The package's __version__ is not the project's version",
    why="The index shows one version and the installed package reports another; bug reports and checks at run "
    "time go by the wrong one.",
    fix="Give both the same version, or leave `__version__` out: `importlib.metadata.version` returns the version of "
    "what is installed.",
    example='version = "1.2.0" in pyproject.toml and `__version__ = "1.1.0"` in the package',
    read=SINGLE_SOURCE,
)
def versions_disagree(facts: SourceFacts) -> Iterator[Evidence]:
    version = versions.parsed(facts.version)
    if version is None:
        raise Skipped("the version is only known after the build")
    for found in facts.module_versions:
        other = versions.parsed(found.version)
        if other is not None and other != version and _is_main(facts, found):
            yield Evidence(
                message=f"{found.file} has __version__ {found.version}, the project says {facts.version}.",
                file=found.file,
                line=found.line,
                seen=found.version,
                expected=facts.version,
            )


def _is_main(facts: SourceFacts, found: VersionInFile) -> bool:
    """Return whether a module is the one the project is named after, or its only one."""
    packages = facts.project.packages
    main = import_name(facts.project.name or "")
    return len(packages) == 1 or main in found.file.lower().replace(".", "/").split("/")


@project.warning(
    "version-source-missing",
    title="The version is dynamic, but nothing sets it",
    why="setuptools then builds version 0.0.0 without a warning.",
    fix='Write `version = "1.2.0"` in [project], or say where it comes from: `version = {attr = '
    '"package.__version__"}` under [tool.setuptools.dynamic], or setuptools-scm among the build '
    "requirements.",
    fixes={
        "setup.py": "Name the tool that is to set it in `requires` of [build-system], such as setuptools-scm for "
        '`use_scm_version`, or write `version="1.2.0"`.'
    },
    example='[project]\nname = "example"\ndynamic = ["version"]  # and no [tool.setuptools.dynamic]',
    read="https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata",
)
def version_source_missing(facts: SourceFacts) -> Iterator[Evidence]:
    project = facts.project
    if "version" in project.dynamic and project.version_decided_by is None:
        at = project.at("version") if project.declared_in == "setup.py" else project.at("project", "dynamic")
        yield Evidence(message="The version is dynamic, and nothing says where it comes from.", **at)


@project.note(
    "changelog-entry-missing",
    title="The changelog has no entry for this version",
    why="People look there for what changed before they upgrade.",
    fix="Add an entry for the version to the changelog.",
    example="the tag v1.2.0 and a CHANGELOG.md that ends with 1.1.0",
    read="https://keepachangelog.com/en/1.1.0/",
)
def changelog_entry_missing(facts: SourceFacts) -> Iterator[Evidence]:
    if facts.changelog is None:
        raise Skipped("there is no changelog file")
    if facts.tag_version is None:
        raise Skipped(_no_tag(facts))
    version = Version(facts.tag_version)
    known = facts.changelog.versions
    if not version.is_prerelease and version not in known and known:
        yield Evidence(
            message=f"{facts.changelog.file} has no entry for {version}.",
            file=facts.changelog.file,
            expected=str(version),
        )


@project.warning(
    "release-notes-empty",
    title="The changelog says nothing about this version",
    why="Its section becomes the notes of the release on GitHub, where people look for what changed.",
    fix="Write below the heading of the version what changed for its users, before the tag is made.",
    example="the tag v1.2.0 and a CHANGELOG.md with nothing below `## 1.2.0`",
    read="https://keepachangelog.com/en/1.1.0/",
)
def release_notes_empty(facts: SourceFacts) -> Iterator[Evidence]:
    if facts.tag_version is None:
        raise Skipped("there is no release tag")
    if facts.section is None:
        raise Skipped("the changelog has no entry for the version")
    if not has_notes(facts.section.body):
        yield Evidence(
            message=f"{facts.section.file} says nothing below its heading for {facts.tag_version}.",
            file=facts.section.file,
            line=facts.section.line,
            seen=facts.section.heading,
        )
