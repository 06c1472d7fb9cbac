"""Before the first byte: what the index shows, who this run is, and what would keep it from publishing.

Nothing is minted and nothing is changed; the ID token that is looked at has an audience that no index takes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from slipway.errors import SlipwayError
from slipway.index import clock, credentials
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.credentials import Fixed, Source
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publishing import index_state as index_facts
from slipway.publishing import oidc
from slipway.publishing.index_state import IndexFacts
from slipway.publishing.oidc import Claims, TrustedPublisher
from slipway.records import Publisher
from slipway.rules.index import RULES as INDEX_RULES
from slipway.rules.publisher import RULES as PUBLISHER_RULES
from slipway.rules.publisher.facts import PublisherFacts
from slipway.rules.rule import combined, judge
from slipway.runner import IdTokenRequest, Runner
from slipway.runner import event as event_facts


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What was found before anything is sent.

    Attributes:
        client: reads the index.
        state: what the index shows of the project.
        run: who this run is.
        publisher: the same, as the index's form asks for it; None where no ID token tells.
        source: what will prove who uploads; None if nothing can.
        stored: a credential that somebody stored, beside trusted publishing or instead of it.
        tokens: where ID tokens are handed out, if trusted publishing is possible.
        judged: what the rules say.
    """

    client: Client
    state: IndexFacts
    run: PublisherFacts
    publisher: Publisher | None
    source: Source | None
    stored: Fixed | None
    tokens: IdTokenRequest | None
    judged: Addition


def look(manifest: Manifest, inputs: Inputs, runner: Runner, index: Index) -> Preflight:
    """Ask the index and the runner, and return what they say.

    Raises:
        ToolError: the index cannot be reached.
    """
    event = runner.event()
    known = event_facts.read(event)
    stored = _stored(inputs, runner, index, own_machine=known.kind == "local")
    client = Client(index, credential=stored.credential if stored and index.site is None else None)
    state = index_facts.read(manifest, client, now=clock.CLOCK.now())
    tokens = runner.id_tokens()
    if tokens is not None:
        runner.mask(tokens.bearer)
    # Nobody on their own machine has an ID token, so the index is not asked whether it would take one.
    audience = _audience(index, stored) if known.kind != "local" else None
    claims, problem = _claims(tokens, runner) if tokens and audience else (None, None)
    run = PublisherFacts(
        event=known,
        repository=event.repository,
        index=index.spoken,
        trusted=audience is not None,
        asked=tokens is not None,
        claims=claims,
        problem=problem,
        stored=stored.spoken if stored else None,
        attestations=inputs.attestations,
    )
    source: Source | None = stored
    if tokens and audience and claims and claims.issuer == oidc.ISSUER and not run.elsewhere:
        source = TrustedPublisher(index, audience=audience, request=tokens, mask=runner.mask)
    publisher = _publisher(claims, index, manifest.name if state.listing.exists else None)
    judged = _judge(state, run, manifest)
    return Preflight(
        client=client,
        state=state,
        run=run,
        publisher=publisher,
        source=source,
        stored=stored,
        tokens=tokens if audience else None,
        judged=msgspec.structs.replace(judged, publisher=publisher),
    )


def _stored(inputs: Inputs, runner: Runner, index: Index, *, own_machine: bool) -> Fixed | None:
    if inputs.credential is not None:
        stored: Fixed | None = Fixed("own", "the rehearsal's own password", inputs.credential)
    else:
        stored = credentials.stored(index, os.environ, own_machine=own_machine)
    if stored is not None:
        runner.mask(stored.credential.secret)
    return stored


def _audience(index: Index, stored: Fixed | None) -> str | None:
    try:
        return oidc.audience(index)
    except SlipwayError:
        if stored is None:
            raise
        return None


def _claims(tokens: IdTokenRequest, runner: Runner) -> tuple[Claims | None, str | None]:
    try:
        return oidc.read_claims(oidc.id_token(tokens, oidc.OWN_AUDIENCE, mask=runner.mask)), None
    except (SlipwayError, ValueError) as error:
        return None, str(error)


def _publisher(claims: Claims | None, index: Index, project: str | None) -> Publisher | None:
    if claims is None:
        return None
    # A job of a foreign workflow is to move into the file that was started; that one the publisher names.
    foreign = claims.job_repository.lower() != claims.repository.lower()
    file = claims.workflow_ref.partition("@")[0].rpartition("/")[2] if foreign else claims.workflow
    fields = {
        "owner": claims.owner,
        "repository": claims.name,
        "workflow_filename": file,
        "environment": claims.environment or "",
    }
    return Publisher(
        owner=claims.owner,
        repository=claims.name,
        workflow=file,
        environment=claims.environment,
        form=index.publisher_form(project, fields),
    )


def _judge(state: IndexFacts, run: PublisherFacts, manifest: Manifest) -> Addition:
    ignored = manifest.ignored
    return combined(
        (
            judge(INDEX_RULES, state, ignored=ignored),
            judge(PUBLISHER_RULES, run, ignored=ignored),
        )
    )


def form(publisher: Publisher, *, index: Index, project: str, exists: bool) -> tuple[str, ...]:
    """Return what an index's form for trusted publishers asks for, a line each."""
    lines = [f"The trusted publisher of this job, as {index.spoken} asks for it:"]
    if not exists:
        lines.append(f"  PyPI project name: {project}")
    lines += [
        f"  Owner: {publisher.owner}",
        f"  Repository name: {publisher.repository}",
        f"  Workflow name: {publisher.workflow}",
        f"  Environment name: {publisher.environment or '(leave empty)'}",
    ]
    if publisher.form:
        lead = "filled in already" if exists else "for a project that does not exist yet"
        lines.append(f"  Form, {lead}: {publisher.form}")
    return tuple(lines)
