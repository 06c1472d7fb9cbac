"""The token that settings are read with: that of a variable, else the one that GitHub's program `gh` keeps."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from slipway import processes
from slipway.runner import GitHubApi

TIMEOUT = 10.0
"""Seconds that `gh` may take; it asks nobody."""

KEYRING = ("GH_CONFIG_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""The variables without which `gh` does not find what it keeps."""

_TOKEN = re.compile(r"[\x21-\x7e]{20,500}")


class Found(Struct, frozen=True):
    """A token, if there is one, and where it comes from, as in a sentence."""

    token: str | None = None
    source: str | None = None

    def __repr__(self) -> str:
        """Return a text without the token."""
        return f"{type(self).__name__}(source={self.source!r})"


def find(api: GitHubApi, folder: Path) -> Found:
    """Return the token to read a repository with.

    Args:
        api: with the token of a variable, where one is set.
        folder: where `gh` is started.
    """
    if api.token is not None:
        return Found(api.token, "a variable")
    kept = _of_gh(urlsplit(api.url).hostname or "", folder)
    return Found(kept, "`gh auth token`") if kept else Found()


def _of_gh(host: str, folder: Path) -> str | None:
    program = shutil.which("gh")
    if program is None:
        return None
    words = (program, "auth", "token", "--hostname", host.removeprefix("api."))
    passed = {name: os.environ[name] for name in KEYRING if name in os.environ}
    try:
        ended = processes.run(
            words, cwd=folder, timeout=TIMEOUT, environ=processes.scrubbed_environment(passed)
        )
    except (OSError, processes.TimedOut):
        return None
    printed = ended.output.strip()
    return printed if ended.returncode == 0 and _TOKEN.fullmatch(printed) else None
