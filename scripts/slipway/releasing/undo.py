"""The way back: HEAD, index and files as they were before a release that was not pushed."""

from pathlib import Path

from slipway import git, versions
from slipway.errors import InputError, ToolError
from slipway.index import addresses
from slipway.options import Inputs
from slipway.releasing import bump, changes, goal, journal, position, screen, steps
from slipway.releasing.changes import Change
from slipway.releasing.journal import Journal


def run(top: Path, entry: Journal | None, inputs: Inputs) -> None:
    """Take a release back.

    Raises:
        InputError: there is none, it was pushed, or commits were made on top of it.
        ToolError: the remote cannot be asked whether it was pushed.
    """
    if entry is None:
        raise InputError(
            "There is nothing to take back.",
            cause="No release was begun in this checkout, or it was taken back already.",
            remedy=f"`{screen.command(inputs)}` says what can be released.",
        )
    _demand_unpushed(top, entry, inputs)
    head, start = position.commit_of(top, "HEAD"), position.commit_of(top, f"refs/heads/{entry.branch}")
    own = entry.pull_request or entry.branch
    made = position.commit_of(top, f"refs/heads/{own}")
    is_ours = made is not None and (made == entry.head or steps.is_release_commit(top, entry, made))
    if head != made or not is_ours or (entry.pull_request and start != entry.head):
        _elsewhere(top, entry, inputs)
        return
    _drop_tag(top, entry)
    _restore_files(top, entry)
    journal.restore_index(top)
    if entry.pull_request:
        git.output(top, "symbolic-ref", "HEAD", f"refs/heads/{entry.branch}")
        git.output(top, "update-ref", "-d", f"refs/heads/{own}", str(made))
    else:
        git.output(
            top, "update-ref", "-m", "slipway release --undo", f"refs/heads/{own}", entry.head, str(made)
        )
    journal.forget(top)
    screen.done(
        f"taken back: {entry.branch} is at {entry.head[:9]}, and every file is as it was before {entry.version}"
    )


def _demand_unpushed(top: Path, entry: Journal, inputs: Inputs) -> None:
    if entry.stage == "finished":
        raise _public(entry, inputs)
    if entry.stage == "begun":
        return
    tag, branch = f"refs/tags/{entry.tag}", f"refs/heads/{entry.pull_request}"
    try:
        there = position.ask(top, entry.remote, tag, *((branch,) if entry.pull_request else ()))
    except ToolError as error:
        raise ToolError(
            f"Whether {entry.version} was pushed is not known: {error.happened}",
            cause=error.cause,
            remedy=f"{error.remedy} What was pushed cannot be taken back.",
            log=error.log,
        ) from error
    if tag in there and there[tag] == position.object_of(top, tag):
        raise _public(entry, inputs)
    if entry.pull_request and branch in there:
        raise InputError(
            f"The branch {entry.pull_request} is on {entry.remote}: a pull request may be open for it.",
            cause="No version is public, as there is no tag yet; the branch is not this checkout's alone.",
            remedy=f"Close the pull request, then `git push {entry.remote} --delete {entry.pull_request}` and "
            f"`{screen.command(inputs, '--undo')}`.",
        )


def _public(entry: Journal, inputs: Inputs) -> InputError:
    version = versions.parsed(entry.version)
    following = screen.command(inputs, str(bump.next_patch(version))) if version else "the next version"
    here = goal.read(inputs)
    index = addresses.resolve("pypi" if here.index == "none" else here.index, simple=inputs.simple_index)
    page = index.yank_page(here.name, entry.version)
    yank = "yank it on the page below (pip then passes it over), " if page else ""
    return InputError(
        f"{entry.version} was pushed: the tag {entry.tag} is on {entry.remote}.",
        cause="Others may have fetched it, and a version that an index took is used up for ever.",
        remedy=f"If it is bad, {yank}correct it, and release the next one: `{following}`.",
        read=page,
    )


def _elsewhere(top: Path, entry: Journal, inputs: Inputs) -> None:
    """Forget a release whose commit is gone; refuse where commits were made on top of it.

    Raises:
        InputError: the commit is in the history of HEAD.
    """
    head = position.commit_of(top, "HEAD") or ""
    if entry.commit and entry.commit != entry.head and position.is_ancestor(top, entry.commit, head):
        raise InputError(
            f"There are commits on top of the release's own, {entry.commit[:9]}.",
            cause="To take that one back would change them.",
            remedy=f"Go on with `{screen.command(inputs, '--continue')}`, or take the commit out yourself: "
            f"`git revert {entry.commit[:9]}`.",
        )
    _drop_tag(top, entry)
    if entry.pull_request and (made := position.commit_of(top, f"refs/heads/{entry.pull_request}")):
        is_ours = position.branch_of(top) != entry.pull_request and steps.is_release_commit(top, entry, made)
        if is_ours:
            git.output(top, "update-ref", "-d", f"refs/heads/{entry.pull_request}", made)
    journal.forget(top)
    screen.done(
        f"forgotten: {entry.version} left neither a tag nor a commit on this branch; nothing else was changed"
    )


def _drop_tag(top: Path, entry: Journal) -> None:
    """Remove the tag, but not one that somebody put elsewhere."""
    tagged = position.commit_of(top, f"refs/tags/{entry.tag}")
    if tagged and (tagged == entry.head or steps.is_release_commit(top, entry, tagged)):
        steps.drop_tag(top, entry)


def _restore_files(top: Path, entry: Journal) -> None:
    """Give each file the bytes it had; what somebody else wrote into one is kept where git finds it."""
    back = []
    for change in entry.changes:
        found = changes.content(top / change.file)
        if found not in {change.before, change.after}:
            kept = git.output(top, "hash-object", "-w", "--no-filters", "--", change.file).strip()
            screen.say(
                f"{screen.UNSURE} {change.file} was changed since; what was in it: `git cat-file -p {kept[:12]}`"
            )
        back.append(Change(change.file, found, change.before))
    changes.apply(top, back)
