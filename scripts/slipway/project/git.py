"""The commit a project stands at, read with as few calls of git as it takes.

Each call is told to take no locks, to run no program the repository names and to ask nobody anything.
What git prints: https://git-scm.com/docs/git-status#_porcelain_format_version_2
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from slipway import processes
from slipway.errors import InputError, ToolError
from slipway.processes import Completed

PATHS_LISTED = 50
"""Changed and untracked paths that are kept; `changes` counts them all."""
TIMEOUT = 60.0

_NO_FOREIGN_PROGRAMS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "log.showSignature=false",
    "status.showUntrackedFiles=normal",
    "status.relativePaths=false",
    "status.renames=false",
)
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
"""Variables that point git at another repository than the folder's own; a git hook sets them."""

_NO_REPOSITORY = re.compile(r"not a git repository|must be run in a work tree", re.IGNORECASE)
_DUBIOUS = re.compile(r"dubious ownership|unsafe repository", re.IGNORECASE)
_SUBMODULE_PATH = re.compile(r"^[ \t]*path[ \t]*=[ \t]*(?P<path>\S(?:.*\S)?)[ \t\r]*$", re.MULTILINE)
_TAG = "tag: refs/tags/"


@dataclass(frozen=True, kw_only=True)
class GitFacts:
    """The commit, and how the folder differs from it.

    Attributes:
        toplevel: the repository's top folder.
        prefix: the project's folder in it, with forward slashes; empty where it is the top itself.
        commit: full hash; None in a repository without a commit.
        committed_at: time of the commit, seconds since the epoch.
        branch: None for a detached HEAD.
        tags: tags that point at the commit.
        has_tags: whether the repository has any tag.
        shallow: whether history was cut off when it was cloned.
        changed: tracked paths that differ from the commit, relative to the top folder.
        untracked: paths that are neither tracked nor ignored; a folder ends in a slash.
        changes: how many of both there are in all.
        submodules: declared paths of submodules, relative to the top folder.
        missing_submodules: those that are not checked out.
    """

    toplevel: Path
    prefix: str = ""
    commit: str | None = None
    committed_at: int | None = None
    branch: str | None = None
    tags: tuple[str, ...] = ()
    has_tags: bool = False
    shallow: bool = False
    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    changes: int = 0
    submodules: tuple[str, ...] = ()
    missing_submodules: tuple[str, ...] = ()

    @property
    def dirty(self) -> tuple[str, ...]:
        """All paths that differ from the commit, the tracked ones first."""
        return (self.changed + self.untracked)[:PATHS_LISTED]


@dataclass(frozen=True, kw_only=True)
class _Status:
    commit: str | None
    branch: str | None
    changed: tuple[str, ...]
    untracked: tuple[str, ...]


def read(root: Path) -> GitFacts | None:
    """Return the git facts of a project's folder.

    None stands for: no git on this machine, a folder outside any repository, or one that the repository
    it does not track (an archive unpacked in a checkout is no part of that checkout's commit).

    Raises:
        InputError: git refuses to read a repository of another user.
        ToolError: git fails otherwise.
    """
    place = _place(root)
    if place is None:
        return None
    toplevel, prefix, shallow = place
    status = _status(toplevel)
    if prefix and (_covers(status.untracked, prefix) or _is_ignored(root)):
        return None
    committed_at, tags = _committed(toplevel) if status.commit else (None, ())
    submodules = _submodules(toplevel)
    return GitFacts(
        toplevel=toplevel,
        prefix=prefix,
        commit=status.commit,
        committed_at=committed_at,
        branch=status.branch,
        tags=tags,
        has_tags=bool(tags) or _has_tags(toplevel),
        shallow=shallow,
        changed=status.changed[:PATHS_LISTED],
        untracked=status.untracked[:PATHS_LISTED],
        changes=len(status.changed) + len(status.untracked),
        submodules=submodules,
        missing_submodules=tuple(path for path in submodules if not (toplevel / path / ".git").exists()),
    )


def last_tag(root: Path, prefix: str) -> str | None:
    """Return the newest tag with a prefix that the commit descends from, None where there is none."""
    completed = _git(root, "describe", "--tags", "--abbrev=0", f"--match={prefix}[0-9]*")
    return completed.output.strip() or None if completed.returncode == 0 else None


def differs(folder: Path, tag: str) -> bool:
    """Return whether anything in a folder differs from a tag, what is not committed included."""
    return _git(folder, "diff", "--quiet", tag, "--", ".").returncode != 0


def tracked(root: Path) -> frozenset[str]:
    """Return the paths below a folder that git tracks, relative to it; a submodule is one path.

    Raises:
        ToolError: git fails.
    """
    return frozenset(filter(None, _demanded(root, "ls-files", "-z").split("\0")))


