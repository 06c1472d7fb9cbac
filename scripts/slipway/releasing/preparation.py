"""A release made in a private copy of the checkout: what it changes is known, and checked, before anything is written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from msgspec import Struct
from packaging.version import Version

from slipway import git
from slipway.building import checkout
from slipway.environments import disposable
from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import changelog, changelog_sections
from slipway.project import project as project_facts
from slipway.releasing import changelog_command, changelog_entry, changes, goal, position, version_writer
from slipway.releasing.changes import Change
from slipway.releasing.goal import Goal, Here

Check = Callable[[Inputs], Manifest]
"""Runs `check` with some inputs and returns its manifest."""

_NOBODY = ("-c", "user.name=Slipway", "-c", "user.email=slipway@localhost", "-c", "commit.gpgSign=false")
_UNSIGNED = ("-c", "tag.gpgSign=false", "-c", "tag.forceSignAnnotated=false")


class Copy(Struct, frozen=True):
    """A private copy of a checkout.

    Attributes:
        top: its top folder.
        project: the project's folder in it.
    """

    top: Path
    project: Path


Holds = Callable[[Copy], bool]
"""Whether the files of a copy are those of a release."""


class Prepared(Struct, frozen=True, kw_only=True):
    """A release as it would be.

    Attributes:
        changes: to files, from the top of the checkout.
        tree: hash of the tree with them, and `commit` that of the copy which has it.
        notes: what the changelog then says of the version.
    """

    changes: tuple[Change, ...]
    tree: str
    notes: str
    commit: str = ""


@contextmanager
def copied(inputs: Inputs) -> Iterator[Copy]:
    """Yield a private copy of the checkout; it is gone at the end.

    Raises:
        InputError, ToolError: it cannot be made.
    """
    with disposable.scratch() as scratch:
        project = checkout.copy(inputs.path.resolve(), scratch / "checkout", leave_out=[inputs.work])
        yield Copy(Path(git.output(project, "rev-parse", "--show-toplevel").strip()), project)


def prepare(copy: Copy, aim: Goal, *, today: date) -> Prepared:
    """Write version and changelog in the copy, commit there, and return what that changes.

    Raises:
        InputError: the version or the changelog cannot be written.
        ProjectError, ToolError: the project's own command for its changelog fails.
    """
    here = aim.here
    before = position.touched(copy.top)
    if not here.project.vcs_versioned and here.version != aim.version:
        version_writer.write(copy.project, aim.version)
    if command := here.project.settings.changelog_command:
        made = changelog_command.run_command(copy.project, command, aim.version)
        changes.apply(copy.project, made)
    elif changelog.find(copy.project):
        changes.apply(copy.project, changelog_entry.released(copy.project, aim.version, today))
    touched = tuple(sorted(position.touched(copy.top) - before))
    if touched:
        git.output(copy.top, "--literal-pathspecs", "add", "-A", "--", *touched)
        tree = git.output(copy.top, "write-tree").strip()
        _commit(copy, tree, aim.message)
    return Prepared(
        changes=tuple(_change(here.position.top, copy.top, path) for path in touched),
        tree=position.tree_of(copy.top, "HEAD"),
        notes=notes(copy.project, aim.version) or "",
        commit=position.commit_of(copy.top, "HEAD") or "",
    )


def check(copy: Copy, here: Here, tag: str, run: Check) -> Manifest:
    """Tag the copy's commit and run `check` on it as of that tag; return its manifest.

    The report and the artifacts land in the work folder of the project itself.
    """
    git.output(
        copy.top, *_NOBODY, *_UNSIGNED, "tag", "--force", "--annotate", "--message", tag, "--", tag, "HEAD"
    )
    return run(
        replace(here.inputs, command="check", path=copy.project, tag=tag, index=here.index, keeps=True)
    )


def notes(project: Path, version: Version) -> str | None:
    """Return what the changelog says of a version; None where it has no section for it."""
    section = changelog_sections.section(project, version)
    return section.body if section else None


def holds(copy: Copy, version: Version, *, with_notes: bool) -> bool:
    """Return whether the copy's files are those of a release.

    Args:
        copy: a copy of the checkout.
        version: of the release.
        with_notes: whether the changelog has to have a section for it.
    """
    try:
        project = project_facts.read(copy.project)
    except InputError:
        return False
    is_version = bool(project.vcs_versioned) or goal.version_of(project) == version
    return is_version and (not with_notes or notes(copy.project, version) is not None)


def _commit(copy: Copy, tree: str, message: str) -> None:
    made = git.output(copy.top, *_NOBODY, "commit-tree", tree, "-p", "HEAD", "-m", message).strip()
    git.output(copy.top, "update-ref", "HEAD", made)


def _change(top: Path, copied_top: Path, path: str) -> Change:
    try:
        return Change(path, changes.content(top / path), changes.content(copied_top / path))
    except OSError as error:
        raise InputError(
            f"{path} cannot be part of a release: {error.strerror}.",
            cause="It is no file; the command for the changelog changed more than files.",
            remedy="Let `changelog-command` change files only.",
        ) from error
