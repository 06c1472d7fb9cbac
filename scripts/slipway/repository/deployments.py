"""The jobs of a checkout that publish, with the environment and the ref that each of them runs for."""

from collections.abc import Iterator

from slipway import versions
from slipway.index import addresses
from slipway.project import publishing_workflow
from slipway.project.workflow import Job, Workflow
from slipway.project.written_workflow import CALLED
from slipway.rules.repository.facts import EXAMPLE, Deployment, Unknown


def find(files: tuple[Workflow, ...], *, prefix: str, default_branch: str | None) -> tuple[Deployment, ...]:
    """Return the jobs that publish.

    Args:
        files: the workflows of the checkout.
        prefix: what stands before the version in a release tag.
        default_branch: its name, which a manual dispatch runs for; None where it is not known.
    """
    branch = f"refs/heads/{default_branch}" if default_branch else None
    found = (
        _written(file, job, branch)
        if file.written and "${{" in job.environment
        else _other(file, job, prefix, branch)
        for file in files
        for job in file.jobs
        if publishing_workflow.uploads(job)
    )
    return tuple(deployment for deployments in found for deployment in deployments)


def _written(file: Workflow, job: Job, branch: str | None) -> Iterator[Deployment]:
    """Yield what the job of a workflow that `slipway init` wrote is for: the plan names its environment."""
    given = next((one.values for one in file.jobs if CALLED in one.uses), {})
    prefix, wanted = versions.prefix_meant(given.get("tag-prefix", "v")), given.get("index", "")
    tag = f"refs/tags/{prefix}{EXAMPLE}"
    for index, ref in {"pypi": tag, "testpypi": branch}.items():
        if index == wanted or not wanted or "${{" in wanted:
            yield Deployment(
                job=job.name,
                file=file.file,
                line=job.line,
                environment=addresses.environment(index, tag_prefix=prefix),
                # With an index of its own, a workflow publishes there by a tag.
                ref=tag if index == wanted else ref,
                is_trial=index == "testpypi",
            )


def _other(file: Workflow, job: Job, prefix: str, branch: str | None) -> Iterator[Deployment]:
    name: str | Unknown | None = job.environment or None
    if "${{" in job.environment:
        name = Unknown(f"the environment of the job {job.name} is decided when it runs")
    ref = branch if "push" in publishing_workflow.triggers(file) else None
    if publishing_workflow.starts_with_release(file, prefix):
        ref = f"refs/tags/{prefix}{EXAMPLE}"
    yield Deployment(
        job=job.name,
        file=file.file,
        line=job.line,
        environment=name,
        ref=ref,
        is_trial="test" in job.environment.lower() or any("test." in text for text in _addresses(job)),
    )


def _addresses(job: Job) -> Iterator[str]:
    """Yield the addresses that the steps of a job upload to, as far as they are inputs of an action."""
    for step in job.steps:
        yield from (step.values.get(name, "") for name in ("repository-url", "repository_url", "index"))
