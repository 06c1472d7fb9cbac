"""The journal of a release: a file in the git directory with what git itself does not say.

It is what `--continue` and `--undo` need: where HEAD was, what the files were, and which tree was checked. The rest
is read from git and from the remote each time.
"""

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from slipway import system
from slipway.errors import InputError
from slipway.releasing import position
from slipway.releasing.changes import Change

FILE = "slipway-release.json"
INDEX = "slipway-release.index"

Stage = Literal["begun", "pushing", "waiting", "finished"]
"""How far it came: nothing sent, perhaps sent, a pull request waits for its merge, all is done."""


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a release.

    Attributes:
        folder: the project's folder from the top of the checkout; empty for the top.
        branch: the branch the release is made on, and `upstream` its name on the remote.
        head: the commit it started from.
        tree: hash of the tree that was checked, and `checked` the commit it was checked at, which a copy alone may have.
        message: of the commit.
        title: first line of the tag's message, and `notes` the rest.
        changes: to files, from the top of the checkout.
        bump: the value of --bump it was asked for with.
        pull_request: the branch of its pull request; empty where it is pushed at once.
        commit: the commit that was made; None before.
        merged: somebody brought the commit to the remote; the tag alone is pushed.
    """

    version: str
    tag: str
    folder: str
    branch: str
    upstream: str
    remote: str
    head: str
    tree: str
    checked: str = ""
    message: str
    title: str
    notes: str
    changes: tuple[Change, ...] = ()
    bump: str | None = None
    pull_request: str = ""
    commit: str | None = None
    merged: bool = False
    stage: Stage = "begun"


def read(top: Path) -> Journal | None:
    """Return the journal of a checkout, None where there is none.

    Raises:
        InputError: it cannot be read.
    """
    return load(position.git_path(top, FILE))


def load(path: Path) -> Journal | None:
    """Return the journal in a file, None where there is none.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Journal)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"The journal of a release cannot be read: {error}.",
            cause="Another version of Slipway wrote it, or it was changed by hand.",
            remedy=f"Look at `git status` and `git log -3`; then delete {path} and release again.",
        ) from error


def write(top: Path, entry: Journal) -> Journal:
    """Write the journal in one step and return it."""
    path = position.git_path(top, FILE)
    _replace(path, msgspec.json.encode(entry))
    return entry


def note(top: Path, entry: Journal, **fields: object) -> Journal:
    """Write the journal with other values for some fields, and return it."""
    return write(top, msgspec.structs.replace(entry, **fields))


def begin(top: Path, entry: Journal) -> Journal:
    """Keep the index as it is, and write the journal of a release that begins."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(position.git_path(top, "index"), position.git_path(top, INDEX))
    return write(top, entry)


def finish(top: Path, entry: Journal) -> Journal:
    """Note that all is done; what was kept for the way back goes."""
    position.git_path(top, INDEX).unlink(missing_ok=True)
    return note(top, entry, stage="finished", changes=())


def restore_index(top: Path) -> None:
    """Give the index its bytes back, by the way git takes: a lock file that takes its place.

    Raises:
        InputError: another git command has the lock.
    """
    kept, index = position.git_path(top, INDEX), position.git_path(top, "index")
    if not kept.exists():
        return
    lock = index.with_name(f"{index.name}.lock")
    try:
        with lock.open("xb") as stream:
            stream.write(kept.read_bytes())
    except FileExistsError as error:
        raise InputError(
            f"{lock} is there: the index cannot be restored.",
            cause="Another git command is running in this checkout, or was killed.",
            remedy="Let it end; if none is running, delete that file. Then run again with --undo.",
        ) from error
    system.retried(lambda: lock.replace(index))


def forget(top: Path) -> None:
    """Remove the journal and what was kept with it."""
    position.git_path(top, FILE).unlink(missing_ok=True)
    position.git_path(top, INDEX).unlink(missing_ok=True)


def _replace(path: Path, data: bytes) -> None:
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with written.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        system.retried(lambda: written.replace(path))
    finally:
        written.unlink(missing_ok=True)
