"""The one door through which git is started. But for `as_user`, it runs no program that a repository names.

A repository names programs in its own configuration, in .gitattributes together with it, and in its hooks. Each call
therefore goes without hooks, monitors, filters, pagers, external diffs and transports, takes no locks and does not prompt.

`as_user` is for what the user asks for by name on their own machine: to commit, to tag and to push, as they would by hand.

What git runs, and how each is turned off: https://git-scm.com/docs/git-config, https://git-scm.com/docs/gitattributes
and https://git-scm.com/docs/git#_environment_variables
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from slipway import processes, variables
from slipway.errors import InputError, ToolError
from slipway.processes import Completed

TIMEOUT = 60.0

TIMEOUT_AS_USER = 3600.0
"""Seconds; hooks may run tests, and a person may have to look for a security key."""

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "core.sshCommand": "false",
    "credential.helper": "",
    "protocol.allow": "never",
    "log.showSignature": "false",
    "status.showUntrackedFiles": "normal",
    "status.relativePaths": "false",
    "status.renames": "false",
}
_FLAGS = {
    # What is inside a submodule has a configuration of its own; it is read by a call of its own.
    "status": ("--ignore-submodules=dirty",),
    "diff": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"),
    "log": ("--no-ext-diff", "--no-textconv", "--no-show-signature"),
}
"""Command to the options without which it would run a program."""
_WITHOUT_CONTENTS = frozenset(
    {
        "check-attr",
        "check-ignore",
        "check-ref-format",
        "config",
        "for-each-ref",
        "log",
        "ls-files",
        "merge-base",
        "remote",
        "rev-list",
        "rev-parse",
        "symbolic-ref",
        "update-ref",
    }
)
"""Commands that, as they are called here, read no file of a checkout, and so pass none through a filter."""
_FILTER = re.compile(r"filter\.(?P<name>.+)\.(?:clean|smudge|process|required)", re.IGNORECASE | re.DOTALL)
_FILTER_OFF = {"clean": "", "smudge": "", "process": "", "required": "false"}

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PASSED_ON = re.compile(
    r"PATH|PATHEXT|HOME|HOMEDRIVE|HOMEPATH|USERPROFILE|XDG_CONFIG_HOME|PROGRAMDATA|SYSTEMROOT|TMPDIR|TEMP|TMP"
    r"|LD_LIBRARY_PATH|SUDO_UID|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|(?:KEY|VALUE)_\d+)|GIT_EXEC_PATH"
    r"|GIT_CEILING_DIRECTORIES|GIT_DISCOVERY_ACROSS_FILESYSTEM|GIT_TEST_ASSUME_DIFFERENT_OWNER",
    re.IGNORECASE,
)
"""Variables git gets: where programs, the user's own settings and temporary files are. None of those that point it at
another repository than the folder's own (a git hook sets them) or that name a program."""


_OF_THE_USER = re.compile(
    r"SSH_(?:AUTH_SOCK|AGENT_PID|ASKPASS|ASKPASS_REQUIRE)|GNUPGHOME|GPG_(?:TTY|AGENT_INFO)|DBUS_SESSION_BUS_ADDRESS"
    r"|GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|TERMINAL_PROMPT|PROXY_COMMAND|PROXY_SSL_\w{1,50}|SSL_\w{1,50})"
    r"|GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|EMAIL|GH_TOKEN|VIRTUAL_ENV|PRE_COMMIT_HOME|SKIP"
)
"""Further variables that git, ssh, gpg, credential helpers and hooks need to act for the user."""


