"""`slipway rehearse --release`: from the next version to the announcement, on a copy of the repository.

The commit, the tag and the push are real, and so are the upload and the requests to GitHub's REST API; but the remote, the
index and GitHub are stand-ins on this machine that are gone at the end.
"""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from slipway import git, pipeline
from slipway.environments import disposable
from slipway.errors import InputError, ToolError
from slipway.index import loopback
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import hosting
from slipway.releasing import goal, release, screen
from slipway.releasing.bump import FIRST, candidates
from slipway.repository import stand_in
from slipway.runner import Runner

_REPOSITORY = "rehearsal/project"
"""What the stand-in for GitHub calls a repository that is not on GitHub."""

_SETTINGS = {"commit.gpgSign": "false", "tag.gpgSign": "false", "core.hooksPath": os.devnull}
"""Of the copy: a signature may ask for a password, and a hook belongs to the repository that it was written for."""
_TAKEN_OVER = ("user.name", "user.email")


class _Copies(Struct, frozen=True):
    """The copies of a repository.

    Attributes:
        remote: the bare repository that is pushed to.
        checkout: where the release is made.
        inside: the project's folder in a checkout; empty for the top.
    """

    remote: Path
    checkout: Path
    inside: str


def run(
    inputs: Inputs, runner: Runner, *, check: Callable[[Inputs], Manifest], stages: Sequence[str]
) -> Manifest:
    """Release a copy of the project, publish what its tag starts, and announce it; return the manifest.

    Args:
        inputs: what was asked for.
        runner: what the run reports to.
        check: runs `check` with the inputs it is given.
        stages: what a rehearsal runs; with `announce` it is what the tag starts.

    Raises:
        InputError: something has to be put right before this project can be released.
        ToolError: git fails.
    """
    printed = contextlib.redirect_stdout(sys.stderr) if inputs.json else contextlib.nullcontext()
    with disposable.scratch() as scratch, printed:
        copies = _copied(inputs.path, scratch)
        tag, blocked = _released(inputs, runner, copies, check)
        if blocked is not None:
            return blocked
        screen.say(f"\n{tag} is on the copy of the remote. What it starts on GitHub, on this machine:")
        with _served(inputs, copies, scratch, tag) as own:
            # Ignores are judged last, when all findings are there.
            *most, last = stages
            return pipeline.run((*most, "announce", last), Manifest(), own, runner)


def _copied(project: Path, scratch: Path) -> _Copies:
    top, inside = git.place(project) or _no_repository(project)
    remote, checkout = scratch / "remote.git", scratch / "checkout"
    _clone(top, remote, "--bare")
    _clone(remote, checkout)
    settings = _SETTINGS | {name: value for name in _TAKEN_OVER if (value := git.line(top, "config", name))}
    # An address of its own for pushing: a `pushInsteadOf` in the user's settings leads to the real remote otherwise, and
    # git leaves that out where this is set (git-config, url.<base>.pushInsteadOf).
    settings["remote.origin.pushurl"] = str(remote)
    if address := git.line(top, "config", "--get", "remote.origin.url"):
        # The copy is that of the same repository on GitHub; only what is pushed there goes elsewhere.
        settings |= {"remote.origin.url": address, f"url.{remote}.insteadOf": address}
    for name, value in settings.items():
        git.output(checkout, "config", name, value)
    changed = len(git.output(top, "status", "--porcelain=v1", "-z").split("\0")) - 1
    if changed:
        screen.say(f"{screen.UNSURE} what is not committed is not rehearsed: {changed} changed paths")
    return _Copies(remote=remote, checkout=checkout, inside=inside)


def _no_repository(project: Path) -> NoReturn:
    raise InputError(
        f"{project} is not in a git repository.",
        cause="A release is a commit and a tag, and there is no repository here.",
        remedy="Commit the project first, or rehearse without --release what can be built from the folder.",
    )


def _clone(source: Path, target: Path, *options: str) -> None:
    done = git.as_user(source, "clone", "--quiet", *options, "--", str(source), str(target))
    if done.returncode != 0:
        raise ToolError(
            f"The repository {source} cannot be copied.",
            cause="It is damaged, or the disk for temporary files is full.",
            remedy="Run `git fsck` there, and look at the space in the temporary folder.",
            log=done.tail(),
        )


def _released(
    inputs: Inputs, runner: Runner, copies: _Copies, check: Callable[[Inputs], Manifest]
) -> tuple[str, Manifest | None]:
    """Release in the copy; return the tag, and the manifest of a check that found something that blocks."""
    project = copies.checkout / copies.inside
    # What is on the index is not asked; a rehearsal works without a network too.
    own = dataclasses.replace(inputs, path=project, index="none")
    here = goal.read(own)
    if own.bump is None:
        own = dataclasses.replace(own, version=_next(here))
    aim = goal.wanted(
        replace(here, inputs=dataclasses.replace(here.inputs, version=own.version, bump=own.bump))
    )
    screen.say(f"Releasing {here.name} {aim.version} as {aim.tag}, in a copy of the repository:")
    return aim.tag, release.run(own, runner, check)


def _next(here: goal.Here) -> str:
    """Return the version to release: the one that is written, where no tag has it, else one that may follow."""
    if here.version is None:
        return str(FIRST)
    if here.last_tag != here.tag(here.version):
        return str(here.version)
    following = candidates(here.version)
    return str(next(following[part] for part in ("patch", "rc", "final", "post") if part in following))


@contextlib.contextmanager
def _served(inputs: Inputs, copies: _Copies, scratch: Path, tag: str) -> Iterator[Inputs]:
    """Yield the inputs of the run that the tag starts: its checkout, an index and GitHub's API, served until the end."""
    _clone(copies.remote, checkout := scratch / "started-by-the-tag", f"--branch={tag}")
    (kept := scratch / "index").mkdir()
    home = hosting.read(copies.checkout)
    name = (home.repository if home else None) or _REPOSITORY
    with loopback.serve(kept) as index, stand_in.serve(name) as github:
        github.push(tag, git.line(checkout, "rev-parse", "HEAD"))
        yield dataclasses.replace(
            inputs,
            path=checkout / copies.inside,
            tag=tag,
            index=index.address,
            credential=index.credential,
            github=github.api,
        )
