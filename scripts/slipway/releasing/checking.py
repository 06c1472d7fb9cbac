"""What is pushed was checked: a commit whose tree is another one than the checked tree is checked again."""

import contextlib
from pathlib import Path

import msgspec
from msgspec import Struct

from slipway import versions
from slipway.errors import InputError
from slipway.manifest import FILENAME, Manifest, read_manifest, write_manifest
from slipway.options import Inputs
from slipway.records import Severity
from slipway.releasing import journal, position, preparation, screen
from slipway.releasing.goal import Here
from slipway.releasing.journal import Journal
from slipway.releasing.preparation import Check, Copy
from slipway.runner import Runner


class Run(Struct, frozen=True, kw_only=True):
    """One run of the command.

    Attributes:
        check: what judges a copy of the project as of a tag.
    """

    here: Here
    runner: Runner
    check: Check

    @property
    def inputs(self) -> Inputs:
        """What was asked for."""
        return self.here.inputs

    @property
    def top(self) -> Path:
        """The top folder of the checkout."""
        return self.here.position.top


def checked(run: Run, entry: Journal, commit: str) -> tuple[Journal, Manifest | None]:
    """Check a commit whose tree is not the one that was checked; return the journal, and the manifest that blocks."""
    if position.tree_of(run.top, commit) == entry.tree:
        return entry, None
    with preparation.copied(run.inputs) as copy:
        if not holder(entry)(copy):
            raise InputError(
                f"HEAD does not hold {entry.version}: its files have another version or no notes for it.",
                cause="The branch moved on after the release began.",
                remedy=f"`{screen.command(run.inputs, '--undo')}` forgets it; then release again.",
            )
        return check_copy(run, entry, copy)


def check_copy(run: Run, entry: Journal, copy: Copy) -> tuple[Journal, Manifest | None]:
    """Check a copy of the checkout as of the release's tag; return as `checked` does."""
    manifest = preparation.check(copy, run.here, entry.tag, run.check)
    if manifest.exit_code:
        screen.say(f"{screen.WRONG} the check stops the release; {entry.version} is not pushed")
        return entry, manifest
    say_checked(manifest, entry.tag)
    version = versions.parsed(entry.version)
    notes = preparation.notes(copy.project, version) if version else None
    tree = position.tree_of(copy.top, "HEAD")
    commit = position.commit_of(copy.top, "HEAD") or ""
    return journal.note(run.top, entry, tree=tree, checked=commit, notes=notes or entry.notes), None


def name_commit(run: Run, entry: Journal, commit: str) -> None:
    """Let the manifest of the check name the commit that was tagged, where it was checked at that of a copy."""
    with contextlib.suppress(InputError, OSError):
        manifest = read_manifest(run.inputs.work / FILENAME)
        plan = manifest.plan
        if plan is None or plan.git is None or plan.git.commit != entry.checked or commit == entry.checked:
            return
        plan = msgspec.structs.replace(plan, git=msgspec.structs.replace(plan.git, commit=commit))
        write_manifest(msgspec.structs.replace(manifest, plan=plan), run.inputs.work)


def say_checked(manifest: Manifest, tag: str) -> None:
    """Say that a check found nothing that blocks, and what it warns of."""
    screen.done(f"checked as {tag}")
    warned = [one for one in manifest.findings if one.severity is Severity.WARNING and one.ignored is None]
    if names := tuple(dict.fromkeys(one.rule for one in warned)):
        screen.say(f"{screen.UNSURE} it warns of {screen.listed(names)}: `slipway explain {names[0]}`")


def holder(entry: Journal) -> preparation.Holds:
    """Return the predicate that the files of a copy are those of a release."""
    version = versions.parsed(entry.version)

    def holds(copy: Copy) -> bool:
        return version is not None and preparation.holds(copy, version, with_notes=bool(entry.notes))

    return holds
