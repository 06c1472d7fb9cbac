"""A release by pull request: first a branch with the commit, after the merge the tag on what was merged."""

from collections.abc import Mapping

from slipway.errors import InputError
from slipway.manifest import Manifest
from slipway.project import changelog
from slipway.releasing import checking, journal, merged, position, preparation, screen, steps, version_writer
from slipway.releasing.checking import Run
from slipway.releasing.journal import Journal


def go_on(run: Run, entry: Journal, refs: Mapping[str, str]) -> tuple[Journal, Manifest | None]:
    """Do what is left; return the journal, and the manifest of a check that found something that blocks.

    Args:
        run: this run.
        entry: the release.
        refs: what the remote has.

    Raises:
        InputError: the pull request is not merged yet, or something else has to be put right first.
        ToolError: git or the remote fails.
    """
    is_on_branch = position.branch_of(run.top) == entry.branch
    may_be_merged = is_on_branch and position.commit_of(run.top, "HEAD") != entry.head
    if entry.merged or (may_be_merged and entry.stage != "begun"):
        return _tag_merged(run, entry, refs)
    if entry.stage == "waiting":
        raise _not_merged(run, entry, refs)
    return _open(run, entry)


def _open(run: Run, entry: Journal) -> tuple[Journal, Manifest | None]:
    """Push the branch of the pull request, and go back to the branch it is for."""
    steps.switch(run.top, entry.pull_request, entry, run.inputs, at=entry.head)
    entry = steps.commit(run.top, entry, run.inputs)
    steps.demand_clean(run.top, run.inputs)
    entry, blocked = checking.checked(run, entry, position.commit_of(run.top, "HEAD") or "")
    if blocked:
        return entry, blocked
    entry = journal.note(run.top, entry, stage="pushing")
    steps.push_branch(run.top, entry, run.inputs)
    steps.switch(run.top, entry.branch, entry, run.inputs)
    screen.say(f"\nOpen the pull request: {_address(run, entry)}")
    screen.say(f"After the merge: git pull, then {screen.command(run.inputs, '--continue')}")
    return journal.note(run.top, entry, stage="waiting"), None


def _address(run: Run, entry: Journal) -> str:
    """Return where the pull request is opened, on GitHub; elsewhere what it is made of."""
    if page := steps.page(run.top, entry):
        return f"{page}/compare/{entry.upstream}...{entry.pull_request}?expand=1"
    return f"from {entry.pull_request} into {entry.upstream}, at {entry.remote}"


def _not_merged(run: Run, entry: Journal, refs: Mapping[str, str]) -> InputError:
    is_open = f"refs/heads/{entry.pull_request}" in refs
    return InputError(
        f"{entry.version} is not on {entry.branch} here yet.",
        cause="Its pull request waits for the merge, or the merge was not pulled."
        if is_open
        else f"The merge was not pulled, or the pull request was closed: {entry.pull_request} is gone from {entry.remote}.",
        remedy=f"Merge it ({_address(run, entry)}), `git switch {entry.branch}`, `git pull`, then "
        f"`{screen.command(run.inputs, '--continue')}`. "
        f"If it was given up: `{screen.command(run.inputs, '--undo')}`.",
    )


def _tag_merged(run: Run, entry: Journal, refs: Mapping[str, str]) -> tuple[Journal, Manifest | None]:
    """Tag the commit that brought the release, whatever its hash, and push the tag."""
    steps.demand_branch(run.top, entry, run.inputs)
    steps.demand_clean(run.top, run.inputs)
    blocked = None
    with preparation.copied(run.inputs) as copy:
        commit = merged.find(copy, checking.holder(entry), _paths(run, entry))
        if commit is None:
            raise _not_merged(run, entry, refs)
        _demand_public(run, entry, commit, refs)
        if position.tree_of(run.top, commit) != entry.tree:
            entry, blocked = checking.check_copy(run, entry, copy)
    if blocked:
        return entry, blocked
    steps.tag(run.top, entry, commit, run.inputs)
    checking.name_commit(run, entry, commit)
    entry = journal.note(run.top, entry, stage="pushing", merged=True)
    steps.push(run.top, entry, commit, run.inputs, only_tag=True)
    return entry, None


def _paths(run: Run, entry: Journal) -> tuple[str, ...]:
    """Return the files that the release changed, from the top."""
    if entry.changes:
        return tuple(change.file for change in entry.changes)
    found = (version_writer.written(run.here.project), changelog.find(run.inputs.path))
    inside = f"{entry.folder}/" if entry.folder else ""
    return tuple(f"{inside}{one.file}" for one in found if one)


def _demand_public(run: Run, entry: Journal, commit: str, refs: Mapping[str, str]) -> None:
    there = refs.get(f"refs/heads/{entry.upstream}")
    if there is None or not position.is_ancestor(run.top, commit, there):
        raise InputError(
            f"The commit of {entry.version}, {commit[:9]}, is not on {entry.remote}.",
            cause="It was merged here and not pushed, or this branch is behind.",
            remedy=f"`git pull`, `git push`, then `{screen.command(run.inputs, '--continue')}`.",
        )
