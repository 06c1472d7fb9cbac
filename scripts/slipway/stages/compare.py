"""Compare: what differs from the last release, where one is planned or the command asks for it."""

from contextlib import closing
from pathlib import Path

import msgspec

from slipway.artifacts import filename, outline
from slipway.artifacts.outline import Outline
from slipway.comparing import differences, interface, other_release, summary
from slipway.comparing.other_release import Nothing, Other
from slipway.environments import disposable
from slipway.errors import SlipwayError
from slipway.index import addresses
from slipway.index.client import Client
from slipway.manifest import Addition, Manifest, recheck
from slipway.options import Inputs
from slipway.rules.difference import RULES
from slipway.rules.difference.facts import DifferenceFacts
from slipway.rules.rule import judge
from slipway.runner import Runner

PATIENCE = 2.0
"""Seconds to go on trying one request; a check goes on without an answer."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Compare the artifacts with those of the last release, and judge what differs.

    A check does so where a release is planned to an index, which it has asked before; a job of a matrix leaves it to the
    job that decides.

    Raises:
        InputError: an artifact is missing, or what to compare with is neither a version nor files.
        ToolError: the command was asked to compare, and the index cannot be reached.
    """
    is_asked_for = inputs.command == "compare"
    if reason := _not_now(manifest, inputs):
        return Addition(skipped=reason)
    recheck(manifest, inputs.locate)
    now = tuple(outline.read(inputs.locate(one.filename)) for one in manifest.artifacts)
    try:
        with disposable.scratch() as folder:
            other = _other(manifest, now, inputs, folder)
            runner.say(f"comparing with {other.version} {other.place}")
            return _compared(manifest, now, other, compares_platforms=is_asked_for)
    except Nothing as nothing:
        return Addition(skipped=f"nothing was compared: {nothing}")
    except SlipwayError as error:
        if is_asked_for:
            raise
        return Addition(
            skipped=f"nothing was compared: {error.happened[:1].lower()}{error.happened[1:].rstrip('.')}"
        )


def _not_now(manifest: Manifest, inputs: Inputs) -> str | None:
    """Return why nothing is compared in this run, None where something is."""
    if inputs.command == "compare":
        return "the second build is what is compared" if inputs.with_ is not None else None
    if manifest.index in {None, "none"}:
        return "nothing was compared: no release is planned"
    if manifest.is_part:
        return "the job that decides compares the release with the last one"
    return None if manifest.artifacts else "there is nothing to compare"


def _other(manifest: Manifest, now: tuple[Outline, ...], inputs: Inputs, folder: Path) -> Other:
    wanted = inputs.against[0] if inputs.against else None
    if wanted is not None and not other_release.is_version(wanted):
        return other_release.from_paths([Path(path) for path in inputs.against])
    planned = manifest.index if manifest.index != "none" else None
    index = addresses.resolve(inputs.index or planned or "pypi", simple=inputs.simple_index)
    project, version = _identity(manifest, now)
    with closing(Client(index, patience=PATIENCE)) as client:
        names = [one.filename for one in now]
        return other_release.on_index(client, project, version, names, folder, wanted=wanted)


def _identity(manifest: Manifest, now: tuple[Outline, ...]) -> tuple[str, str]:
    """Return name and version: as built, else as the name of the first file says."""
    parts = filename.parse(now[0].filename, now[0].kind)
    return manifest.name or str(parts.name or ""), manifest.version or str(parts.version or "")


def _compared(
    manifest: Manifest, now: tuple[Outline, ...], other: Other, *, compares_platforms: bool
) -> Addition:
    before = tuple(outline.read(path) for path in other.files)
    looked = differences.Looked()
    pairs = differences.pairs(now, before, looked)
    project, version = _identity(manifest, now)
    wheels = [pair for pair in pairs if pair.now.kind == "wheel"]
    facts = DifferenceFacts(
        project=project,
        version=version,
        earlier=other.version,
        pairs=pairs,
        now=now,
        before=before,
        # A check has asked the index, and `fewer-platforms-than-before` has judged its answer.
        names=tuple(file.filename for file in other.listing.files) if compares_platforms else (),
        interface=interface.compare(wheels[0]) if wheels else None,
    )
    judged = judge(RULES, facts, ignored=manifest.ignored)
    return msgspec.structs.replace(
        judged,
        artifacts=tuple(map(filename.named, manifest.artifacts)),
        comparison=summary.of(facts, other, unread=looked.unread),
    )
