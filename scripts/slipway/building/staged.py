"""A staging version in the private copy of a checkout, and nowhere else."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.version import Version

from slipway import git
from slipway.artifacts import filename
from slipway.errors import InputError, ProjectError
from slipway.records import Staging
from slipway.releasing import version_writer

VARIABLES = (
    "SETUPTOOLS_SCM_PRETEND_VERSION",
    "PBR_VERSION",
    "PDM_BUILD_SCM_VERSION",
    "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "UV_DYNAMIC_VERSIONING_BYPASS",
)
"""The variables with which version tools take a version as it is; the others go by the tag alone.

Without them, dunamai (Poetry's and uv's plugin) reads no `1.0a2.dev3` from a tag, and pbr makes `1.0.0.0a2.dev3` of it.
Sources: the pages "Overrides" of setuptools-scm (hatch-vcs calls it), "PBR_VERSION" of pbr, "Version" of pdm-backend and
the READMEs of poetry-dynamic-versioning and uv-dynamic-versioning.
"""

_FOR_ONE_PROJECT = ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_", "VCS_VERSIONING_PRETEND_VERSION")
"""How variables begin that setuptools-scm prefers to its general one, where the workflow sets them."""

_IDENTITY = {"user.name": "Slipway", "user.email": "slipway@example.org"}
_TAGS_AT_ONCE = 100
"""Tags on one command line; Windows allows 32,767 characters."""


def demand_possible(root: Path, staging: Staging, *, has_repository: bool) -> None:
    """Check, before anything is built, that a staging version can be given to a project; nothing is written.

    Raises:
        InputError: the version comes from git and there is no repository, or it cannot be written.
    """
    if staging.tag is None:
        version_writer.changes(root, Version(staging.version))
    elif not has_repository:
        raise InputError(
            "No version for TestPyPI can be made: it comes from git, and there is no repository.",
            cause="The files were not checked out with git, or git is not installed.",
            remedy="Check the project out with actions/checkout, `fetch-depth: 0`, on a machine that has git.",
        )


def prepare(copy: Path, project: Path, staging: Staging) -> Mapping[str, str]:
    """Give the private copy of a checkout its staging version, and return variables for the backend.

    Args:
        copy: the top folder of the copy.
        project: the project's folder in it.
        staging: the version, and the tag for a version from git.

    Raises:
        InputError: the version cannot be written, or the copy is no repository of its own.
        ToolError: git fails.
    """
    if staging.tag is None:
        version_writer.write(project, Version(staging.version))
        return {}
    _demand_own(copy)
    names = git.output(copy, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags").splitlines()
    # Another tag at this commit, or one made in the same second, could be preferred to it.
    for start in range(0, len(names), _TAGS_AT_ONCE):
        git.output(copy, "tag", "--delete", "--", *names[start : start + _TAGS_AT_ONCE])
    # pbr and `git describe` look at annotated tags only.
    git.output(
        copy, "tag", "--annotate", "--no-sign", "--message=Staging", "--", staging.tag, settings=_IDENTITY
    )
    own = (name for name in os.environ if name.startswith(_FOR_ONE_PROJECT))
    return dict.fromkeys((*VARIABLES, *own), staging.version)


def _demand_own(copy: Path) -> None:
    """Check that git works in the copy's own repository, and not in one around it."""
    used = Path(git.output(copy, "rev-parse", "--absolute-git-dir").strip())
    if used.resolve() != (copy / ".git").resolve():
        raise InputError(
            "The private copy of the checkout is not a repository of its own.",
            cause="The repository of the project could not be read completely.",
            remedy="Check the project out again, and look at what `git status` says there.",
        )


def demand_version(built: Iterable[Path], staging: Staging) -> None:
    """Check that files have the staging version; what has another one must never be published as it.

    Raises:
        ProjectError: one of them has another version.
    """
    for path in built:
        kind = filename.kind_of(path.name)
        if kind is None or filename.parse(path.name, kind).version != Version(staging.version):
            cause, remedy = _FROM_GIT if staging.tag else _WRITTEN
            raise ProjectError(
                f"The build made {path.name}, which does not have the version {staging.version}.",
                cause=cause.format(tag=staging.tag),
                remedy=f"{remedy} To publish the version that the build makes, which TestPyPI takes once, give the input "
                "`tag` with the tag it would have.",
            )


_FROM_GIT = (
    (
        "A manual dispatch to TestPyPI builds from a private copy with the tag {tag} only. The tool that makes the version "
        "does not read this tag as it is, adds something to it, or found files that differ from the commit."
    ),
    "Commit or undo changes, and look at the settings of that tool.",
)
_WRITTEN = (
    (
        "A manual dispatch to TestPyPI builds from a private copy in which this version is written. The build takes its "
        "version from another place as well, or adds something to it."
    ),
    "Have the version in one place.",
)
"""Cause and remedy of another version, for one that comes from git and for one that is written in a file."""
