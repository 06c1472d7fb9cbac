"""Rules on what the jobs of a workflow hand over: all of it is there, nothing else is, and all of it fits together.

No project can turn them off: they are what keeps one job from deciding for another.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from slipway.artifacts.handover import BUILDERS, Handover
from slipway.manifest import Manifest
from slipway.records import Plan
from slipway.rules.families import jobs
from slipway.rules.rule import Evidence


@jobs.error(
    "job-missing",
    title="A job of the workflow handed over no result",
    why="A job that was skipped, cancelled or lost tested nothing; what it stands for would be released untested.",
    fix="Open the run, look at that job and start it again with `Re-run failed jobs`.",
    example="smoke-windows-3.13 was cancelled when its runner was lost",
)
def job_missing(handover: Handover) -> Iterator[Evidence]:
    missing = [job.name for job in handover.plan.jobs if job.name not in handover.manifests]
    # Where a job that builds was lost or has failed, those after it had nothing to work on.
    builders = [job.name for job in handover.plan.jobs if job.kind in BUILDERS]
    if any(name not in handover.manifests or handover.manifests[name].failure for name in builders):
        missing = [name for name in missing if name in builders]
    if missing:
        subject = f"The job {missing[0]}" if len(missing) == 1 else f"{len(missing)} jobs"
        yield Evidence(message=f"{subject} handed over no result.", seen="\n".join(missing))


@jobs.error(
    "job-failed",
    title="A job of the workflow failed",
    why="What it should have built is missing, or what it should have tested is not known to work.",
    fix="Do what its own words say, or start it again if its machine or the network was to blame.",
    example="wheels-macos failed in build because a header was missing",
)
def job_failed(handover: Handover) -> Iterator[Evidence]:
    for name, manifest in handover.manifests.items():
        if (failure := manifest.failure) is not None:
            words = [failure.happened, f"likely cause: {failure.cause}", f"what to do: {failure.remedy}"]
            yield Evidence(
                message=f"The job {name} failed in {failure.stage}: {failure.happened}",
                seen="\n".join([*words, *failure.log]),
            )


@jobs.error(
    "job-built-nothing",
    title="A job that builds put out no file",
    why="The release would be published without what this job stands for, and is closed for new files after 14 days.",
    fix="Open the run and read what the job printed; then start it again.",
    example="wheels-windows-AMD64 ended before cibuildwheel had written a wheel",
)
def job_built_nothing(handover: Handover) -> Iterator[Evidence]:
    builders = {job for job, _ in handover.built.values()}
    for job in handover.plan.jobs:
        manifest = handover.manifests.get(job.name)
        if job.kind in BUILDERS and job.name not in builders and manifest and manifest.failure is None:
            yield Evidence(message=f"The job {job.name} put out no file.")


@jobs.error(
    "job-tested-nothing",
    title="A smoke job tested nothing",
    why="Its place in the matrix stands for a Python and a system on which nobody saw the release work.",
    fix="Open the run and read what the job printed; then start it again.",
    example="a smoke job whose manifest lists no smoke test",
)
def job_tested_nothing(handover: Handover) -> Iterator[Evidence]:
    for job in handover.plan.jobs:
        manifest = handover.manifests.get(job.name)
        if (
            job.kind == "smoke"
            and manifest is not None
            and manifest.failure is None
            and not _tested(manifest)
        ):
            yield Evidence(message=f"The job {job.name} tested nothing.")


def _tested(manifest: Manifest) -> bool:
    # A Python or a platform that no file is for is reported as untried, with the reason.
    done = any(stage.name == "smoke" and stage.outcome == "done" for stage in manifest.stages)
    return done and bool(manifest.smoke_results or manifest.untried)


@jobs.error(
    "handover-not-planned",
    title="Something was handed over that the plan does not name",
    why="Files come from the jobs that build, each under its one name and with the digest that the job put out; anything "
    "else could be put there by code that a smoke test imported.",
    fix="Look at the jobs of this run, and at what their dependencies do. If you upload workflow artifacts of your "
    "own, do not let their names begin with `slipway.`.",
    example="a dependency that writes a second wheel into `dist/` while it is imported",
)
def handover_not_planned(handover: Handover) -> Iterator[Evidence]:
    for stray in handover.strays:
        yield Evidence(message=f"{stray.path}: {stray.problem}.", file=stray.path)


@jobs.error(
    "file-not-planned",
    title="A job built a file that the plan does not expect",
    why="Nobody asked for it, no smoke job was planned for it, and an index takes its name only once.",
    fix="If it belongs to the release, let the plan know: `platforms` for compiled wheels, the project's name and version "
    "where the file's differ from them. Else keep the build backend from making it.",
    example="a wheel for Windows built by the job for Linux",
)
def file_not_planned(handover: Handover) -> Iterator[Evidence]:
    patterns = [expected.pattern for expected in handover.plan.expected]
    for filename, (job, _) in sorted(handover.built.items()):
        if not any(fnmatchcase(filename, pattern) for pattern in patterns):
            yield Evidence(
                message=f"The job {job} built {filename}, which the plan does not expect.",
                artifact=filename,
                expected="\n".join(patterns),
            )


@jobs.error(
    "job-used-other-bytes",
    title="A job worked on other bytes than those that were built",
    why="What was tested is not what would be published.",
    fix="Start all jobs of the run again, so that they go on from the same files.",
    example="a smoke job that was started again after the wheel had been built anew",
)
def job_used_other_bytes(handover: Handover) -> Iterator[Evidence]:
    for name, manifest in handover.manifests.items():
        for artifact in manifest.artifacts:
            built = handover.built.get(artifact.filename)
            if built is not None and built[1] != artifact.sha256:
                yield Evidence(
                    message=f"The job {name} worked on a {artifact.filename} with other bytes.",
                    artifact=artifact.filename,
                    seen=artifact.sha256,
                    expected=built[1],
                )


@jobs.error(
    "plans-differ",
    title="The jobs did not go by the same plan",
    why="They built or tested different commits, versions or releases, and their results say nothing together.",
    fix="Give every job the same options and check out the same commit, then start all of them again.",
    example="the tag was moved while the run was going on",
)
def plans_differ(handover: Handover) -> Iterator[Evidence]:
    for name, manifest in handover.manifests.items():
        if manifest.plan is None:
            continue
        for word, planned, here in zip(_WORDS, _decided(handover.plan), _decided(manifest.plan), strict=True):
            if planned != here:
                yield Evidence(
                    message=f"The job {name} planned with another {word}.",
                    seen=str(here),
                    expected=str(planned),
                )


_WORDS = ("name", "version", "tag", "commit", "index", "decision to publish")


def _decided(plan: Plan) -> tuple[object, ...]:
    commit = plan.git.commit if plan.git else None
    goal = plan.destination
    return plan.name, plan.version, plan.tag, commit, goal.index, goal.publish
