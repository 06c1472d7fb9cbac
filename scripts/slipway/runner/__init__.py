"""The runner: a GitHub runner, a terminal or a pipe, behind one interface."""

import os
import sys
from collections.abc import Mapping

from slipway.runner.base import Event, GitHubApi, IdTokenRequest, Runner
from slipway.runner.github import GitHubRunner
from slipway.runner.terminal import PlainRunner

__all__ = ["Event", "GitHubApi", "IdTokenRequest", "Runner", "detect"]


def detect(environ: Mapping[str, str] | None = None, *, verbose: bool = False) -> Runner:
    """Return the runner for this process.

    Args:
        environ: the environment to read; this process's own by default.
        verbose: show every line that a build or a test prints.
    """
    environ = os.environ if environ is None else environ
    if environ.get("GITHUB_ACTIONS") == "true":
        return GitHubRunner(environ)
    if sys.stderr.isatty() and environ.get("TERM") != "dumb":
        from slipway.runner.live import LiveRunner

        return LiveRunner(verbose=verbose)
    return PlainRunner(verbose=verbose)
