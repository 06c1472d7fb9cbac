"""Where a checkout is hosted: the repository it was cloned from, its commit and its default branch."""

import importlib.metadata
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from slipway import git
from slipway.errors import SlipwayError

_REMOTE = re.compile(
    r"(?P<scheme>https?://(?:[^@/]*@)?|ssh://(?:[^@/]*@)?|[^@/:]+@)(?P<host>[^/:]+)(?::\d+)?[/:](?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)
GITHUB = ("github.com", "www.github.com", "ssh.github.com")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[\w./-]{1,200}")


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """What git says about the place a checkout comes from.

    Attributes:
        owner: account or organisation; None where there is no remote called origin.
        name: the repository's name there.
        commit: full hash of HEAD.
        branch: the default branch there, else the one checked out.
        top: the top folder of the checkout.
        elsewhere: the host of the remote, where that is not GitHub's; with SSH it may be an alias of it.
        is_alias_possible: whether the remote is reached by SSH, whose settings give hosts other names.
    """

    top: Path
    owner: str | None = None
    name: str | None = None
    commit: str | None = None
    branch: str | None = None
    elsewhere: str | None = None
    is_alias_possible: bool = False

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
    host = matched["host"].lower() if matched else None
    commit = _git(folder, "rev-parse", "HEAD")
    head = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    branch = head or _git(folder, "symbolic-ref", "--short", "HEAD")
    return Hosting(
        top=Path(top),
        owner=matched["owner"] if matched else None,
        name=matched["name"] if matched else None,
        commit=commit if _COMMIT.fullmatch(commit) else None,
        branch=branch if _NAME.fullmatch(branch) else None,
        elsewhere=host if host not in GITHUB else None,
        is_alias_possible=matched is not None and not matched["scheme"].startswith("http"),
    )


def parse(url: str) -> tuple[str, str] | None:
    """Return owner and name of the repository on GitHub that a remote's address names, or None if it names none."""
    matched = _REMOTE.fullmatch(url.strip())
    return (matched["owner"], matched["name"]) if matched and matched["host"].lower() in GITHUB else None


def is_pushed(home: Hosting) -> bool:
    """Return whether a branch that was fetched from origin, or pushed to it, has the commit of a checkout."""
    return bool(home.commit) and bool(
        _git(home.top, "for-each-ref", "--count=1", f"--contains={home.commit}", "refs/remotes/origin")
    )


def installed_from() -> tuple[str, str] | None:
    """Return repository, `OWNER/NAME`, and commit that the Slipway that runs was installed from, where that is recorded.

    An installer records it for a distribution that comes from a repository:
    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        text = importlib.metadata.distribution("slipway-release").read_text("direct_url.json")
        record = json.loads(text or "{}")
        remote = parse(str(record["url"]))
        commit = str(record["vcs_info"]["commit_id"])
    except (importlib.metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        return None
    return (f"{remote[0]}/{remote[1]}", commit) if remote else None


def _git(folder: Path, *arguments: str) -> str:
    with suppress(OSError, SlipwayError):
        return git.line(folder, *arguments)
    return ""
