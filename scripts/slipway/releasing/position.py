"""Where a checkout stands: its commit and branch, and the remote that releases are pushed to."""

import re
from pathlib import Path

from msgspec import Struct

from slipway import git
from slipway.errors import InputError, ToolError

UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "BISECT_START")
"""Files in the git directory that say what is going on (gitrepository-layout(5), git-rebase(1))."""


class Position(Struct, frozen=True, kw_only=True):
    """Where a checkout stands.

    Attributes:
        top: the top folder of the checkout.
        inside: the project's folder in it, with forward slashes; empty for the top.
        head: hash of HEAD.
        branch: the branch that is checked out; None where HEAD is detached.
        remote: the name of the remote the branch follows, else `origin` or the only one; None where there is none.
        upstream: the name of the branch on that remote.
        default: the remote's default branch, as far as git knows it.
    """

    top: Path
    inside: str
    head: str
    branch: str | None
    remote: str | None
    upstream: str
    default: str | None


def read(folder: Path) -> Position:
    """Return where the checkout of a folder stands.

    Raises:
        InputError: the folder is in no repository, or in one without a commit.
        ToolError: git is not there.
    """
    try:
        found = git.run(folder, "rev-parse", "--show-toplevel", "--show-prefix")
    except FileNotFoundError as error:
        raise _no_git() from error
    if found.returncode != 0:
        raise InputError(
            f"{folder} is not in a git repository.",
            cause="A release is a commit and a tag, and there is no repository here.",
            remedy="Go to the checkout of the project, or name its folder with --path.",
            log=found.tail(),
        )
    lines = [*found.output.splitlines(), ""]
    top = Path(lines[0])
    head = commit_of(top, "HEAD")
    if head is None:
        raise InputError(
            f"The repository of {folder} has no commit.",
            cause="`git init` was run, and nothing was committed.",
            remedy="Commit the project first.",
        )
    branch = branch_of(top) or ""
    remote = _remote(top, branch)
    merges = git.line(top, "config", "--get", f"branch.{branch}.merge") if branch else ""
    default = (
        git.line(top, "symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD") if remote else ""
    )
    return Position(
        top=top,
        inside=lines[1].rstrip("/"),
        head=head,
        branch=branch or None,
        remote=remote,
        upstream=merges.removeprefix("refs/heads/") or branch,
        default=default.removeprefix(f"{remote}/") or None,
    )


def _remote(top: Path, branch: str) -> str | None:
    remotes = git.run(top, "remote").output.split()
    follows = git.line(top, "config", "--get", f"branch.{branch}.remote") if branch else ""
    if follows in remotes:
        return follows
    if "origin" in remotes:
        return "origin"
    return remotes[0] if len(remotes) == 1 else None


def branch_of(top: Path) -> str | None:
    """Return the branch that is checked out, None where HEAD is detached."""
    return git.line(top, "symbolic-ref", "--quiet", "--short", "HEAD") or None


def commit_of(top: Path, name: str) -> str | None:
    """Return the hash of the commit that a full ref name, HEAD or a hash leads to; None where there is none."""
    return git.line(top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") or None


def object_of(top: Path, ref: str) -> str | None:
    """Return the hash of the object a ref holds, for an annotated tag that of the tag; None where there is none."""
    return git.line(top, "rev-parse", "--verify", "--quiet", ref) or None


def tree_of(top: Path, commit: str) -> str:
    """Return the hash of a commit's tree."""
    return git.output(top, "rev-parse", "--verify", f"{commit}^{{tree}}").strip()


def is_ancestor(top: Path, older: str, newer: str) -> bool:
    """Return whether a commit is another one or comes before it; False for one that is not here."""
    return git.run(top, "merge-base", "--is-ancestor", older, newer).returncode == 0


def touched(top: Path) -> frozenset[str]:
    """Return all paths that differ from the commit, from the top.

    Those that git ignores are left out, and those that a filter makes, of which git cannot say whether they differ.
    """
    listed = git.output(top, "status", "--porcelain=v1", "--untracked-files=all", "-z").split("\0")
    known = [entry[3:] for entry in listed if entry and not entry.startswith("??")]
    new = [entry[3:] for entry in listed if entry.startswith("??")]
    return frozenset(known + new) - git.filtered(top, known)


def git_path(top: Path, name: str) -> Path:
    """Return the path of a file in the git directory of a checkout."""
    return top / git.output(top, "rev-parse", "--git-path", name).strip()


def under_way(top: Path) -> str | None:
    """Return what git is in the middle of, such as `MERGE_HEAD`."""
    asked = (word for name in UNFINISHED for word in ("--git-path", name))
    paths = git.output(top, "rev-parse", *asked).splitlines()
    return next((name for name, path in zip(UNFINISHED, paths, strict=True) if (top / path).exists()), None)


def ask(top: Path, remote: str, *patterns: str) -> dict[str, str]:
    """Ask a remote for its refs; return each full name with the hash of its object.

    Raises:
        ToolError: the remote cannot be asked.
    """
    done = git.as_user(top, "ls-remote", "--refs", "--", remote, *patterns)
    if done.returncode != 0:
        raise ToolError(
            f"{remote} could not be asked for its branches and tags.",
            cause="There is no connection, or it does not let you in.",
            remedy=f"See that `git ls-remote {remote}` works, and run again.",
            log=done.tail(),
        )
    pairs = (line.partition("\t") for line in done.output.splitlines())
    return {name: digest for digest, _, name in pairs}


def default_of(top: Path, remote: str) -> str | None:
    """Ask a remote for its default branch; None where it does not say (git-ls-remote(1), `--symref`)."""
    done = git.as_user(top, "ls-remote", "--symref", "--", remote, "HEAD")
    found = re.search(r"^ref: refs/heads/(\S{1,250})\tHEAD$", done.output, re.MULTILINE)
    return found[1] if done.returncode == 0 and found else None


def ahead(top: Path, older: str, newer: str) -> int:
    """Return how many commits lead from one to another."""
    counted = git.line(top, "rev-list", "--count", f"{older}..{newer}")
    return int(counted) if counted.isdecimal() else 0


def _no_git() -> ToolError:
    return ToolError(
        "git is not installed.",
        cause="A release is a commit, a tag and a push, and the program for it was not found.",
        remedy="Install git and run again.",
    )
