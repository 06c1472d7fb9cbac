"""Which Slipway a workflow uses: the repository and the commit, which must be there for GitHub to fetch."""

import hashlib
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from msgspec import Struct

from slipway import __version__, git
from slipway.errors import InputError, SlipwayError, ToolError
from slipway.project import git as git_facts
from slipway.project import hosting, installation, workflow
from slipway.project.hosting import Hosting

NAMED = re.compile(r"(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})(?:@(?P<ref>[\w.-]{1,100}))?")
COMMIT = re.compile(r"[0-9a-f]{40}")
RELEASE = re.compile(r"v\d[\w.-]{0,50}")
_REMEDY = (
    "Name it: --uses OWNER/REPOSITORY for the commit of this release, or --uses OWNER/REPOSITORY@COMMIT."
)


class Source(Struct, frozen=True):
    """Where a workflow gets Slipway from.

    Attributes:
        repository: `owner/name` on GitHub.
        commit: the full hash.
        remark: what is to be known about it; empty where there is nothing.
    """

    repository: str
    commit: str
    remark: str = ""


def find(wanted: str | None) -> Source:
    """Return the Slipway for a workflow.

    Args:
        wanted: the value of --uses: a repository, alone or with a commit or the tag of a release behind an @. By default
            the Slipway that runs: its checkout, or what its installer recorded about it (PEP 610).

    Raises:
        InputError: it names none, or the commit that runs is not on GitHub.
        ToolError: GitHub could not be asked.
    """
    if wanted is not None:
        return _named(wanted)
    here = Path(__file__).resolve()
    home = hosting.read(here.parent)
    # Installed into somebody's environment it may stand in their repository, which is not Slipway's.
    if home and here.parents[3] == home.top.resolve():
        return _of_checkout(home)
    return _installed()


def _named(wanted: str) -> Source:
    matched = NAMED.fullmatch(wanted)
    ref = matched["ref"] or f"v{__version__}" if matched else ""
    if matched and COMMIT.fullmatch(ref):
        return Source(matched["repository"], _real(ref))
    if matched and RELEASE.fullmatch(ref):
        return Source(matched["repository"], _tagged(matched["repository"], ref))
    raise InputError(
        f"{wanted[:200]!r} does not name a commit of Slipway.",
        cause="A workflow pins what it uses to a commit, because branches move.",
        remedy="Write OWNER/REPOSITORY@COMMIT with all 40 digits, or OWNER/REPOSITORY@v1.2.3 for the commit of a release.",
    )


def _real(commit: str) -> str:
    if workflow.is_placeholder(commit):
        raise InputError(
            f"{commit} stands for a commit in the examples; there is none of that name.",
            cause="It was copied from an example.",
            remedy="Leave --uses out, or write OWNER/REPOSITORY for the commit of this release.",
        )
    return commit


def _tagged(repository: str, tag: str) -> str:
    """Return the commit of a tag on GitHub; for an annotated tag git lists it with `^{}` behind (git-ls-remote(1))."""
    address = f"https://github.com/{repository}"
    name = f"refs/tags/{tag}"
    # In a folder of its own: what a repository configures around this one has no say in it.
    with tempfile.TemporaryDirectory() as folder:
        done = git.as_user(Path(folder), "ls-remote", "--", address, name, f"{name}^{{}}")
    if done.returncode != 0:
        raise ToolError(
            f"{address} could not be asked for the tag {tag}.",
            cause="There is no connection to GitHub, or no such repository.",
            remedy=f"See that `git ls-remote {address}` works, or name the commit itself with --uses.",
            log=done.tail(),
        )
    refs = {ref: commit for commit, _, ref in (line.partition("\t") for line in done.output.splitlines())}
    commit = refs.get(f"{name}^{{}}") or refs.get(name)
    if commit is None:
        raise InputError(
            f"{repository} on GitHub has no tag {tag}.",
            cause="This version of Slipway was not released there, or its tag has another name.",
            remedy=f"Name the tag or the commit: --uses {repository}@COMMIT.",
        )
    return commit


def _of_checkout(home: Hosting) -> Source:
    """Return what a checkout of Slipway says about itself.

    Raises:
        InputError: it is from elsewhere than GitHub, or its commit is not there.
    """
    if not home.repository or not home.commit or (home.elsewhere and not home.is_alias_possible):
        raise InputError(
            "It is not known which repository on GitHub this Slipway is from.",
            cause=f"The checkout in {home.top} has no remote on GitHub called origin.",
            remedy=_REMEDY,
        )
    if not _is_pushed(home):
        raise InputError(
            f"The commit {home.commit[:12]} of this Slipway is not known to be on GitHub.",
            cause=f"No branch of origin in {home.top} contains it, and origin names no branch or tag at it; a workflow that "
            "uses it could not start.",
            remedy=f"Push it, or name another: --uses {home.repository}@COMMIT.",
        )
    facts = git_facts.read(home.top)
    own = [
        path
        for path in (facts.changed if facts else ())
        if path.startswith(("scripts/", "action.yml", ".github/"))
    ]
    remark = (
        f"Files of this Slipway differ from its commit, such as {own[0]}; the workflow uses the commit."
        if own
        else ""
    )
    return Source(home.repository, home.commit, remark)


def _is_pushed(home: Hosting) -> bool:
    if hosting.is_pushed(home.top, home.commit):
        return True
    # A clone of one tag has no branch of the remote.
    with suppress(OSError, SlipwayError):
        done = git.as_user(home.top, "ls-remote", "--", "origin")
        return done.returncode == 0 and f"{home.commit}\t" in done.output
    return False


def _installed() -> Source:
    try:
        installed, record = installation.read()
    except (ModuleNotFoundError, ValueError):
        raise _unknown("It was copied, not installed.") from None
    if "dir_info" in record:
        return _of_folder(Path(url2pathname(unquote(urlsplit(str(record.get("url", ""))).path))))
    if found := installation.on_github(record):
        return Source(*found)
    links = (link.rpartition(", ")[2] for link in installed.metadata.get_all("Project-URL") or ())
    named = next(filter(None, map(hosting.on_github, links)), None)
    if named is None or record:
        raise _unknown(
            "It was installed from an index or an archive, and its metadata names no repository on GitHub."
        )
    return Source(named, _tagged(named, f"v{__version__}"))


def _of_folder(folder: Path) -> Source:
    """Return what the checkout says from which this Slipway was installed, if the two are the same."""
    home = hosting.read(folder) if folder.is_dir() else None
    if home is None:
        raise _unknown(f"It was installed from {folder}, where there is no repository now.")
    if _digest(Path(__file__).resolve().parents[1]) != _digest(home.top / "scripts" / "slipway"):
        raise _unknown(
            f"It was installed from {folder}, and what is there now differs. Installing it again helps."
        )
    return _of_checkout(home)


def _digest(package: Path) -> str:
    """Return the SHA-256 of the modules of a package."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _unknown(cause: str) -> InputError:
    return InputError(
        "It is not known which repository and commit on GitHub this Slipway is from.",
        cause=cause,
        remedy=_REMEDY,
    )
