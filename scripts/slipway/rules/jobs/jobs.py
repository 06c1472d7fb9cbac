"""Rules on what the jobs of a workflow hand over: all of it is there, and all of it fits together."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.artifacts.handover import Handover
from slipway.records import Plan, Severity
from slipway.rules.families import jobs
from slipway.rules.rule import Evidence, Skipped


@jobs.rule(
    "job-missing",
    title="A job of the matrix handed in no result",
    severity=Severity.ERROR,
    why="A job that was skipped, cancelled or lost tested nothing; what it covers would be published untested.",
    fix="Open the run, look at that job and start it again with `Re-run failed jobs`.",
    example="smoke-windows-3.13 was cancelled when its runner was lost",
)
def job_missing(handover: Handover) -> Iterator[Evidence]:
    if handover.plan is None:
        raise Skipped("no job handed over a plan")
    missing = [job.name for job in handover.plan.jobs if job.name not in handover.jobs]
    if missing:
        jobs = f"The job {missing[0]}" if len(missing) == 1 else f"{len(missing)} jobs"
        yield Evidence(message=f"{jobs} handed in no result.", seen="\n".join(missing))


@jobs.rule(
    "job-failed",
    title="A job of the matrix failed",
    severity=Severity.ERROR,
    why="What it should have built is missing, or what it should have tested is not known to work.",
    fix="Follow its message below, or start it again if its machine or the network was to blame.",
    example="wheels-macos failed in build because a header was missing",
)
def job_failed(handover: Handover) -> Iterator[Evidence]:
    for manifest in handover.manifests:
        if manifest.failure is not None:
            failure = manifest.failure
            words = [failure.happened, f"likely cause: {failure.cause}", f"what to do: {failure.remedy}"]
            yield Evidence(
                message=f"The job {manifest.job or 'without a name'} failed in {failure.stage}: {failure.happened}",
                seen="\n".join([*words, *failure.log]),
            )


@jobs.rule(
    "same-name-other-bytes",
    title="Two jobs hold different files under one name",
    severity=Severity.ERROR,
    why="What was tested is not what would be published, and an index takes a name only once.",
    fix="Build every file in one job only, and start all jobs again so that they go on from the same artifacts.",
    example="a wheel py3-none-any built once on Linux and once on Windows",
)
def same_name_other_bytes(handover: Handover) -> Iterator[Evidence]:
    for filename, digests in _digests(handover).items():
        if len(set(digests.values())) > 1:
            listed = "\n".join(f"{digest}  {where}" for where, digest in sorted(digests.items()))
            yield Evidence(
                message=f"{filename} is not the same file in every job.", artifact=filename, seen=listed
            )


def _digests(handover: Handover) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for manifest in handover.manifests:
        for artifact in manifest.artifacts:
            found.setdefault(artifact.filename, {})[f"as {manifest.job or 'a job'} has it"] = artifact.sha256
    for filename, places in handover.files.items():
        for number, digest in enumerate(dict.fromkeys(places.values()), start=1):
            found.setdefault(filename, {})[f"as handed over ({number})"] = digest
    return found


@jobs.rule(
    "artifact-not-handed-over",
    title="An artifact was built but is not here",
    severity=Severity.ERROR,
    why="The release would go out without it, and is closed for new files after 14 days.",
    fix="Hand over the whole work folder, manifest.json and dist/ together, under a name of its own in each job.",
    example="two jobs upload under one name and the second replaces the first",
)
def artifact_not_handed_over(handover: Handover) -> Iterator[Evidence]:
    named = {artifact.filename for manifest in handover.manifests for artifact in manifest.artifacts}
    for filename in sorted(named - set(handover.files)):
        yield Evidence(message=f"{filename} was built but not handed over.", artifact=filename)


@jobs.rule(
    "plans-differ",
    title="The jobs did not go by the same plan",
    severity=Severity.ERROR,
    why="They built or tested different commits, versions or releases, and their results cannot be combined.",
    fix="Give every job the same options and check out the same commit, then start all of them again.",
    example="the tag was moved while the run was going on",
)
def plans_differ(handover: Handover) -> Iterator[Evidence]:
    for manifest in handover.manifests:
        if manifest.plan is None or handover.plan is None:
            continue
        for word, planned, here in zip(_WORDS, _decided(handover.plan), _decided(manifest.plan), strict=True):
            if planned != here:
                yield Evidence(
                    message=f"The job {manifest.job or 'without a name'} planned with another {word}.",
                    seen=str(here),
                    expected=str(planned),
                )


_WORDS = ("name", "version", "tag", "commit", "index", "decision to publish")


def _decided(plan: Plan) -> tuple[object, ...]:
    commit = plan.git.commit if plan.git else None
    goal = plan.destination
    return plan.name, plan.version, plan.tag, commit, goal.index, goal.publish
