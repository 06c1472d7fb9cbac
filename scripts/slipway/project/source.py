"""The source of a release: the project, its commit, and what this run is meant to release.

This is the record that the rules of the family `project` judge.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace
from packaging.version import Version

from slipway import git as door
from slipway.artifacts import secret_scan
from slipway.artifacts.metadata import MetadataFacts
from slipway.artifacts.secret_scan import Secret
from slipway.project import changelog, changelog_sections, project, project_paths, setup_py, static_metadata
from slipway.project import git as git_facts
from slipway.project.changelog import Changelog
from slipway.project.changelog_sections import Section
from slipway.project.git import GitFacts
from slipway.project.project import Place, ProjectFacts
from slipway.project.project_files import in_tree_candidates
from slipway.project.project_paths import is_file, is_inside
from slipway.project.version_file import VersionInFile, in_package

PYPIRC = (".pypirc", "**/.pypirc")
MAX_PYPIRC_BYTES = 64 * 1024
MAX_README_BYTES = 8 * 1024 * 1024
_ARCHIVED = ("PKG-INFO", ".git_archival.txt", ".hg_archival.txt", ".hg", ".svn")
"""Files from which version tools read a version where there is no git repository."""
_OVERRIDE = re.compile(
    r"(SETUPTOOLS_SCM_PRETEND_VERSION(_FOR_\w+)?|VCS_VERSIONING_PRETEND_VERSION(_FOR_\w+)?|PBR_VERSION"
    r"|PDM_BUILD_SCM_VERSION|POETRY_DYNAMIC_VERSIONING_(BYPASS|OVERRIDE)|UV_DYNAMIC_VERSIONING_BYPASS)"
)


class ReadmeFile(Struct, frozen=True, kw_only=True):
    """A file the long description is made of.

    Attributes:
        state: whether it can be read; `outside` is a path that leaves the project's folder.
        text: None where it cannot be read.
    """

    path: str
    state: Literal["there", "missing", "outside", "not UTF-8", "too large"]
    text: str | None = None


class SourceFacts(Struct, frozen=True, kw_only=True):
    """Everything that is known before the build.

    Attributes:
        tag: the tag the run is judged by, and `tag_version` the version it names, if it names one.
        release: whether this run publishes.
        staging: whether it publishes to TestPyPI only, where a version may come from a step of the workflow.
        readme_files: the files of the long description.
        unmatched_licences: licence globs and files, as declared, that match no file.
        missing_backend_paths: entries of `backend-path` that are no folder inside the project.
        backend_module_missing: the in-tree backend's module is in none of its folders.
        module_versions: literal `__version__` of the top-level packages.
        section: what the changelog says about the version that the tag names; None where it has no heading for it.
        staging_version: the version that is built for TestPyPI in place of the project's own.
        version_override: name of the environment variable that sets the version for a version tool, if there is one.
        tracked_passwords: what is secret in a .pypirc that git tracks, by its path from the project's folder.
        setup_from_distutils: the line where setup.py takes `setup` from distutils, and from nowhere else.
        archived: there is a file from which version tools read a version outside a repository.
        metadata: the static part of the metadata, for the rules on metadata.
    """

    project: ProjectFacts
    git: GitFacts | None = None
    tag: str | None = None
    tag_version: str | None = None
    release: bool = False
    staging: bool = False
    readme_files: tuple[ReadmeFile, ...] = ()
    unmatched_licences: tuple[str, ...] = ()
    missing_backend_paths: tuple[str, ...] = ()
    backend_module_missing: bool = False
    module_versions: tuple[VersionInFile, ...] = ()
    changelog: Changelog | None = None
    section: Section | None = None
    staging_version: str | None = None
    version_override: str | None = None
    archived: bool = False
    tracked_passwords: tuple[Secret, ...] = ()
    setup_from_distutils: int | None = None
    metadata: MetadataFacts = field(default_factory=MetadataFacts)

    @property
    def version(self) -> str | None:
        """The version the release will have, where it is written down somewhere."""
        return self.project.written_version

    @property
    def version_at(self) -> Place:
        """File and line of that version."""
        found = self.project.version_in_file
        if self.project.version or found is None:
            return self.project.at("version")
        return {"file": found.file, "line": found.line}


def read(
    root: Path,
    *,
    tag: str | None = None,
    tag_version: str | None = None,
    release: bool = False,
    staging: bool = False,
    staging_version: str | None = None,
) -> SourceFacts:
    """Return the facts of the source in a folder.

    Args:
        root: the project's folder.
        tag: the tag the run is judged by.
        tag_version: the version the tag names.
        release: whether this run publishes.
        staging: whether it publishes to TestPyPI only, where a version may come from a step of the workflow.
        staging_version: the version that is built for TestPyPI in place of the project's own.

    Raises:
        InputError: there is no project, or its files or its repository cannot be read.
    """
    facts = project.read(root)
    base = facts.root
    readme_files = tuple(_readme_file(base, path) for path in (facts.readme.files if facts.readme else ()))
    git = git_facts.read(base)
    override = next((name for name in os.environ if _OVERRIDE.fullmatch(name)), None)
    metadata = static_metadata.of(facts, _long_description(facts, readme_files))
    if release and not staging_version and override is None and facts.vcs_marks_local and git is not None:
        metadata = replace(metadata, local_part=_local_part(git))
    candidates = list(in_tree_candidates(facts.backend, facts.backend_path))
    return SourceFacts(
        project=facts,
        git=git,
        tag=tag,
        tag_version=tag_version,
        release=release,
        staging=staging,
        staging_version=staging_version,
        readme_files=readme_files,
        unmatched_licences=_unmatched_licences(facts),
        missing_backend_paths=tuple(
            path for path in facts.backend_path if not (is_inside(base, path) and (base / path).is_dir())
        ),
        backend_module_missing=bool(candidates) and not any(is_file(base, path) for path in candidates),
        module_versions=tuple(found for name in facts.packages if (found := in_package(base, name))),
        changelog=changelog.find(base),
        section=changelog_sections.section(base, Version(tag_version)) if tag_version else None,
        version_override=override,
        tracked_passwords=tuple(_tracked_passwords(base)) if git is not None else (),
        setup_from_distutils=setup_py.line_of_distutils(base),
        archived=any((base / name).exists() for name in _ARCHIVED),
        metadata=metadata,
    )


def _tracked_passwords(root: Path) -> Iterator[Secret]:
    """Yield what is secret in the files for credentials that git tracks below a folder."""
    listed = door.run(root, "ls-files", "-z", "--", *PYPIRC)
    for path in filter(None, listed.output.split("\0")):
        if is_file(root, path):
            yield from secret_scan.find(path, (root / path).read_bytes()[:MAX_PYPIRC_BYTES])


def _local_part(git: GitFacts) -> str | None:
    """Return why a version from git gets a local part at this commit, or None where it gets none."""
    if git.changed:
        rest = f" and {len(git.changed) - 5} more" if len(git.changed) > 5 else ""  # noqa: PLR2004 - a glance
        return f"files differ from the commit: {', '.join(git.changed[:5])}{rest}"
    return None if git.tags else "the commit has no tag"


def _readme_file(root: Path, path: str) -> ReadmeFile:
    target = root / path
    if not is_inside(root, path):
        return ReadmeFile(path=path, state="outside")
    if not target.is_file():
        return ReadmeFile(path=path, state="missing")
    try:
        if target.stat().st_size > MAX_README_BYTES:
            return ReadmeFile(path=path, state="too large")
        return ReadmeFile(path=path, state="there", text=target.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return ReadmeFile(path=path, state="not UTF-8")
    except OSError:
        return ReadmeFile(path=path, state="missing")


def _long_description(facts: ProjectFacts, files: tuple[ReadmeFile, ...]) -> str | None:
    if facts.readme is None:
        return None
    if facts.readme.text is not None:
        return facts.readme.text
    texts = [file.text for file in files if file.text is not None]
    return "\n".join(texts) if len(texts) == len(files) else None


def _unmatched_licences(facts: ProjectFacts) -> tuple[str, ...]:
    named = (facts.licence.file,) if facts.licence and facts.licence.file else ()
    return tuple(p for p in (*(facts.license_files or ()), *named) if not _matches(facts.root, p))


def _matches(root: Path, pattern: str) -> bool:
    return any(path.is_file() for path in project_paths.matching(root, pattern))
