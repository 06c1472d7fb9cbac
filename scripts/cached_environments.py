# ruff: noqa: INP001 - `python3 scripts` makes a program of this folder, not a package
"""The private environments in the cache: what one is made from, where it is, whether it is complete.

An environment belongs to a lock file, a Python and a platform. It is made once, by `private_environment`, in a cache
folder of its own; nothing is ever installed into the user's environment. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from slipway import system

SCRIPTS = Path(__file__).resolve().parent
REQUIREMENTS = SCRIPTS / "requirements"
INSTALLER = REQUIREMENTS / "uv.txt"

READY = "slipway-ready"
"""The file that is written last, into an environment that is complete, and touched when it is used."""

LAYOUT = 2
"""Raised when environments are made in another way than before, so that the old ones are left alone."""


def is_ready(folder: Path, description: str, program: Path, *, thorough: bool = False) -> bool:
    """Return whether an environment is complete and made as described.

    Args:
        folder: where it is.
        description: what it is to be made from.
        program: what is run of it; the Python that a link leads to may have been removed since.
        thorough: whether to read all files and make sure that they are as they were when it was made.
    """
    try:
        made, _, digest = (folder / READY).read_text(encoding="utf-8").rpartition("files ")
        is_made = made == description and program.exists()
        return is_made and (not thorough or digest == f"{digest_of(folder)}\n")
    except (OSError, UnicodeDecodeError):
        return False


def stamp_for(folder: Path, description: str) -> str:
    """Return the text of the stamp of an environment that is complete."""
    return f"{description}files {digest_of(folder)}\n"


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of all paths and contents in a folder, but for the stamp.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256()
    waiting = [os.fspath(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            listed = sorted(entries, key=lambda entry: entry.path)
        for entry in listed:
            path = os.fsencode(os.path.relpath(entry.path, folder))
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.is_file(follow_symlinks=False) and path != READY.encode():
                with open(entry.path, "rb") as stream:  # noqa: PTH123 - twice as fast as Path.open
                    content = hashlib.file_digest(stream, "sha256").digest()
                digest.update(b"file %b\0%b" % (path, content))
            elif entry.is_symlink():
                digest.update(b"link %b\0%b\0" % (path, os.fsencode(os.readlink(entry.path))))  # noqa: PTH115
    return digest.hexdigest()


def cache_folder() -> Path:
    """Return the folder that Slipway keeps things in between runs: SLIPWAY_CACHE, else the platform's place.

    Raises:
        RuntimeError: there is no home folder.
    """
    if own := os.environ.get("SLIPWAY_CACHE"):
        return Path(own).absolute()
    return system.cache_folder()


def fresh_cache_folder() -> Path | None:
    """Return a new cache folder on a GitHub runner, None elsewhere.

    The runner empties RUNNER_TEMP before and after each job; its home folder may keep what an earlier job left.
    """
    temp = os.environ.get("RUNNER_TEMP")
    if os.environ.get("GITHUB_ACTIONS") != "true" or not temp:
        return None
    import tempfile

    return Path(tempfile.mkdtemp(prefix="slipway-publish-", dir=temp)).resolve()


def describe(lock: Path) -> str:
    """Return what an environment is made from, as the text that its stamp holds."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    parts = (
        f"slipway environment, layout {LAYOUT}",
        f"lock {lock.name}",
        *(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in (lock, INSTALLER)),
        f"python {sys.implementation.cache_tag} {sys.version_info[0]}.{sys.version_info[1]}",
        f"platform {system.description()}",
        f"interpreter {os.path.realpath(base)}",
    )
    return "\n".join(parts) + "\n"


def name_of(lock: Path, description: str) -> str:
    """Return the name of the folder of an environment."""
    digest = hashlib.sha256(description.encode(errors="surrogateescape")).hexdigest()[:12]
    return f"{lock.stem}-{sys.implementation.cache_tag}-{digest}"
