"""The steps of a release that leave something behind. Each looks first whether it is done already."""

from collections.abc import Collection
from pathlib import Path

from slipway import git
from slipway.environments import disposable
from slipway.errors import InputError, ToolError
from slipway.options import Inputs
from slipway.processes import Completed
from slipway.project import hosting
from slipway.releasing import changes, journal, position, screen
from slipway.releasing.journal import Journal


def page(top: Path, entry: Journal) -> str | None:
    """Return the page of the repository that a release is pushed to; None where it is not known to be on GitHub."""
    home = hosting.read(top) if entry.remote == "origin" else None
    return f"https://github.com/{home.on_github}" if home and home.on_github else None


def is_release_commit(top: Path, entry: Journal, commit: str) -> bool:
    """Return whether a commit is the one that the release made: noted, or made right before it could be noted."""
    if commit == entry.commit:
        return True
    if not entry.changes or position.commit_of(top, f"{commit}^") != entry.head:
        return False
    return git.output(top, "log", "-1", "--format=%s", commit).strip() == entry.message


def commit(top: Path, entry: Journal, inputs: Inputs) -> Journal:
    """Write the files and commit them on the branch that is checked out; return the journal with the commit.

    Raises:
        InputError: a file was changed since, or HEAD is elsewhere.
        ToolError: git or a hook refuses the commit.
    """
    head = position.commit_of(top, "HEAD") or entry.head
    if head != entry.head:
        return journal.note(top, entry, commit=head) if is_release_commit(top, entry, head) else entry
    paths = [change.file for change in entry.changes]
    demand_clean(top, inputs, but=paths)
    if not paths:
        return journal.note(top, entry, commit=head)
    _write(top, entry, inputs)
    _demand_success(
        git.as_user(top, "--literal-pathspecs", "add", "-A", "--", *paths), "git add", entry, inputs
    )
    _demand_success(
        git.as_user(top, "commit", "--quiet", f"--message={entry.message}"), "git commit", entry, inputs
    )
    made = position.commit_of(top, "HEAD")
    screen.done(f"committed {(made or '')[:9]} {entry.message}")
    return journal.note(top, entry, commit=made)


def _write(top: Path, entry: Journal, inputs: Inputs) -> None:
    for change in entry.changes:
        if changes.content(top / change.file) not in {change.before, change.after}:
            raise InputError(
                f"{change.file} is no longer what the release wrote.",
                cause="A commit hook or an editor changed it.",
                remedy=f"If it is right so: `git commit -am {screen.quoted(entry.message)}`, then "
                f"`{screen.command(inputs, '--continue')}`. Else take all back: `{screen.command(inputs, '--undo')}`.",
            )
    changes.apply(top, entry.changes)
    screen.done(f"wrote {screen.listed(tuple(change.file for change in entry.changes), limit=5)}")


def demand_branch(top: Path, entry: Journal, inputs: Inputs) -> None:
    """Make sure that the release's branch is checked out.

    Raises:
        InputError: another one is, or none.
    """
    branch = position.branch_of(top)
    if branch != entry.branch:
        raise InputError(
            f"The release of {entry.version} is made on {entry.branch}, and {branch or 'no branch'} is checked out.",
            cause="The branch was changed after the release began.",
            remedy=f"`git switch {entry.branch}`, then `{screen.command(inputs, '--continue')}`.",
        )


def demand_clean(top: Path, inputs: Inputs, *, but: Collection[str] = ()) -> None:
    """Make sure that nothing is uncommitted, but for some paths.

    Raises:
        InputError: something is.
    """
    dirty = tuple(sorted(position.touched(top) - {*but}))
    if dirty:
        raise InputError(
            f"Not committed: {screen.listed(dirty)}.",
            cause="It was changed after the release began, perhaps by a commit hook.",
            remedy=f"Commit it or put it aside (`git stash -u`), then `{screen.command(inputs, '--continue')}`.",
        )


def tag(top: Path, entry: Journal, commit: str, inputs: Inputs) -> None:
    """Make the annotated tag on a commit; one that this release made on another commit goes.

    Raises:
        ToolError: git refuses, for instance because it cannot sign.
    """
    ref = f"refs/tags/{entry.tag}"
    if position.object_of(top, ref) is not None:
        if position.commit_of(top, ref) == commit:
            return
        drop_tag(top, entry)
    with disposable.scratch() as scratch:
        # In a file: a command line holds 128 KiB at most, on Windows 32.
        message = scratch / "message"
        message.write_text(f"{entry.title}\n\n{entry.notes}".strip(), "utf-8", newline="\n")
        # It is annotated for its message; `--annotate` would take precedence over tag.forceSignAnnotated (git-config).
        words = ("tag", "--cleanup=whitespace", f"--file={message}")
        done = git.as_user(top, *words, "--", entry.tag, commit)
    _demand_success(done, "git tag", entry, inputs)
    screen.done(f"tagged {entry.tag}")


