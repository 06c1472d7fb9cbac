"""Rules on what the jobs of a workflow hand over: all of it is there, nothing else is, and all of it fits together.

No project can turn them off: they are what keeps one job from deciding for another.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from slipway.artifacts.handover import HAVING_FILES, Handover
from slipway.records import BUILD, SECOND_BUILD, Job, Plan
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
    missing = [
        job.name
        for job in handover.plan.jobs
        if job.name not in handover.manifests and not _waits_in_vain(job, handover)
    ]
    if missing:
        subject = f"The job {missing[0]}" if len(missing) == 1 else f"{len(missing)} jobs"
        yield Evidence(message=f"{subject} handed over no result.", seen="\n".join(missing))


def _waits_in_vain(job: Job, handover: Handover) -> bool:
    """Return whether a job had nothing to go on from; what is wrong with the job before it is found as well."""
    return any(
        one.name not in handover.builders
        for one in handover.plan.jobs
        if (one.kind == "build" and job.kind != "build")
        or (one.kind == "wheels" and job.kind == "smoke" and one.platform == job.platform)
    )


@jobs.error(
    "job-failed",
    title="A job of the workflow failed",
    why="What it should have built is missing, or what it should have tested is not known to work.",
    fix="Do what its own words say, or start it again if its machine or the network was to blame.",
    example="wheels-macos failed in build because a header was missing",
)
def job_failed(handover: Handover) -> Iterator[Evidence]:
    for name, manifest in handover.manifests.items():
        job = handover.plan.job(name)
        if (failure := manifest.failure) is not None and not (job and _waits_in_vain(job, handover)):
            yield Evidence(
                message=f"The job {name} failed in {failure.stage}: {failure.happened}",
                seen="\n".join([*failure.log, f"likely cause: {failure.cause}"]),
                fix=failure.remedy,
            )


@jobs.error(
    "job-built-nothing",
    title="A job that builds put out no file",
    why="The release would be published without what this job stands for, and is closed for new files after 14 days.",
    fix="Open the run and read what the job printed; then start it again.",
    example="wheels-windows-AMD64 ended before cibuildwheel had written a wheel",
)
def job_built_nothing(handover: Handover) -> Iterator[Evidence]:
    for job in handover.plan.jobs:
        manifest = handover.manifests.get(job.name)
        if (
            job.kind in HAVING_FILES
            and job.name not in handover.builders
            and manifest
            and manifest.failure is None
            and all(finding.rule in handover.plan.ignored for finding in manifest.blocking)
        ):
            yield Evidence(message=f"The job {job.name} put out no file.")


@jobs.error(
    "job-tested-nothing",
    title="A smoke job did not test what it was planned for",
    why="It stands for Pythons and a system on which nobody saw the release work.",
    fix="Open the run and read what the job printed; then start it again.",
    example="a smoke job whose manifest lists no smoke test",
)
def job_tested_nothing(handover: Handover) -> Iterator[Evidence]:
    for job in handover.plan.jobs:
        manifest = handover.manifests.get(job.name)
        if (
            manifest is None
            or manifest.failure is not None
            or (job.kind in HAVING_FILES and manifest.blocking)
        ):
            continue
        tested = [_parts(result.python) for result in manifest.smoke_results]
        missing = [wanted for wanted in job.pythons if not any(map(_parts(wanted).fits, tested))]
        if missing:
            yield Evidence(message=f"The job {job.name} tested nothing with {', '.join(missing)}.")


class _Parts(NamedTuple):
    """A version of Python, as it is asked for or as a result names it."""

    implementation: str
    numbers: tuple[str, ...]
    free_threaded: bool

    def fits(self, tested: "_Parts") -> bool:
        return (self.implementation, self.free_threaded, self.numbers) == (
            tested.implementation,
            tested.free_threaded,
            tested.numbers[: len(self.numbers)],
        )


def _parts(version: str) -> _Parts:
    matched = re.match(r"([a-z]*)[ -]?([\d.]+)", version)
    name, numbers = matched.groups() if matched else ("", "")
    # GraalPy is asked for by a version of its own.
    own = "" if name == "graalpy" else numbers
    return _Parts(name, tuple(filter(None, own.split("."))), version.endswith("t"))


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
    "second-build-made-other-files",
    title="The job that builds once more handed over other files than the first one",
    why="What one of the two jobs alone made is compared with nothing, and the same commit should make the same files.",
    fix="Look at both jobs: if one of them ended early, start it again; if the build depends on the machine or the time, "
    "make it independent of them.",
    example="a second build that made an sdist and no wheel",
)
def second_build_made_other_files(handover: Handover) -> Iterator[Evidence]:
    first = sorted(name for name, (job, _) in handover.built.items() if job == BUILD)
    again = sorted(handover.built_again)
    if first and again and first != again:
        lacking = [f"did not make {name}" for name in first if name not in again]
        more = [f"made {name} instead or in addition" for name in again if name not in first]
        yield Evidence(
            message=f"The second build {', and '.join([*lacking, *more])}.",
            seen="\n".join(again),
            expected="\n".join(first),
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
        # A second build may make other bytes of the same content; it is compared member by member.
        for artifact in manifest.artifacts if name != SECOND_BUILD else ():
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
