"""After a failure: the error, with where the release stands and the one command that goes on with it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from slipway.errors import Interrupted, SlipwayError
from slipway.index import clock
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.listing import Listing
from slipway.manifest import Addition, Failure, Manifest
from slipway.options import Inputs
from slipway.publishing import recovery
from slipway.records import Receipt, Recovery
from slipway.runner import Runner

ASSESSING = 15.0
"""Seconds to ask the index where a release stands, after something went wrong."""


def before(error: SlipwayError, *, command: str) -> Addition:
    """Return what a stage adds that failed before it could look at the index."""
    record = Failure.from_error(error, stage="publish")
    remedy = f"{error.remedy}\nNothing was sent by this run. Then: `{command}`"
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
    command: str | None,
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
    stands = recovery.assess(
        manifest,
        client.index,
        listing=None if isinstance(error, Interrupted) else _listing(client, manifest),
        receipts=receipts,
        now=clock.CLOCK.now(),
        command=command,
    )
    if yank_reason is not None:
        stands = msgspec.structs.replace(stands, yank_reason=yank_reason)
    record = Failure.from_error(error, stage=stage)
    remedy = f"{error.remedy}\n{recovery.told(stands, client.index)}"
    return msgspec.structs.replace(record, remedy=remedy, recovery=stands)


def _listing(client: Client, manifest: Manifest) -> Listing | None:
    quick = Client(client.index, credential=client.credential, patience=ASSESSING)
    try:
        return quick.listing(manifest.name)
    except SlipwayError:
        return None
    finally:
        quick.close()


def go_on(inputs: Inputs, runner: Runner, index: Index, *, command: str = "publish") -> str:
    """Return the one command that goes on with a release."""
    if run_id := runner.event().run_id:
        return f"gh run rerun {run_id} --failed"
    if inputs.command == "rehearse":
        return "slipway rehearse"
    here = inputs.path == inputs.work.parent
    where = "" if here else f" --work {inputs.work}"
    return f"slipway {command} --index {index.name}{where}"