def run(folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Completed:
    """Run a git command in a folder and return how it ended.

    Args:
        folder: where; git looks for the repository from there upwards.
        arguments: the command and its arguments.
        settings: of git's configuration, for this call; they do not turn on what this door turns off.

    Raises:
        OSError: git is not installed.
        InputError: the repository configures a filter that git cannot be kept from running.
        ToolError: git took longer than `TIMEOUT` seconds.
    """
    command, *rest = arguments
    names = () if command in _WITHOUT_CONTENTS else filters(folder)
    off = {f"filter.{name}.{key}": value for name in names for key, value in _FILTER_OFF.items()}
    return _run(folder, {**(settings or {}), **_SETTINGS, **off}, command, *_FLAGS.get(command, ()), *rest)


def line(folder: Path, *arguments: str) -> str:
    """Return what a git command prints, without the blanks around it; nothing where it fails.

    Raises:
        OSError, InputError, ToolError: as for `run`.
    """
    done = run(folder, *arguments)
    return done.output.strip() if done.returncode == 0 else ""


def place(folder: Path) -> tuple[Path, str] | None:
    """Return the top folder of a repository and a folder's path in it, empty for the top; None outside of any.

    Raises:
        OSError, InputError, ToolError: as for `run`.
    """
    done = run(folder, "rev-parse", "--show-toplevel", "--show-prefix")
    if done.returncode != 0:
        return None
    top, prefix, *_ = [*done.output.splitlines(), ""]
    return Path(top), prefix.rstrip("/")


def as_user(folder: Path, *arguments: str) -> Completed:
    """Run a git command as the user would: with their configuration, hooks, signing, ssh and credential helpers.

    For what a command promises to do in the user's name, and never in a repository of somebody else.

    Args:
        folder: where.
        arguments: the command and its arguments.

    Raises:
        OSError: git is not installed.
        ToolError: git took longer than `TIMEOUT_AS_USER` seconds.
    """
    environ = variables.for_children(os.environ)
    environ |= {
        name: value
        for name, value in os.environ.items()
        if _PASSED_ON.fullmatch(name) or _OF_THE_USER.fullmatch(name)
    }
    with _in_time(folder, arguments[0], TIMEOUT_AS_USER):
        return processes.run(
            ["git", "--no-pager", *arguments],
            cwd=folder,
            timeout=TIMEOUT_AS_USER,
            environ=environ,
            on_terminal=True,
        )


def output(folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> str:
    """Return what a git command prints; the arguments are those of `run`.

    Raises:
        OSError, InputError: as for `run`.
        ToolError: it fails or takes too long.
    """
    completed = run(folder, *arguments, settings=settings)
    if completed.returncode != 0:
        raise ToolError(
            f"git {arguments[0]} failed in {folder} with exit code {completed.returncode}.",
            cause="The repository is damaged, or only part of it was copied.",
            remedy="Run `git fsck` there, or start again from a fresh clone.",
            log=completed.tail(),
        )
    return completed.output


def filters(folder: Path) -> frozenset[str]:
    """Return the names of the filters that git's configuration has for a folder, the user's own included.

    Those of the user are turned off too: git-lfs, the most common one, runs programs named in the repository's settings.
    """
    keys = _run(folder, {}, "config", "--includes", "--name-only", "--list", "-z").output.split("\0")
    names = frozenset(found["name"] for key in keys if (found := _FILTER.fullmatch(key)))
    if any("=" in name for name in names):
        raise InputError(
            f"The repository of {folder} configures a filter with `=` in its name.",
            cause="git has no option that turns such a filter off, and its program is not to be run.",
            remedy="Rename the filter in .gitattributes and in the configuration of git.",
        )
    return names


def filtered(folder: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return those of some paths whose contents git would pass through a filter, relative to the folder.

    With the filter turned off git cannot say whether such a file differs from the commit.
    """
    known = filters(folder)
    paths = tuple(paths) if known else ()
    found: set[str] = set()
    for start in range(0, len(paths), _PATHS_AT_ONCE):
        some = paths[start : start + _PATHS_AT_ONCE]
        fields = output(folder, "check-attr", "-z", "filter", "--", *some).split("\0")
        found |= {path for path, name in zip(fields[::3], fields[2::3], strict=False) if name in known}
    return frozenset(found)


_PATHS_AT_ONCE = 100
"""Paths on one command line; Windows allows 32,767 characters."""


def _run(folder: Path, settings: dict[str, str], *arguments: str) -> Completed:
    options = [part for key, value in (_SETTINGS | settings).items() for part in ("-c", f"{key}={value}")]
    environ = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)} | _ENVIRONMENT
    with _in_time(folder, arguments[0], TIMEOUT):
        return processes.run(
            ["git", "--no-pager", *options, *arguments], cwd=folder, timeout=TIMEOUT, environ=environ
        )


@contextmanager
def _in_time(folder: Path, command: str, seconds: float) -> Iterator[None]:
    try:
        yield
    except processes.TimedOut as error:
        raise ToolError(
            f"git {command} did not end within {seconds:g} seconds in {folder}.",
            cause="The repository is on a slow or unreachable disk or server, or very large.",
            remedy=f"Run `git {command}` there by hand and see what it waits for.",
        ) from error
