"""Which release is asked about, and what this machine has of it: the checkout, and the manifest of its build."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct
from packaging.utils import canonicalize_name
from packaging.version import Version

from slipway import versions
from slipway.errors import InputError, SlipwayError
from slipway.manifest import FILENAME, Manifest, read_manifest
from slipway.options import Inputs
from slipway.project import git as git_facts
from slipway.project import project as project_facts
from slipway.project import tag_prefix
from slipway.project.project import ProjectFacts
from slipway.releasing import position
from slipway.releasing.goal import named, version_of
from slipway.releasing.position import Position


class Subject(Struct, frozen=True, kw_only=True):
    """A release, as it is asked about.

    Attributes:
        version_from: what the version was taken from, as in a sentence.
        prefix: what stands before the version in its tag.
        place: the checkout; None outside of a repository.
        kind: whether each release has one wheel for all, or one for each platform; None where there is no project here.
        manifest: of the build in the work folder, where it is one of this version.
    """

    name: str
    version: Version
    version_from: str
    prefix: str
    place: Position | None
    kind: Literal["pure", "compiled"] | None
    manifest: Manifest | None

    @property
    def tag(self) -> str:
        """Its tag, as Slipway writes it."""
        return f"{self.prefix}{self.version}"


def read(inputs: Inputs) -> Subject:
    """Return the release that is asked about.

    Raises:
        InputError: there is no project and no manifest, or nothing says the name or the version.
    """
    manifest = _manifest(inputs.work)
    project = _project(inputs, manifest)
    place = None
    with suppress(SlipwayError):
        place = position.read(inputs.path)
    prefix = tag_prefix.of_project(inputs, name=project.name if project else None)
    version, version_from = _version(inputs, project, manifest, prefix, has_git=place is not None)
    name = (project.name if project else None) or (manifest.name if manifest else "")
    if not name:
        raise InputError(
            "The name of the project is not known.",
            cause="Only its build decides the name, and nothing is built in the work folder.",
            remedy="Run `slipway build` first; its manifest has the name.",
        )
    return Subject(
        name=name,
        version=version,
        version_from=version_from,
        prefix=prefix,
        place=place,
        kind=None if project is None else "compiled" if project.compiled else "pure",
        manifest=manifest if manifest and _is_of(manifest, name, version) else None,
    )


def _manifest(work: Path) -> Manifest | None:
    with suppress(InputError):
        return read_manifest(work / FILENAME)
    return None


def _project(inputs: Inputs, manifest: Manifest | None) -> ProjectFacts | None:
    try:
        return project_facts.read(inputs.path)
    except InputError:
        # The work folder of a run may be looked at without its checkout.
        if manifest is None or not manifest.name:
            raise
        return None


def _is_of(manifest: Manifest, name: str, version: Version) -> bool:
    is_named = canonicalize_name(manifest.name) == canonicalize_name(name)
    return bool(manifest.artifacts) and is_named and versions.parsed(manifest.version) == version


def _version(
    inputs: Inputs, project: ProjectFacts | None, manifest: Manifest | None, prefix: str, *, has_git: bool
) -> tuple[Version, str]:
    if inputs.version:
        return named(inputs.version.removeprefix(prefix)), "as you named it"
    found = next(_versions(inputs.path, project, manifest, prefix, has_git=has_git), None)
    if found is None:
        raise InputError(
            "Which version is asked about is not known.",
            cause="There is no release tag, and the version is only known after the build.",
            remedy="Name it: `slipway status 1.0.0`.",
        )
    return found


def _versions(
    path: Path, project: ProjectFacts | None, manifest: Manifest | None, prefix: str, *, has_git: bool
) -> Iterator[tuple[Version, str]]:
    """Yield the versions that may be meant, with what says so; the first one is."""
    facts = git_facts.read(path) if has_git else None
    at_head = [version for tag in (facts.tags if facts else ()) if (version := versions.of_tag(tag, prefix))]
    if at_head:
        yield max(at_head), "by the tag at HEAD"
    last = git_facts.last_tag(path, prefix) if has_git else None
    if last and (version := versions.of_tag(last, prefix)):
        yield version, "by the last release tag"
    if project and (version := version_of(project)):
        yield version, "as the project declares it"
    if manifest and (version := versions.parsed(manifest.version)):
        yield version, "by the manifest in the work folder"
