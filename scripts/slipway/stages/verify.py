"""Verify: the index serves exactly the bytes of the manifest, and they install from it."""

from __future__ import annotations

import time
from typing import Literal

from slipway import environments, legs
from slipway.errors import ToolError
from slipway.index import addresses
from slipway.index.client import Client, Listing
from slipway.inputs import Inputs
from slipway.legs import Candidate
from slipway.manifest import Addition, Artifact, Failure, Manifest, Served
from slipway.rules import smoke as smoke_rules
from slipway.runner import Runner

FIRST_PAUSE = 0.5
"""Seconds between the first two looks at the index; each pause is half as long again as the one before."""

LONGEST_PAUSE = 20.0


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Wait until the index serves the files, compare digests, install each from there and smoke it.

    Raises:
        ToolError: the index cannot be reached.
    """
    if manifest.blocking or manifest.failure is not None:
        return Addition(skipped="nothing was published")
    index = addresses.resolve(addresses.asked(manifest.index, inputs.index))
    client = Client(index.simple)
    listing = wait(client, manifest, runner, patience=inputs.verify_timeout)
    served = tuple(compare(client, artifact, listing) for artifact in manifest.artifacts)
    if wrong := [record for record in served if record.verdict != "same"]:
        error = _not_served(wrong, index.name)
        return Addition(served=served, failure=Failure.told_by(error, stage="verify"))
    candidates = [
        Candidate(
            artifact=r.filename, requirement=f"{manifest.name} @ {r.url}#sha256={r.sha256}", origin="index"
        )
        for r in served
    ]
    requires = manifest.artifacts[0].requires_python
    interpreter = environments.choose_interpreter(requires, inputs.python)
    outcomes = legs.exercise(candidates, interpreter, timeout=inputs.smoke_timeout)
    legs.show(outcomes, runner)
    return smoke_rules.judge_legs(outcomes, ignored=manifest.ignored).with_served(served)


def wait(client: Client, manifest: Manifest, runner: Runner, *, patience: float) -> Listing:
    """Return the listing as soon as every file is in it, or the last one seen when the patience is over.

    Args:
        client: reads the index past caches.
        manifest: names the files.
        runner: is told that it takes a while.
        patience: seconds; an index behind a cache may need minutes.
    """
    deadline, pause = time.monotonic() + patience, FIRST_PAUSE
    while True:
        listing = client.listing(manifest.name)
        missing = [a.filename for a in manifest.artifacts if listing.named(a.filename) is None]
        if not missing or time.monotonic() + pause > deadline:
            return listing
        runner.say(f"the index does not list {', '.join(missing)} yet; looking again in {pause:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


def compare(client: Client, artifact: Artifact, listing: Listing) -> Served:
    """Return what the index serves under an artifact's name, by the digest of the bytes that come.

    Raises:
        ToolError: a listed file cannot be downloaded.
    """
    file = listing.named(artifact.filename)
    if file is None:
        return Served(filename=artifact.filename, sha256=None, verdict="missing")
    digest = client.digest(file)
    told_right = file.sha256 in (None, artifact.sha256)
    verdict: Literal["same", "wrong"] = "same" if told_right and digest == artifact.sha256 else "wrong"
    return Served(filename=artifact.filename, sha256=digest, verdict=verdict, url=file.url)


def _not_served(records: list[Served], index: str) -> ToolError:
    wrong = [record.filename for record in records if record.verdict == "wrong"]
    if wrong:
        return ToolError(
            f"{index} serves other bytes than were built: {', '.join(wrong)}.",
            cause="A file was replaced on the way, or the release was made from another build.",
            remedy="Do not announce this release; compare the digests in manifest.json with the index and yank it.",
        )
    return ToolError(
        f"{index} does not serve {', '.join(record.filename for record in records)} yet.",
        cause="The index is late; behind a cache that can take some minutes. Nothing is lost.",
        remedy="Run `slipway verify` again in a few minutes; nothing has to be uploaded again.",
    )
