"""Where a checkout is hosted: the repository it was cloned from, its commit and its default branch."""

import re
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from slipway.errors import SlipwayError

_REMOTE = re.compile(
    r"(?P<scheme>https?://(?:[^@/]*@)?|ssh://(?:[^@/]*@)?|[^@/:]+@)(?P<host>[^/:]+)(?::\d+)?[/:](?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)
_HOST = re.compile(r"(?:https?://|ssh://)?(?:[^@/]{1,200}@)?(?P<host>[\w-]+(?:\.[\w-]+)*)(?::\d+)?[/:](?!/)")
GITHUB = ("github.com", "www.github.com", "ssh.github.com")
OTHERS = re.compile(
    r"(?:.+\.)?(?:gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht|gitea\.com|azure\.com|visualstudio\.com"
    r"|sourceforge\.net|launchpad\.net|gitee\.com|savannah\.(?:non)?gnu\.org)|gitlab\..+"
)
"""Hosts that are no other name for GitHub, in nobody's SSH settings."""
BRANCHES = ("main", "master", "trunk")
"""Names that a default branch has, where nothing else says which one it is."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[\w./-]{1,200}")


class Hosting(Struct, frozen=True, kw_only=True):
    """What git says about the place a checkout comes from.

    Attributes:
        owner: account or organisation; None where there is no remote called origin.
        name: the repository's name there.
        commit: full hash of HEAD.
        branch: the default branch there, as far as that is known; None where there is none.
        top: the top folder of the checkout.
        elsewhere: the host of the remote, where that is not GitHub's; with SSH it may be an alias of it.
        is_alias_possible: whether the remote is reached by SSH, whose settings give hosts other names.
        is_branch_known: whether `branch` is more than the one that happens to be checked out.
    """

    top: Path
    owner: str | None = None
    name: str | None = None
    commit: str | None = None
    branch: str | None = None
    elsewhere: str | None = None
    is_alias_possible: bool = False
    is_branch_known: bool = False

    @property
    def repository(self) -> str | None:
        """`OWNER/NAME`, on whatever host; None where there is no remote called origin."""
        return f"{self.owner}/{self.name}" if self.owner else None

    @property
    def on_github(self) -> str | None:
        """`OWNER/NAME` on GitHub; None where it is another host, or may be one."""
        return self.repository if self.elsewhere is None else None


def read(folder: Path) -> Hosting | None:
    """Return where a folder's checkout is hosted, or None outside of any repository."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    if not top:
        return None
    url = _git(folder, "config", "--get", "remote.origin.url")
    matched = _REMOTE.fullmatch(url)
    # A group of GitLab has further folders in its addresses.
    named = _HOST.match(url)
    host = named["host"].lower() if named else None
    commit = _git(folder, "rev-parse", "HEAD")
    head = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    usual = "" if head else _usual_branch(folder)
    branch = head or usual or _git(folder, "symbolic-ref", "--short", "HEAD")
    return Hosting(
        top=Path(top),
        owner=matched["owner"] if matched else None,
        name=matched["name"] if matched else None,
        commit=commit if _COMMIT.fullmatch(commit) else None,
        branch=branch if _NAME.fullmatch(branch) else None,
        elsewhere=host if host not in GITHUB else None,
        is_alias_possible=matched is not None
        and not matched["scheme"].startswith("http")
        and not OTHERS.fullmatch(host or ""),
        is_branch_known=bool(head or usual),
    )


def on_github(url: str) -> str | None:
    """Return `OWNER/NAME` of the repository on GitHub that an address is of, or None if it is of none."""
    matched = _REMOTE.fullmatch(url.strip().removeprefix("git+").rstrip("/"))
    return f"{matched['owner']}/{matched['name']}" if matched and matched["host"].lower() in GITHUB else None


def pushed(folder: Path) -> tuple[str, str] | None:
    """Return repository (`OWNER/NAME`) and commit of a checkout from GitHub, if the commit was pushed there."""
    repository = on_github(_git(folder, "config", "--get", "remote.origin.url"))
    commit = _git(folder, "rev-parse", "HEAD") if repository else ""
    return (repository, commit) if repository and is_pushed(folder, commit) else None


def is_pushed(folder: Path, commit: str | None) -> bool:
    """Return whether a branch that was fetched from origin, or pushed to it, has a commit of a checkout."""
    if commit is None or not _COMMIT.fullmatch(commit):
        return False
    return bool(_git(folder, "for-each-ref", "--count=1", f"--contains={commit}", "refs/remotes/origin"))


def _usual_branch(folder: Path) -> str:
    """Return the one branch that is here and has a name that default branches have; empty where it is not one."""
    for place in ("refs/remotes/origin", "refs/heads"):
        depth = place.count("/") + 1
        names = _git(folder, "for-each-ref", f"--format=%(refname:lstrip={depth})", place).split()
        if found := [name for name in BRANCHES if name in names]:
            return found[0] if len(found) == 1 else ""
    return ""


def _git(folder: Path, *arguments: str) -> str:
    from slipway import git  # most uses read addresses alone

    with suppress(OSError, SlipwayError):
        return git.line(folder, *arguments)
    return ""
