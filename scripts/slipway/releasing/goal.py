"""What a release is to be: the project, its version now and then, its tag."""

import os
from dataclasses import replace

from msgspec import Struct
from packaging.version import Version

from slipway import git, versions
from slipway.errors import InputError
from slipway.options import Inputs
from slipway.project import git as git_facts
from slipway.project import project as project_facts
from slipway.project import tag_prefix, workflow
from slipway.project.project import ProjectFacts
from slipway.releasing import bump, position, screen, version_writer
from slipway.releasing.position import Position


class Here(Struct, frozen=True, kw_only=True):
    """The project that is released, as it is.

    Attributes:
        inputs: what was asked for, with the project's own tag prefix.
        version: the version that is written in it, or that the last tag names; None where neither is there.
        last_tag: the newest release tag that HEAD descends from.
        index: the one that is asked for, or that the workflow names, else PyPI; `none` for no index.
    """

    inputs: Inputs
    position: Position
    project: ProjectFacts
    version: Version | None
    last_tag: str | None
    index: str = "pypi"

    @property
    def name(self) -> str:
        """The project's name, or its folder's where only the build decides it."""
        return self.project.name or self.inputs.path.name

    def tag(self, version: Version) -> str:
        """Return the tag of a version."""
        return f"{self.inputs.tag_prefix}{version}"


class Goal(Struct, frozen=True, kw_only=True):
    """A release that is to be made."""

    here: Here
    version: Version

    @property
    def tag(self) -> str:
        """Its tag."""
        return self.here.tag(self.version)

    @property
    def message(self) -> str:
        """The message of its commit; in a repository of several projects with the name."""
        name = f"{self.here.name} " if self.here.position.inside else ""
        return f"Release {name}{self.version}"

    @property
    def branch(self) -> str:
        """The branch of its pull request."""
        return f"release/{self.version if self.here.inputs.tag_prefix == 'v' else self.tag}"


def read(inputs: Inputs) -> Here:
    """Return the project as it is.

    Raises:
        InputError: there is no project or no repository, or one of them cannot be read.
    """
    place = position.read(inputs.path)
    project = project_facts.read(inputs.path)
    prefix = tag_prefix.of_project(inputs, name=project.name)
    inputs = replace(inputs, tag_prefix=prefix, given=inputs.given | {tag_prefix.OPTION})
    last = git_facts.last_tag(inputs.path, inputs.tag_prefix)
    written = version_of(project)
    of_tag = versions.of_tag(last, inputs.tag_prefix) if last else None
    return Here(
        inputs=inputs,
        position=place,
        project=project,
        version=of_tag if project.vcs_versioned else written,
        last_tag=last,
        index=inputs.index or index_of_workflow(place) or "pypi",
    )


def index_of_workflow(place: Position) -> str | None:
    """Return the index that a workflow written by `slipway init` names."""
    try:
        files = workflow.read_all(place.top)
    except InputError:
        return None
    jobs = (job for file in files if file.written for job in file.jobs)
    values = (values for job in jobs for values in (job.values, *(step.values for step in job.steps)))
    # What an expression stands for is known to the run only.
    return next((index for given in values if (index := given.get("index")) and "${{" not in index), None)


def version_of(project: ProjectFacts) -> Version | None:
    """Return the version that is written in a project, None where none is."""
    found = version_writer.written(project)
    return versions.parsed(found.version) if found else None


def wanted(here: Here) -> Goal:
    """Return the release that is asked for with a version or with --bump.

    Raises:
        InputError: it names no version, or one that cannot be released.
    """
    version = named(here.inputs.version) if here.inputs.version else _bumped(here)
    if version.local:
        raise InputError(
            f"{version} has a local part, and indexes take none.",
            cause="What stands behind the + marks a build of one's own (PEP 440).",
            remedy=f"Release {version.public}.",
        )
    goal = Goal(here=here, version=version)
    _demand_ref(here, f"refs/tags/{goal.tag}")
    return goal


def named(text: str) -> Version:
    """Return the version that a text is.

    Raises:
        InputError: it is none.
    """
    version = versions.parsed(text)
    if version is None:
        raise InputError(
            f"{text[:100]!r} is no version.",
            cause="A version is written as PEP 440 says, such as 1.3.0 or 2.0.0rc1.",
            remedy=f"To name the project's folder: `--path {screen.quoted(text)}`."
            if os.path.isdir(text)  # noqa: PTH112 - takes any text
            else "Name the version alone, without the prefix of its tag.",
        )
    return version


def _bumped(here: Here) -> Version:
    part = here.inputs.bump
    if here.version is None or part is None:
        raise InputError(
            "--bump has no version to start from.",
            cause="The project writes no version, and in this clone no release tag comes before HEAD."
            if here.project.vcs_versioned
            else "The version of this project is computed, and only the build knows it.",
            remedy=f"Name the version: `{screen.command(here.inputs, '1.0.0')}`.{_deepen(here)}",
        )
    return bump.bumped(here.version, part)


def _deepen(here: Here) -> str:
    facts = git_facts.read(here.position.top)
    is_shallow = facts is not None and facts.shallow and here.project.vcs_versioned
    return " Or fetch the history, with its tags: `git fetch --unshallow --tags`." if is_shallow else ""


def _demand_ref(here: Here, ref: str) -> None:
    # What begins with a dash is a ref, but no tag that git makes.
    is_option = ref.startswith("refs/tags/-")
    if is_option or git.run(here.position.top, "check-ref-format", ref).returncode != 0:
        raise InputError(
            f"{ref} is no name for a tag of git.",
            cause="The tag prefix begins with a dash, or holds a sign that git does not take.",
            remedy="Choose a prefix of letters, digits, dots, dashes and slashes.",
            read="https://git-scm.com/docs/git-check-ref-format",
        )
