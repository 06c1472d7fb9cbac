"""After a failure: which files are public, which are missing, and the one command that goes on from there."""

import contextlib
import shlex
from collections.abc import Iterable

import msgspec

from slipway.errors import Interrupted, SlipwayError
from slipway.index import clock
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.listing import OPEN_FOR, Listing, days_left
from slipway.manifest import Addition, Failure, Manifest
from slipway.options import Inputs
from slipway.publication import Receipt, Recovery
from slipway.runner import Runner

TAMPERED = "The files served are not the ones that were built and tested; do not install this release."
"""The reason to yank a release whose bytes or origin are wrong."""

ASSESSING = 15.0
"""Seconds to ask the index where a release stands, after something went wrong."""


def before(error: SlipwayError, *, command: str) -> Addition:
    """Return what a stage adds that failed before it could read the index."""
    record = Failure.from_error(error, stage="publish")
    remedy = f"{error.remedy} Nothing was sent by this run."
    return Addition(
        failure=msgspec.structs.replace(record, remedy=remedy, recovery=Recovery(command=command))
    )


def failure(
    error: SlipwayError,
    *,
    stage: str,
    manifest: Manifest,
    receipts: Iterable[Receipt],
    client: Client,
    command: str,
    yank_reason: str | None = None,
) -> Failure:
    """Return the record of an error, with where the release stands and how it goes on.

    Args:
        error: what went wrong.
        stage: where.
        manifest: what the release should be.
        receipts: what the index took.
        client: asks the index what is public now; after an interruption there is no time for that.
        command: the one command to go on with.
        yank_reason: a reason to yank the release, where more is wrong than that it is incomplete.
    """
    listing = None
    if not isinstance(error, Interrupted):
        with client.trying_for(ASSESSING) as quick, contextlib.suppress(SlipwayError):
            listing = quick.listing(manifest.name)
    recovery = assess(manifest, client.index, listing, receipts, command=command)
    if yank_reason is not None:
        recovery = msgspec.structs.replace(recovery, yank_reason=yank_reason)
    return msgspec.structs.replace(Failure.from_error(error, stage=stage), recovery=recovery)


def assess(
    manifest: Manifest, index: Index, listing: Listing | None, receipts: Iterable[Receipt], *, command: str
) -> Recovery:
    """Return where a release stands.

    Args:
        manifest: what it should be.
        index: where it goes.
        listing: what the index shows, None where it could not be asked.
        receipts: what the index took.
        command: how to go on.
    """
    taken = {receipt.filename for receipt in receipts}
    public, waiting, burnt = [], [], []
    for artifact in manifest.artifacts:
        served = listing.named(artifact.filename) if listing else None
        if served is not None and served.sha256 not in {None, artifact.sha256}:
            burnt.append(artifact.filename)
        elif served is not None or artifact.filename in taken:
            public.append(artifact.filename)
        else:
            waiting.append(artifact.filename)
    left = days_left(listing.of_version(manifest.version), now=clock.CLOCK.now()) if listing else None
    reason = None
    if burnt or (public and waiting):
        reason = f"The release is incomplete; {', '.join(burnt or waiting)} could not be published with it."
    return Recovery(
        index=index.title,
        public=tuple(public),
        waiting=tuple(waiting),
        burnt=tuple(burnt),
        # Warehouse closes a release; other servers do not.
        days_left=(OPEN_FOR if left is None else left) if public and index.site else None,
        command=command,
        yank_page=index.yank_page(manifest.name, manifest.version) if public or burnt else None,
        yank_reason=reason,
    )


def next_command(inputs: Inputs, runner: Runner, index: Index | None, *, command: str = "publish") -> str:
    """Return the one command that goes on with a release."""
    if run_id := runner.event().run_id:
        return f"gh run rerun {run_id} --failed"
    return "slipway rehearse" if inputs.command == "rehearse" else command_here(inputs, index, command)


def command_here(inputs: Inputs, index: Index | None, command: str) -> str:
    """Return a command that goes on with a release from this work folder."""
    where = () if inputs.path == inputs.work.parent else ("--work", str(inputs.work))
    return shlex.join(["slipway", command, *(("--index", index.name) if index else ()), *where])