def drop_tag(top: Path, entry: Journal) -> None:
    """Remove the release's tag where it is here."""
    ref = f"refs/tags/{entry.tag}"
    if held := position.object_of(top, ref):
        git.output(top, "update-ref", "-d", ref, held)


def push(top: Path, entry: Journal, commit: str, inputs: Inputs, *, only_tag: bool = False) -> None:
    """Push branch and tag, both or neither.

    Args:
        top: of the checkout.
        entry: the release.
        commit: that is tagged.
        inputs: what was asked for.
        only_tag: the branch has the commit already.

    Raises:
        ToolError: the remote refuses, or cannot be reached.
    """
    branch = () if only_tag else (f"refs/heads/{entry.branch}:refs/heads/{entry.upstream}",)
    refs = (*branch, f"refs/tags/{entry.tag}:refs/tags/{entry.tag}")
    done = _push(top, entry, *refs)
    if done.returncode == 0 or _is_there(top, entry):
        what = entry.tag if only_tag else f"{entry.upstream} and {entry.tag}"
        screen.done(f"pushed {what} to {entry.remote}")
        return
    demand_up_to_date(top, entry, commit, inputs)
    undo = screen.command(inputs, "--undo")
    by_request = screen.command(inputs, entry.version, "--pr")
    raise ToolError(
        f"{entry.remote} took neither {entry.upstream} nor {entry.tag}: nothing is public, the commit and the tag are here.",
        cause="It refuses them, as a protected branch does, or it cannot be reached; its answer is below.",
        remedy=f"Push again: `{screen.command(inputs, '--continue')}`. "
        f"Where {entry.upstream} is protected: `{undo}`, then `{by_request}`.",
        log=done.tail(),
    )


def push_branch(top: Path, entry: Journal, inputs: Inputs) -> None:
    """Push the branch of the pull request.

    Raises:
        ToolError: the remote refuses, or cannot be reached.
    """
    ref = f"refs/heads/{entry.pull_request}"
    done = _push(top, entry, f"{ref}:{ref}")
    if done.returncode != 0:
        raise ToolError(
            f"{entry.remote} did not take the branch {entry.pull_request}: nothing is public, the commit is here.",
            cause="It refuses the branch, or cannot be reached; its answer is below.",
            remedy=f"Push again: `{screen.command(inputs, '--continue')}`. "
            f"Or take all back: `{screen.command(inputs, '--undo')}`.",
            log=done.tail(),
        )
    screen.done(f"pushed {entry.pull_request} to {entry.remote}")


def demand_up_to_date(top: Path, entry: Journal, commit: str, inputs: Inputs) -> None:
    """Make sure that the remote's branch has nothing that a commit does not have.

    Raises:
        ToolError: it has, or it cannot be asked. The release's tag goes then, as its commit will be another one.
    """
    ref = f"refs/heads/{entry.upstream}"
    there = position.ask(top, entry.remote, ref).get(ref)
    if there is None or position.is_ancestor(top, there, commit):
        return
    drop_tag(top, entry)
    raise ToolError(
        f"{entry.remote} has commits of {entry.upstream} that are not here: nothing of {entry.version} was pushed.",
        cause="Somebody pushed in the meantime; their commits stay.",
        remedy=f"`git pull --rebase`, then `{screen.command(inputs, '--continue')}`.",
    )


def switch(top: Path, branch: str, entry: Journal, inputs: Inputs, *, at: str | None = None) -> None:
    """Check a branch out; with a commit, a new one is made there where it does not exist yet.

    Raises:
        ToolError: git refuses.
    """
    if position.branch_of(top) == branch:
        return
    is_new = at is not None and position.object_of(top, f"refs/heads/{branch}") is None
    words = (
        ("switch", "--quiet", "--no-track", "-c", branch, at)
        if is_new and at
        else ("switch", "--quiet", branch)
    )
    _demand_success(git.as_user(top, *words), "git switch", entry, inputs)


def _push(top: Path, entry: Journal, *refs: str) -> Completed:
    return git.as_user(top, "push", "--atomic", "--no-follow-tags", "--quiet", "--", entry.remote, *refs)


def _is_there(top: Path, entry: Journal) -> bool:
    """Return whether the remote has our tag, as it may when the connection broke after it took it."""
    ref = f"refs/tags/{entry.tag}"
    try:
        return position.ask(top, entry.remote, ref).get(ref) == position.object_of(top, ref)
    except ToolError:
        return False


def _demand_success(done: Completed, what: str, entry: Journal, inputs: Inputs) -> None:
    if done.returncode == 0:
        return
    raise ToolError(
        f"`{what}` failed; nothing of {entry.version} is public.",
        cause="A hook refused, or git could not sign; what it said is below.",
        remedy=f"Put that right, then `{screen.command(inputs, '--continue')}`. "
        f"Or take all back: `{screen.command(inputs, '--undo')}`.",
        log=done.tail(),
    )
