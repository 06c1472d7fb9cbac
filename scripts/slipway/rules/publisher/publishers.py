"""Rules on the run that publishes: whether an index that knows trusted publishing can know it.

How PyPI decides: warehouse, `oidc/models/github.py`. Nothing is minted to find out, for that may create a project.
"""

from collections.abc import Iterator

from slipway.rules.families import publisher
from slipway.rules.publisher.facts import ISSUER, PublisherFacts
from slipway.rules.rule import Evidence
from slipway.rules.specifications import OIDC


@publisher.error(
    "publish-from-fork",
    title="A pull request from a fork tries to publish",
    why="Such a run has neither secrets nor the right to ask for an ID token; anybody could start it.",
    fix="Publish from a tag or a manual dispatch in the repository itself.",
    example="on: pull_request, with a publish job",
)
def publish_from_fork(run: PublisherFacts) -> Iterator[Evidence]:
    if run.event.fork:
        yield Evidence(message="This run belongs to a pull request from a fork.", seen=run.event.name)


@publisher.error(
    "publish-from-pull-request-target",
    title="A run for `pull_request_target` tries to publish",
    why="The event runs with the repository's rights on foreign code; PyPI refuses its ID tokens.",
    fix="Publish from a tag or a manual dispatch.",
    example="on: pull_request_target",
    mirrors=("invalid-publisher",),
)
def publish_from_pull_request_target(run: PublisherFacts) -> Iterator[Evidence]:
    if run.event.unsafe:
        yield Evidence(message="The event is `pull_request_target`.", seen=run.event.name)


@publisher.error(
    "id-token-not-permitted",
    title="The publish job may not ask for an ID token",
    why="Trusted publishing exchanges the job's ID token for a token of the index; without one nobody can upload.",
    fix="Add `permissions: id-token: write` to the publish job, and to no other. Jobs of a called workflow get "
    "at most what the calling job has.",
    example="permissions:\n  contents: read",
    read=OIDC,
)
def id_token_not_permitted(run: PublisherFacts) -> Iterator[Evidence]:
    wanted = run.stored is None or run.attestations == "required"
    on_runner = run.event.kind != "local"
    if on_runner and run.trusted and wanted and not run.id_tokens and not run.event.fork:
        yield Evidence(
            message="The job may not ask for an ID token, so it cannot prove to the index who it is.",
            expected="permissions: id-token: write, in the job that publishes",
        )


@publisher.error(
    "id-token-unavailable",
    title="The runner gives the publish job no ID token",
    why="Trusted publishing exchanges the job's ID token for a token of the index; without one nobody can upload.",
    fix="Run the job again; GitHub's status page shows faults of its token service.",
    example="a token service that answers 500",
)
def id_token_unavailable(run: PublisherFacts) -> Iterator[Evidence]:
    if run.problem is not None and run.stored is None:
        yield Evidence(message="The runner gives the job no ID token.", seen=run.problem)


@publisher.error(
    "id-token-from-elsewhere",
    title="The ID token comes from an issuer that PyPI does not take",
    why="PyPI takes GitHub's own issuer only: tokens of a GitHub Enterprise Server, or of an enterprise with an "
    "issuer of its own, are refused.",
    fix="Publish with an API token in SLIPWAY_TOKEN, or from a repository on github.com without its own issuer.",
    example="iss: https://github.example.org/_services/token",
    mirrors=("invalid-publisher",),
)
def id_token_from_elsewhere(run: PublisherFacts) -> Iterator[Evidence]:
    if run.claims is not None and run.claims.issuer != ISSUER and run.stored is None:
        yield Evidence(
            message=f"The job's ID tokens come from {run.claims.issuer}.",
            seen=run.claims.issuer,
            expected=ISSUER,
        )


