"""The commit on the release branch that brought a release, found by what is in its tree: merged, squashed or rebased."""

from slipway import git
from slipway.releasing import preparation
from slipway.releasing.preparation import Copy

COMMITS = 50
"""Commits looked at, each with the one before it."""


def find(copy: Copy, is_release: preparation.Holds, paths: tuple[str, ...]) -> str | None:
    """Return the hash of the commit that brought a release, None where HEAD does not hold it. The copy is left there.

    Args:
        copy: of the checkout, at HEAD.
        is_release: whether the files of a copy are those of the release.
        paths: files that a release changes, from the top.
    """
    if not is_release(copy):
        return None
    head = git.output(copy.top, "rev-parse", "HEAD").strip()
    listed = git.output(
        copy.top,
        "--literal-pathspecs",
        *("rev-list", "--first-parent", f"--max-count={COMMITS}", "HEAD", "--", *paths),
    )
    for commit in listed.split():
        before = git.run(copy.top, "rev-parse", "--verify", "--quiet", f"{commit}^1").output.strip()
        if not before or not _at(copy, before, is_release):
            _go(copy, commit)
            return commit
    _go(copy, head)
    return head


def _at(copy: Copy, commit: str, is_release: preparation.Holds) -> bool:
    _go(copy, commit)
    return is_release(copy)


def _go(copy: Copy, commit: str) -> None:
    git.output(copy.top, "checkout", "--quiet", "--force", "--detach", commit)
