"""The project's own tool for its changelog (towncrier, scriv, git-cliff), run in a copy of the checkout.

What it changed there is handed back as changes, so that a dry run can show them and an undo can take them back.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from packaging.version import Version

from slipway import git, processes
from slipway.building import checkout
from slipway.environments import disposable
from slipway.errors import InputError, ProjectError, SlipwayError, ToolError
from slipway.project import changelog_sections
from slipway.releasing import source_text
from slipway.releasing.changes import Change, content, repository, upwards

TIMEOUT = 600.0
"""Seconds that the command may take."""
_SETTING = "`changelog-command` of [tool.slipway]"
_ASKED = 100
"""Paths of which git is asked at once whether it ignores them."""

_State = Mapping[str, tuple[int, int, int]]


def run_command(
    root: Path,
    command: str,
    version: Version,
    *,
    timeout: float = TIMEOUT,
    sink: Callable[[str], None] | None = None,
) -> tuple[Change, ...]:
    """Return what a project's own command changes for a release. Nothing in the project is written.

    Args:
        root: the project's folder.
        command: as in the setting; `{version}` in it stands for the version. There is no shell.
        version: the version that is released.
        timeout: seconds the command may take.
        sink: called with every line that it prints.

    Returns:
        The changes, new and removed files among them; none where the changelog has a section for the version already.

    Raises:
        InputError: the command cannot be read or started, or changes no file.
        ProjectError: it ends with an error.
        ToolError: it does not end in time.
    """
    root = root.resolve()
    section = changelog_sections.section(root, version)
    waiting = changelog_sections.unreleased(root)
    if section is not None and section != waiting:
        return ()
    with disposable.scratch() as folder:
        target = folder / "checkout"
        copied = checkout.copy(root, target)
        before = _state(target)
        _run(copied, _words(command, version), command, timeout, sink)
        changed = tuple(_changes(root, repository(root), target, before))
    if not changed:
        raise InputError(
            f"The changelog's own command changed no file: {command}",
            cause="It found nothing to enter, or prints the changelog instead of writing it.",
            remedy=f"Give it the option that writes the file, in {_SETTING}.",
        )
    return changed


def _words(command: str, version: Version) -> list[str]:
    try:
        words = processes.split(command)
    except ValueError as error:
        raise InputError(
            f"The command in {_SETTING} cannot be read: {error}.",
            cause="A quotation mark is not closed.",
            remedy="Quote it as a shell would; for more than one command write a script and name that.",
        ) from error
    if not words:
        raise InputError(
            f"{_SETTING} is empty.",
            cause="There is no word in it.",
            remedy="Name a command there, or remove the setting.",
        )
    return [word.replace("{version}", str(version)) for word in words]


def _run(
    folder: Path, words: list[str], command: str, timeout: float, sink: Callable[[str], None] | None
) -> None:
    printed: list[str] = []

    def record(line: str) -> None:
        printed.append(line)
        if sink is not None:
            sink(line)

    try:
        done = processes.run(words, cwd=folder, timeout=timeout, sink=record)
    except OSError as error:
        raise InputError(
            f"{words[0]} of {_SETTING} cannot be started: {error.strerror}.",
            cause="It is not installed, or not on the PATH of this shell.",
            remedy="Install it, or name a program that is here.",
        ) from error
    except processes.TimedOut as error:
        raise ToolError(
            f"The changelog's own command did not end within {timeout:g} seconds: {command}",
            cause="It waits for an answer on the terminal, or for the network.",
            remedy="Give it the option that answers its questions, such as `--yes`.",
            log=tuple(error.output.splitlines()[-15:]),
        ) from error
    if done.returncode != 0:
        raise ProjectError(
            f"The changelog's own command ended with exit code {done.returncode}: {command}",
            cause="Its last lines say why.",
            remedy="Run it by hand in a copy of the project, and correct what it names.",
            log=done.tail(),
        )


def _state(top: Path) -> _State:
    """Return size, time and number of each file below a folder, what no build reads left out."""
    found: dict[str, tuple[int, int, int]] = {}
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in checkout.LEFT_OUT and name != ".git"]
        for name in files:
            path = Path(folder, name)
            status = path.lstat()
            if not path.is_symlink():
                found[path.relative_to(top).as_posix()] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found


def _changes(root: Path, top: Path, copied: Path, before: _State) -> Iterator[Change]:
    after = _state(copied)
    ignored = _ignored(top, [path for path in after if path not in before])
    for path in sorted(before.keys() | after.keys() - ignored):
        if before.get(path) == after.get(path):
            continue
        old = content(top / path)
        new = source_text.read(copied / path, path)[0] if path in after else None
        if old != new:
            yield Change(upwards(root, top / path), old, new)


def _ignored(top: Path, paths: list[str]) -> frozenset[str]:
    """Return those of some new files that git does not take."""
    found: set[str] = set()
    for start in range(0, len(paths), _ASKED):
        try:
            done = git.run(top, "check-ignore", "--", *paths[start : start + _ASKED])
        except (OSError, SlipwayError):
            break
        found |= set(done.output.splitlines())
    return frozenset(found)
