"""When an index refuses: its own words, and our rule, its cause and its fix beside them."""

from __future__ import annotations

from slipway.errors import SlipwayError, ToolError
from slipway.index.addresses import Index
from slipway.publishing import mint_refusals, provenance
from slipway.publishing.delivery import Refused
from slipway.publishing.oidc import MintRefused
from slipway.publishing.preflight import Preflight, form
from slipway.publishing.refusals import Meaning


def refused(refusal: Refused, *, index: Index, flight: Preflight) -> ToolError:
    """Return the error for a file that the index does not take."""
    reply, meaning = refusal.reply, refusal.meaning
    cause, fix = _explained(meaning)
    log = [f"{index.spoken}: {reply.status} {reply.words}"]
    if flight.source is not None:
        log.append(f"Uploaded with {flight.source.spoken}.")
    if reply.status in {401, 403} and flight.state.owners:
        log.append(f"May upload to {flight.state.project}: {', '.join(flight.state.owners)}.")
    return ToolError(
        f"{index.spoken} refused {refusal.artifact.filename}: {reply.status} {reply.words}",
        cause=cause,
        remedy=fix,
        read=f"`slipway explain {meaning.rule}`" if meaning and meaning.rule else None,
        log=tuple(log),
    )


def mint_refused(refusal: MintRefused, *, index: Index, flight: Preflight) -> ToolError:
    """Return the error for an exchange of tokens that the index refused."""
    meaning = mint_refusals.mint(refusal.code, refusal.description)
    exists = flight.state.listing.exists
    differing = _differing(flight)
    cause, fix = _explained(meaning)
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


def _explained(meaning: Meaning | None) -> tuple[str, str]:
    if meaning is not None:
        return meaning.cause, meaning.fix
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
