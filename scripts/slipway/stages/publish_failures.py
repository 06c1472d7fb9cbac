"""When publishing fails: the index's words, our rule and its fix beside them, and where the release stands."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from slipway.errors import SlipwayError, ToolError
from slipway.index import clock, provenance, recovery, refusals
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.delivery import Refused
from slipway.index.listing import Listing
from slipway.index.oidc import MintRefused
from slipway.index.refusals import Meaning
from slipway.inputs import Inputs
from slipway.manifest import Failure, Manifest, Receipt
from slipway.rules import catalogue
from slipway.rules.rule import Rule
from slipway.runner import Runner
from slipway.stages.publish_preflight import Preflight, form

ASSESSING = 15.0
"""Seconds to ask the index where a release stands, after something went wrong."""


def refused(refusal: Refused, *, index: Index, flight: Preflight) -> ToolError:
    """Return the error for a file that the index does not take."""
    reply, meaning = refusal.reply, refusal.meaning
    rule = _mirroring(meaning)
    cause, fix = _explained(meaning, rule)
    log = [f"{index.spoken}: {reply.status} {reply.words}"]
    if flight.source is not None:
        log.append(f"Uploaded with {flight.source.spoken}.")
    if reply.status in {401, 403} and flight.state.owners:
        log.append(f"May upload to {flight.state.project}: {', '.join(flight.state.owners)}.")
    return ToolError(
        f"{index.spoken} refused {refusal.artifact.filename}: {reply.status} {reply.words}",
        cause=cause,
        remedy=fix,
        read=f"`slipway explain {rule.name}`" if rule else None,
        log=tuple(log),
    )


def mint_refused(refusal: MintRefused, *, index: Index, flight: Preflight) -> ToolError:
    """Return the error for an exchange of tokens that the index refused."""
    meaning = refusals.mint(refusal.code, refusal.description)
    exists = flight.state.listing.exists
    differing = _differing(flight)
    cause, fix = _explained(meaning, None)
    if differing:
        cause = f"This run differs from the publisher of the last release. {'; '.join(differing)}."
        fix = "Publish from where the last release came from, or add this run as a publisher of the project."
    elif refusal.code == "invalid-publisher" and not exists:
        cause = (
            f"{index.spoken} has no project {flight.state.project}, and no pending publisher that fits this job. "
            "One was never entered, was entered at another index, has expired after 30 days, or differs in a field."
        )
        fix = "Enter a pending publisher with exactly these values; no project was created."
    log = [f"{index.spoken}: {refusal.code}: {refusal.description}"]
    if flight.publisher is not None:
        log += form(flight.publisher, index=index, project=flight.state.project, exists=exists)
    return ToolError(
        f"{index.spoken} gives this job no token: {refusal.code}.",
        cause=cause,
        remedy=fix,
        read=flight.publisher.form if flight.publisher else None,
        log=tuple(log),
    )


def _mirroring(meaning: Meaning | None) -> Rule | None:
    if meaning is None:
        return None
    return next((rule for rule in catalogue.every() if meaning.id in rule.mirrors), None)


def _explained(meaning: Meaning | None, rule: Rule | None) -> tuple[str, str]:
    if meaning is not None and meaning.cause:
        return meaning.cause, meaning.fix
    if rule is not None:
        return f"{rule.title} ({rule.name}). {rule.why}", rule.fix
    return "The words above are the index's own; Slipway does not know them.", "Mend what they name."


def _differing(flight: Preflight) -> tuple[str, ...]:
    """Return how this run differs from the publisher of the project's last release, if the index tells that."""
    latest = [file for file in flight.state.listing.files if file.provenance]
    if not latest or flight.publisher is None:
        return ()
    newest = max(latest, key=lambda file: file.upload_time or "")
    try:
        document = flight.client.json(newest.provenance or "")
    except SlipwayError:
        return ()
    origins = provenance.read(document or {})
    return provenance.differences(origins[-1], flight.publisher) if origins else ()


def failure(
    error: SlipwayError,
    *,
    stage: str,
    manifest: Manifest,
    receipts: Iterable[Receipt],
    client: Client,
    command: str | None,
) -> Failure:
    """Return the record of an error, with where the release stands and how it goes on.

    Args:
        error: what went wrong.
        stage: where.
        manifest: what the release should be.
        receipts: what the index took.
        client: asks the index what is public now.
        command: the one command to go on with.
    """
    stands = recovery.assess(
        manifest,
        client.index,
        listing=_listing(client, manifest),
        receipts=receipts,
        now=clock.CLOCK.now(),
        command=command,
    )
    record = Failure.told_by(error, stage=stage)
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
