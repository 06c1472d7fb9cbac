"""The errors for what an index refuses: its own words, with our cause, fix and rule."""

from slipway.errors import ProjectError, SlipwayError, ToolError
from slipway.publishing import preflight, provenance, refusals
from slipway.publishing.oidc import MintRefused
from slipway.publishing.preflight import Preflight
from slipway.publishing.refusals import Meaning
from slipway.publishing.retries import UploadRefused


def upload_refused(refusal: UploadRefused, checked: Preflight) -> SlipwayError:
    """Return the error for a file that the index does not take."""
    reply, meaning, state = refusal.reply, refusal.meaning, checked.state
    cause, fix = _explained(meaning)
    log = [f"{state.index}: {reply.status} {reply.words}"]
    if checked.source is not None:
        log.append(f"Uploaded with {checked.source.title}.")
    if reply.status in {401, 403} and state.owners:
        log.append(f"May upload to {state.project}: {', '.join(state.owners)}.")
    # The ids of the index's rules on files and on what is public begin with these letters.
    kind = ProjectError if meaning and meaning.id[0] in "CI" else ToolError
    return kind(
        f"{state.index} refused {refusal.artifact.filename}: {reply.status} {reply.words}",
        cause=cause,
        remedy=fix,
        read=f"`slipway explain {meaning.rule}`" if meaning and meaning.rule else None,
        log=tuple(log),
    )


def mint_refused(refusal: MintRefused, checked: Preflight) -> ToolError:
    """Return the error for an exchange of tokens that the index refused."""
    state = checked.state
    cause, fix = _explained(refusals.mint(refusal.code, refusal.description))
    if differing := _differing(checked):
        cause = f"This run differs from the publisher of the last release. {'; '.join(differing)}."
        fix = "Publish from where the last release came from, or add this run as a publisher of the project."
    elif refusal.code == "invalid-publisher" and not state.listing.exists:
        cause = (
            f"{state.index} has no project {state.project}, and no pending publisher that fits this job. "
            "One was never entered, was entered at another index, has expired after 30 days, or differs in a field."
        )
        fix = "Enter a pending publisher with exactly these values; no project was created."
    return ToolError(
        f"{state.index} gives this job no token: {refusal.code}.",
        cause=cause,
        remedy=fix,
        read=checked.publisher.form if checked.publisher else None,
        log=(f"{state.index}: {refusal.code}: {refusal.description}", *preflight.form(checked)),
    )


def _explained(meaning: Meaning | None) -> tuple[str, str]:
    if meaning is not None:
        return meaning.cause, meaning.fix
    return "The words above are the index's own; Slipway does not know them.", "Fix what they name."


def _differing(checked: Preflight) -> tuple[str, ...]:
    """Return how this run differs from the publisher of the last release, if the index shows that one."""
    latest = [file for file in checked.state.listing.files if file.provenance]
    if not latest or checked.publisher is None:
        return ()
    newest = max(latest, key=lambda file: file.upload_time or "")
    try:
        document = checked.client.json(newest.provenance or "")
    except SlipwayError:
        return ()
    origins = provenance.read(document or {})
    return provenance.differences(origins[-1], checked.publisher) if origins else ()
