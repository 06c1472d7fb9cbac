"""Before the first byte: what the index shows, who this run is, and what would keep it from publishing.

Nothing is minted and nothing is changed; the ID token that is read has an audience that no index takes.
"""

import os
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from slipway.artifacts import metadata
from slipway.errors import SlipwayError
from slipway.index import addresses, clock, credentials, listing
from slipway.index.addresses import Index
from slipway.index.client import Client
from slipway.index.credentials import Fixed, Source
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.publication import Publisher
from slipway.publishing import index_state, oidc
from slipway.publishing.oidc import TrustedPublisher
from slipway.records import SkippedRule
from slipway.rules.index import RULES as INDEX_RULES
from slipway.rules.index.facts import IndexFacts
from slipway.rules.metadata import RULES as METADATA_RULES
from slipway.rules.publisher import RULES as PUBLISHER_RULES
from slipway.rules.publisher.facts import ISSUER, Claims, PublisherFacts
from slipway.rules.rule import combined, judge
from slipway.runner import IdTokenRequest, Runner
from slipway.runner import event as event_facts

LOCAL_VERSION = "version-local"


class Preflight(Struct, frozen=True, kw_only=True):
    """What was found before anything is sent.

    Attributes:
        client: reads the index.
        state: what the index shows of the project.
        run: who this run is.
        publisher: the same, as the index's form asks for it; None without an ID token.
        source: what will prove who uploads; None if nothing can.
        stored: a credential that somebody stored, beside trusted publishing or instead of it.
        tokens: where ID tokens are handed out, if trusted publishing is possible.
        judged: what the rules find.
    """

    client: Client
    state: IndexFacts
    run: PublisherFacts
    publisher: Publisher | None
    source: Source | None
    stored: Fixed | None
    tokens: IdTokenRequest | None
    judged: Addition


def check(manifest: Manifest, inputs: Inputs, runner: Runner, index: Index) -> Preflight:
    """Ask the index and the runner, judge their answers, and return all of it.

    Raises:
        ToolError: the index cannot be reached.
    """
    event = event_facts.read(runner.event())
    stored = stored_credential(inputs, runner, index)
    client = Client(index, credential=stored.credential if stored else None, say=runner.say)
    state = index_state.read(manifest, client, now=clock.CLOCK.now())
    tokens = runner.id_tokens()
    if tokens is not None:
        runner.mask(tokens.bearer)
    # Nobody on their own machine has an ID token, so nothing is requested to find out whether the index takes one.
    audience = _audience(index, stored) if event.kind != "local" else None
    claims, problem = _claims(tokens, runner) if tokens and audience else (None, None)
    run = PublisherFacts(
        event=event,
        index=index.title,
        trusted=audience is not None,
        id_tokens=tokens is not None,
        claims=claims,
        problem=problem,
        stored=stored.title if stored else None,
        attestations=inputs.attestations,
    )
    source: Source | None = stored
    if tokens and audience and claims and claims.issuer == ISSUER and not run.elsewhere:
        source = TrustedPublisher(index, audience=audience, request=tokens, mask=runner.mask)
    publisher = _publisher(claims, index, manifest.name if state.listing.exists else None)
    judged = combined(
        (
            judge_local_version(manifest, state),
            judge(INDEX_RULES, state, ignored=manifest.ignored),
            judge(PUBLISHER_RULES, run, ignored=manifest.ignored),
        )
    )
    return Preflight(
        client=client,
        state=state,
        run=run,
        publisher=publisher,
        source=source,
        stored=stored,
        tokens=tokens if audience else None,
        judged=msgspec.structs.replace(judged, publisher=publisher, on_index=index_state.record(state)),
    )


def judge_local_version(manifest: Manifest, state: IndexFacts) -> Addition:
    """Judge the rule on local versions, which a check between two releases leaves out."""
    if any(finding.rule == LOCAL_VERSION for finding in manifest.findings):
        return Addition()
    if not state.warehouse:
        reason = f"{state.index} is not run with PyPI's software; other indexes may take local versions"
        return Addition(skipped_rules=(SkippedRule(rule=LOCAL_VERSION, reason=reason),))
    rules = [rule for rule in METADATA_RULES if rule.name == LOCAL_VERSION]
    facts = metadata.from_fields({"version": manifest.version or ""}, undecided=())
    backend = manifest.plan.backend if manifest.plan else None
    return judge(rules, facts, ignored=manifest.ignored, backend=backend)


def stored_credential(inputs: Inputs, runner: Runner, index: Index) -> Fixed | None:
    """Return the credential that somebody stored for an index, masked in the log; None where there is none."""
    if inputs.credential is not None:
        stored: Fixed | None = Fixed("own", "the rehearsal's own password", inputs.credential)
    else:
        own_machine = event_facts.read(runner.event()).kind == "local"
        stored = credentials.stored(index, os.environ, own_machine=own_machine)
    if stored is not None:
        runner.mask(stored.credential.secret)
    return stored


def _audience(index: Index, stored: Fixed | None) -> str | None:
    try:
        return oidc.audience_of(index)
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
    file = claims.workflow_ref.partition("@")[0].rpartition("/")[2] if claims.foreign else claims.workflow
    owner, _, name = claims.repository.partition("/")
    publisher = Publisher(owner=owner, repository=name, workflow=file, environment=claims.environment)
    return msgspec.structs.replace(publisher, form=index.publisher_form(project, publisher))


def introduction(checked: Preflight, *, in_full: bool) -> Iterator[str]:
    """Yield who publishes, in full for a new project, and how long an unfinished release stays open."""
    state = checked.state
    if in_full or not state.listing.exists:
        yield from form(checked)
    left = listing.days_left(state.listing.of_version(state.version), now=state.now)
    if state.waiting and left is not None:
        yield f"going on with a release that {state.index} closes in {left} days"


def form(checked: Preflight) -> Iterator[str]:
    """Yield the values of the index's form for trusted publishers, a line each; nothing without an ID token."""
    publisher, exists = checked.publisher, checked.state.listing.exists
    if publisher is None:
        return
    yield f"The trusted publisher of this job, as {checked.state.index} asks for it:"
    rows = addresses.form_values(publisher, None if exists else checked.state.project)
    yield from (f"  {label}: {value}" for label, value in rows.items())
    if publisher.form:
        lead = "filled in already" if exists else "for a project that does not exist yet"
        yield f"  Form, {lead}: {publisher.form}"