@publisher.error(
    "publish-job-in-foreign-workflow",
    title="The publish job is written in a workflow of another repository",
    why="PyPI goes by the file in which the job is written, and takes none of another repository: the exchange "
    "of the token would be refused.",
    fix="Put the publish job, shown above, into your own workflow file; the rest may stay in the reusable one.",
    example="jobs:\n  release:\n    uses: somebody/else/.github/workflows/release.yml@v1",
    mirrors=("invalid-publisher",),
)
def publish_job_in_foreign_workflow(run: PublisherFacts) -> Iterator[Evidence]:
    claims = run.claims
    if claims is None or not run.elsewhere or run.stored is not None:
        return
    yield Evidence(
        message=f"The publish job is written in {claims.job_workflow_ref}, and runs for {claims.repository}.",
        seen=run.job,
        expected=f"a job of {claims.workflow_ref.partition('@')[0]}",
    )


@publisher.warning(
    "publish-job-in-called-workflow",
    title="The publish job is written in a workflow that another one calls",
    why="The publisher must then name the called file, and attestations fail: their certificate names the "
    "calling one.",
    fix="Make the publish job a job of the workflow that the tag starts, or set `attestations` to off.",
    example="jobs:\n  publish:\n    uses: ./.github/workflows/publish.yml",
)
def publish_job_in_called_workflow(run: PublisherFacts) -> Iterator[Evidence]:
    claims = run.claims
    if claims is None or run.elsewhere or run.attestations == "off":
        return
    called, started = (ref.partition("@")[0] for ref in (claims.job_workflow_ref, claims.workflow_ref))
    if called.lower() != started.lower():
        yield Evidence(
            message=f"The publish job is written in {called.rpartition('/')[2]}, which "
            f"{started.rpartition('/')[2]} calls.",
            seen=called,
            expected=started,
        )


@publisher.error(
    "attestations-impossible",
    title="Attestations are required where the index takes none",
    why="Only an index that knows trusted publishing takes attestations, and they cannot be added later.",
    fix="Set `attestations` to best-effort or off for this index.",
    example="--attestations required --index https://index.example.org/",
)
def attestations_impossible(run: PublisherFacts) -> Iterator[Evidence]:
    if run.attestations == "required" and not run.trusted:
        yield Evidence(
            message=f"Attestations are required, and {run.index} knows no trusted publishing.",
            expected="attestations: best-effort, or off",
        )


@publisher.warning(
    "attestations-not-made",
    title="No attestations could be made",
    why="Users cannot check where these files come from, and an attestation cannot be added to a file later.",
    fix="Nothing, for this release. To stop instead of publishing without, set `attestations` to required.",
    example="Sigstore answering 503 while the release goes out",
)
def attestations_not_made(run: PublisherFacts) -> Iterator[Evidence]:
    if run.unsigned is not None:
        yield Evidence(message="The files go out without attestations.", seen=run.unsigned)


@publisher.warning(
    "trusted-publishing-refused",
    title="The index refused trusted publishing, and a stored token was used",
    why="A stored token can be stolen and has no end; attestations do not go with it.",
    fix="Enter the job as a trusted publisher (`slipway publish --dry-run` prints the values), then delete the "
    "token from the repository's secrets and on the index's site.",
    example="SLIPWAY_TOKEN beside `id-token: write`, and no publisher at the index",
)
def trusted_publishing_refused(run: PublisherFacts) -> Iterator[Evidence]:
    if run.refused is not None:
        yield Evidence(
            message=f"{run.index} did not take the job's ID token; {run.stored} was used instead.",
            seen=run.refused,
        )


@publisher.warning(
    "attestations-dropped",
    title="The index dropped attestations",
    why="The index took the file and not its attestation, without a word; it cannot be added later.",
    fix="Nothing, for this release. To get an error next time, set `attestations` to required.",
    example="an index with attestations switched off while it takes the upload",
)
def attestations_dropped(run: PublisherFacts) -> Iterator[Evidence]:
    for filename in run.dropped:
        yield Evidence(
            message=f"{run.index} serves {filename} without the attestation that was sent.", artifact=filename
        )
