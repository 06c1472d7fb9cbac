"""What differs from the last release on an index, or from other files."""

from contextlib import closing
from pathlib import Path

import msgspec

from slipway.artifacts import filename, outline
from slipway.artifacts.outline import Outline
from slipway.comparing import differences, interface, other_release, summary
from slipway.comparing.other_release import Nothing, Other
from slipway.digests import recheck
from slipway.environments import disposable
from slipway.errors import SlipwayError
from slipway.index import addresses
from slipway.index.client import Client
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.rules.difference import RULES
from slipway.rules.difference.facts import DifferenceFacts
from slipway.rules.rule import judge
from slipway.runner import Runner

PATIENCE = 2.0
"""Seconds to go on trying one request; a check goes on without an answer."""


def compare(manifest: Manifest, inputs: Inputs, runner: Runner, *, is_asked_for: bool) -> Addition:
    """Compare the artifacts of a manifest with those of another release, and judge what differs.

    Args:
        manifest: names the artifacts.
        inputs: what was asked for.
        runner: what the run reports to.
        is_asked_for: whether the command was asked for it; otherwise an index that cannot be reached ends nothing.

    Raises:
        InputError: an artifact is missing, or what to compare with is neither a version nor files.
        ToolError: the command was asked to compare, and the index cannot be reached.
    """
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
