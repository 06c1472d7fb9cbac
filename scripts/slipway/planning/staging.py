"""Staging versions: what a manual dispatch builds for TestPyPI, so that one commit can be published there again.

A staging version is `BASE.devN`, N being the number of the workflow run and two digits of its attempt. It sorts below
the base and above every version that is below the base (PEP 440). The base is decided from the project and its tags, so
that the job that decides, which plans again, comes to the same one.
"""

from collections.abc import Collection, Iterable

from packaging.version import Version

from slipway import versions
from slipway.errors import InputError
from slipway.options import Inputs
from slipway.project.project import ProjectFacts
from slipway.records import Destination, Staging
from slipway.releasing import bump
from slipway.runner import Event
from slipway.runner.event import EventFacts

MOST_ATTEMPTS = 99
MOST_DIGITS = 16
"""Digits of a run's number; with the attempt it stays below 2**63, which tools written in C and Rust can hold."""

DEFAULT_PREFIX = "v"


def is_meant(inputs: Inputs, event: EventFacts, goal: Destination) -> bool:
    """Return whether a run publishes a staging version: a dispatch to TestPyPI without a tag of its own choice."""
    return event.kind == "dispatch" and goal.publish and goal.index == "testpypi" and not inputs.tag


def number(event: Event, *, attempt: int) -> str:
    """Return what follows `.dev` in the version of a run.

    Args:
        event: has the number of the run, which is unique in a repository.
        attempt: the attempt in which the job ran that built.

    Raises:
        InputError: the run has no number, or was started too often.
    """
    run = event.run_id or ""
    if not (run.isascii() and run.isdecimal() and len(run) <= MOST_DIGITS):
        raise InputError(
            f"The number of this workflow run cannot be used in a version: {run[:40] or 'there is none'}.",
            cause="The runner does not say which run this is, or not with a number as GitHub gives it.",
            remedy="Start the workflow on GitHub, or give the input `tag` to publish the version that the project has.",
        )
    if not 1 <= attempt <= MOST_ATTEMPTS:
        raise InputError(
            f"This workflow run was started {attempt} times.",
            cause=f"A staging version has room for {MOST_ATTEMPTS} attempts of one run.",
            remedy="Start the workflow anew instead of running this run again.",
        )
    return f"{int(run)}{attempt:02}"


def choose(
    project: ProjectFacts, *, tags: Iterable[str], of_commit: Iterable[str], prefix: str, number: str
) -> Staging:
    """Return the staging version of a project.

    Args:
        project: what is known of it without running its code.
        tags: all tags of the repository.
        of_commit: those that the commit descends from.
        prefix: what stands before the version in a release tag.
        number: what follows `.dev`.

    Raises:
        InputError: nothing says which version comes next.
    """
    used = _versions(tags, prefix)
    if project.vcs_versioned:
        merged = _versions(of_commit, prefix)
        base = _free(_following(max(merged)) if merged else bump.FIRST, used)
        last = merged[max(merged)] if merged else prefix
        reason = f"the next version after the tag {last}" if merged else "for no tag names a version yet"
        version = f"{base}.dev{number}"
        # The tool that reads it expects the form that the tags before it have.
        tag = f"{prefix if last.startswith(prefix) else ''}{version}"
        return Staging(version=version, base=str(base), reason=reason, tag=tag)
    declared = _declared(project)
    wanted = _undeveloped(declared)
    base = _free(wanted, used)
    if base != wanted:
        reason = f"the next version that is free, for {wanted} has the tag {used[wanted]} already"
    elif wanted == declared:
        reason = "which the project declares and no tag names yet"
    else:
        reason = f"which the project's own version, {declared}, leads to"
    return Staging(version=f"{base}.dev{number}", base=str(base), reason=reason)


def _declared(project: ProjectFacts) -> Version:
    text = project.written_version
    version = versions.parsed(text)
    if version is None:
        happened = f"says {text!r:.80}" if text else "is written nowhere"
        raise InputError(
            f"No version for TestPyPI can be derived: the project's own version {happened}.",
            cause="A manual dispatch publishes under a version of its own, made from the one in the project."
            + ("" if text else " This one is computed by code when the project is built."),
            remedy='Write the version as a literal, such as `version = "1.2.0"`; or give the input `tag` to publish the '
            "version that the build makes, which TestPyPI takes once.",
            read="https://packaging.python.org/en/latest/discussions/single-source-version/",
        )
    return version


def _free(version: Version, used: Collection[Version]) -> Version:
    while version in used:
        version = _following(version)
    return version


def _following(version: Version) -> Version:
    """Return the version to expect after one: the next pre-release of a series, else the next patch."""
    if version.dev is not None:
        return _undeveloped(version)
    if version.pre is not None:
        stage, count = version.pre
        return version.__replace__(pre=(stage, count + 1), post=None, local=None)
    return bump.next_patch(version)


def _undeveloped(version: Version) -> Version:
    """Return a version without `.devN` and without a local part."""
    return version.__replace__(dev=None, local=None)


def _versions(tags: Iterable[str], prefix: str) -> dict[Version, str]:
    """Return the release tags among some tags, by version.

    With the usual prefix, a repository in which no tag has it may have tags without any.
    """
    found: dict[Version, str] = {}
    tags = tuple(tags)
    for tag in tags:
        if version := versions.of_tag(tag, prefix):
            found[version] = tag
    return found if found or prefix != DEFAULT_PREFIX else _versions(tags, "")
