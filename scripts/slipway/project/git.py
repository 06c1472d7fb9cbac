"""The commit a project is at, read with as few calls of git as it takes.

What git prints: https://git-scm.com/docs/git-status#_porcelain_format_version_2
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from slipway import git
from slipway.errors import InputError, ToolError

PATHS_LISTED = 50
"""Changed and untracked paths that are kept."""

_NO_REPOSITORY = re.compile(r"not a git repository|must be run in a work tree", re.IGNORECASE)
_DUBIOUS = re.compile(r"dubious ownership|unsafe repository", re.IGNORECASE)
_TAG = "tag: refs/tags/"
_ONE_TAG = ("for-each-ref", "--count=1", "--format=%(refname)", "refs/tags")


class GitFacts(Struct, frozen=True, kw_only=True):
    """The commit, and how the folder differs from it.

    Attributes:
        prefix: the project's folder in it, with forward slashes; empty where it is the top itself.
        commit: full hash; None in a repository without a commit.
        committed_at: time of the commit, seconds since the epoch.
        tags: tags that point at the commit.
        has_tags: whether the repository has any tag.
        shallow: whether it was cloned without the whole history.
        changed: tracked paths that differ from the commit, relative to the top folder.
        untracked: paths that are neither tracked nor ignored; a folder ends in a slash.
        missing_submodules: those that .gitmodules names and that are not checked out.
    """

    prefix: str = ""
    commit: str | None = None
    committed_at: int | None = None
    tags: tuple[str, ...] = ()
    has_tags: bool = False
    shallow: bool = False
    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    missing_submodules: tuple[str, ...] = ()

    @property
    def dirty(self) -> tuple[str, ...]:
        """All paths that differ from the commit, the tracked ones first."""
        return (self.changed + self.untracked)[:PATHS_LISTED]


def read(root: Path) -> GitFacts | None:
    """Return the git facts of a project's folder.

    None means: no git on this machine, a folder outside any repository, or one that the repository around it
    does not track (an archive unpacked in a checkout is not part of that checkout's commit).

    Raises:
        InputError: git refuses to read a repository of another user.
        ToolError: git fails otherwise.
    """
    place = _place(root)
    if place is None:
        return None
    toplevel, prefix, shallow = place
    status = _status(toplevel)
    covered = any(path.endswith("/") and f"{prefix}/".startswith(path) for path in status.untracked)
    if prefix and (covered or git.run(root, "check-ignore", "--quiet", ".").returncode == 0):
        return None
    committed_at, tags = _committed(toplevel) if status.commit else (None, ())
    submodules = _submodules(toplevel)
    changed = (*status.changed, *_changed_inside(toplevel, submodules, status.changed))
    return replace(
        status,
        prefix=prefix,
        committed_at=committed_at,
        tags=tags,
        has_tags=bool(tags or git.output(toplevel, *_ONE_TAG).strip()),
        shallow=shallow,
        changed=changed[:PATHS_LISTED],
        untracked=status.untracked[:PATHS_LISTED],
        missing_submodules=tuple(path for path in submodules if not (toplevel / path / ".git").exists()),
    )


def last_tag(root: Path, prefix: str) -> str | None:
    """Return the newest tag with a prefix that the commit descends from, None where there is none."""
    completed = git.run(root, "describe", "--tags", "--abbrev=0", f"--match={prefix}[0-9]*")
    return completed.output.strip() or None if completed.returncode == 0 else None


def tags(root: Path, *, of_commit: bool = False) -> tuple[str, ...]:
    """Return the tags of the repository, or those that the commit descends from; none where there is no commit.

    Raises:
        ToolError: git takes too long.
    """
    options = ("--merged=HEAD",) if of_commit else ()
    listed = git.run(root, "for-each-ref", "--format=%(refname)", *options, "refs/tags")
    return tuple(line.removeprefix("refs/tags/") for line in listed.output.splitlines())


def differs(folder: Path, tag: str) -> bool:
    """Return whether anything in a folder differs from a tag, what is not committed included."""
    completed = git.run(folder, "diff", "--relative", "--name-only", "-z", tag, "--", ".")
    paths = frozenset(filter(None, completed.output.split("\0")))
    return completed.returncode != 0 or bool(paths - git.filtered(folder, paths))


def tracked(root: Path) -> frozenset[str]:
    """Return the paths below a folder that git tracks, relative to it; a submodule is one path.

    Raises:
        ToolError: git fails.
    """
    return frozenset(filter(None, git.output(root, "ls-files", "-z").split("\0")))


def _place(root: Path) -> tuple[Path, str, bool] | None:
    """Return the repository's top folder, the project's folder in it, and whether it is shallow."""
    try:
        found = git.run(root, "rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository")
    except OSError:
        return None
    if found.returncode == 0:
        lines = [*found.output.splitlines(), "", "", ""][:3]
        return Path(lines[0] or os.fspath(root)), lines[1].rstrip("/"), lines[2] == "true"
    if _DUBIOUS.search(found.errors):
        quoted = re.search(r"repository (?:at )?'([^']+)'", found.errors)
        raise InputError(
            f"git refuses to read the repository of {root}: it belongs to another user.",
            cause="The checkout was made by another user, as happens in containers and with mounted folders.",
            remedy=f'If you trust it: git config --global --add safe.directory "{quoted[1] if quoted else root}"',
            read="https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory",
        )
    if _NO_REPOSITORY.search(found.errors):
        return None
    raise ToolError(
        f"git cannot read the repository of {root}.",
        cause="The repository is damaged, or its configuration cannot be read.",
        remedy="Run `git status` there, fix what it reports and start again.",
        log=found.tail(),
    )


def _status(toplevel: Path) -> GitFacts:
    """Return the commit and all changed and untracked paths."""
    output = git.output(toplevel, "status", "--porcelain=v2", "--branch", "-z")
    header: dict[str, str] = {}
    changed: list[str] = []
    untracked: list[str] = []
    for kind, text in _entries(output.split("\0")):
        if kind == "#":
            key, _, value = text.partition(" ")
            header[key] = value
        elif kind == "?":
            untracked.append(text)
        else:
            changed.append(text)
    unknown = git.filtered(toplevel, changed)
    commit = header.get("branch.oid")
    return GitFacts(
        commit=None if commit in {None, "(initial)"} else commit,
        changed=tuple(path for path in changed if path not in unknown),
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


def _committed(toplevel: Path) -> tuple[int | None, tuple[str, ...]]:
    """Return the commit's time and its tags."""
    options = ("--decorate=full", "--decorate-refs=refs/tags/*", "--format=%ct%n%D")
    output = git.output(toplevel, "log", "-1", *options)
    stamp, _, refs = output.partition("\n")
    tags = tuple(ref.removeprefix(_TAG) for ref in refs.strip().split(", ") if ref.startswith(_TAG))
    return (int(stamp) if stamp.strip().isdigit() else None), tags


def _submodules(toplevel: Path) -> dict[str, str]:
    """Return the paths in .gitmodules that stay inside the repository, each with its `ignore` setting."""
    if not (toplevel / ".gitmodules").is_file():
        return {}
    tables: dict[str, dict[str, str]] = {}
    for entry in git.run(toplevel, "config", "--file=.gitmodules", "--list", "-z").output.split("\0"):
        key, _, value = entry.partition("\n")
        name, _, last = key.rpartition(".")
        tables.setdefault(name, {})[last] = value
    paths = {table["path"]: table.get("ignore", "none") for table in tables.values() if table.get("path")}
    return {path: ignore for path, ignore in paths.items() if path[0] != "/" and ".." not in path.split("/")}


def _changed_inside(toplevel: Path, submodules: Mapping[str, str], known: Iterable[str]) -> Iterator[str]:
    """Yield the submodules whose own files differ from the commit they are at."""
    for path, ignore in submodules.items():
        if path in known or ignore in {"all", "dirty"} or not (toplevel / path / ".git").exists():
            continue
        status = _status(toplevel / path)
        inner = _changed_inside(toplevel / path, _submodules(toplevel / path), ())
        if status.changed or (status.untracked and ignore != "untracked") or any(inner):
            yield path