def _git(root: Path, *arguments: str) -> Completed:
    settings = [part for setting in _NO_FOREIGN_PROGRAMS for part in ("-c", setting)]
    environ = processes.scrubbed_environment(_QUIET)
    for name in _ELSEWHERE:
        environ.pop(name, None)
    try:
        return processes.run(["git", *settings, *arguments], cwd=root, timeout=TIMEOUT, environ=environ)
    except processes.TimedOut as error:
        raise ToolError(
            f"git {arguments[0]} did not end within {TIMEOUT:g} seconds in {root}.",
            cause="The repository is on a slow or unreachable disk, or very large.",
            remedy=f"Run `git {' '.join(arguments)}` there by hand and see what it waits for.",
        ) from error


def _demanded(root: Path, *arguments: str) -> str:
    """Return what git prints.

    Raises:
        ToolError: it fails.
    """
    completed = _git(root, *arguments)
    if completed.returncode != 0:
        raise ToolError(
            f"git {arguments[0]} failed in {root} with exit code {completed.returncode}.",
            cause="The repository is damaged, or only part of it was copied.",
            remedy="Run `git fsck` there, or start again from a fresh clone.",
            log=completed.tail(),
        )
    return completed.output


def _place(root: Path) -> tuple[Path, str, bool] | None:
    """Return the repository's top folder, the project's folder in it, and whether it is shallow."""
    try:
        found = _git(root, "rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository")
    except OSError:
        return None
    if found.returncode == 0:
        lines = [*found.output.splitlines(), "", "", ""][:3]
        return Path(lines[0] or os.fspath(root)), lines[1].rstrip("/"), lines[2] == "true"
    if _DUBIOUS.search(found.errors):
        raise InputError(
            f"git refuses to read the repository of {root}: it belongs to another user.",
            cause="The checkout was made by another user, as happens in containers and with mounted folders.",
            remedy=f'If you trust it: git config --global --add safe.directory "{_refused(found, root)}"',
            read="https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory",
        )
    if _NO_REPOSITORY.search(found.errors):
        return None
    raise ToolError(
        f"git cannot read the repository of {root}.",
        cause="The repository is damaged, or its configuration cannot be read.",
        remedy="Run `git status` there, correct what it says and start again.",
        log=found.tail(),
    )


def _refused(completed: Completed, root: Path) -> str:
    quoted = re.search(r"repository (?:at )?'([^']+)'", completed.errors)
    return quoted[1] if quoted else str(root)


def _status(toplevel: Path) -> _Status:
    output = _demanded(toplevel, "status", "--porcelain=v2", "--branch", "-z")
    header: dict[str, str] = {}
    changed, untracked = [], []
    for kind, text in _entries(output.split("\0")):
        if kind == "#":
            key, _, value = text.partition(" ")
            header[key] = value
        elif kind == "?":
            untracked.append(text)
        else:
            changed.append(text)
    commit, branch = header.get("branch.oid"), header.get("branch.head")
    return _Status(
        commit=None if commit in {None, "(initial)"} else commit,
        branch=None if branch in {None, "(detached)"} else branch,
        changed=tuple(changed),
        untracked=tuple(untracked),
    )


def _entries(records: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each record of `git status --porcelain=v2 -z`; a file's text is its path."""
    fields_before_path = {"1": 7, "2": 8, "u": 9}
    each = iter(records)
    for record in each:
        kind, _, rest = record.partition(" ")
        if kind in fields_before_path:
            yield kind, rest.split(" ", fields_before_path[kind])[-1]
        elif kind in {"#", "?"}:
            yield kind, rest
        if kind == "2":
            next(each, None)  # the path it was renamed from


def _covers(untracked: Iterable[str], prefix: str) -> bool:
    """Return whether an untracked folder holds the project's folder."""
    return any(path.endswith("/") and f"{prefix}/".startswith(path) for path in untracked)


def _is_ignored(root: Path) -> bool:
    return _git(root, "check-ignore", "--quiet", ".").returncode == 0


def _committed(toplevel: Path) -> tuple[int | None, tuple[str, ...]]:
    """Return the commit's time and its tags."""
    output = _demanded(
        toplevel,
        "log",
        "-1",
        "--no-show-signature",
        "--decorate=full",
        "--decorate-refs=refs/tags/*",
        "--format=%ct%n%D",
    )
    stamp, _, refs = output.partition("\n")
    tags = tuple(ref.removeprefix(_TAG) for ref in refs.strip().split(", ") if ref.startswith(_TAG))
    return (int(stamp) if stamp.strip().isdigit() else None), tags


def _has_tags(toplevel: Path) -> bool:
    return bool(_demanded(toplevel, "for-each-ref", "--count=1", "--format=%(refname)", "refs/tags").strip())


def _submodules(toplevel: Path) -> tuple[str, ...]:
    """Return the paths in .gitmodules that stay inside the repository."""
    try:
        text = (toplevel / ".gitmodules").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    paths = (match["path"].strip('"') for match in _SUBMODULE_PATH.finditer(text))
    return tuple(path for path in paths if not path.startswith("/") and ".." not in path.split("/"))
