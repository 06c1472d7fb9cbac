"""A called workflow that is to publish, found before anything is built where the index cannot trust it."""

from pathlib import Path

from slipway.errors import InputError
from slipway.index import addresses
from slipway.project import workflow
from slipway.records import Plan
from slipway.rules.publisher.facts import publish_job
from slipway.runner import Event

RELEASE = "/.github/workflows/python-release.yml@"


def demand_match(plan: Plan, event: Event, top: Path) -> None:
    """Check that a trusted publisher can match, where a called workflow is to publish.

    PyPI compares the publisher's repository with the one that holds the file of the publishing job
    (warehouse/oidc/models/github.py), which for a workflow of another repository is never the caller's.

    Args:
        plan: says whether and where this run publishes.
        event: names the repository that runs and the workflow that was started.
        top: the top folder of its checkout.

    Raises:
        InputError: the publisher cannot match.
    """
    if not plan.destination.publish or plan.destination.index not in addresses.TITLES:
        return
    repository, _, started = (event.workflow_ref or "").partition("@")[0].partition("/.github/")
    file = top / ".github" / started
    if not started or not file.is_file():
        return
    for job in workflow.read(file.read_bytes(), file=f".github/{started}").jobs:
        owner, called, ref = job.uses.partition(RELEASE)
        if called and not job.secrets and owner.lower() != repository.lower():
            index = addresses.TITLES[plan.destination.index]
            raise InputError(
                f"{index} would refuse this release: the job that publishes is part of {owner}, not of {repository}.",
                cause=f"{index} matches a trusted publisher with the repository of the workflow file that publishes.",
                remedy="Call python-package.yml instead, and add this job to your own workflow "
                "(`slipway init` writes the whole file):\n" + publish_job(owner, ref),
                read="https://packaging.python.org/en/latest/guides/publishing-package-distribution-releases-using-github-actions-ci-cd-workflows/",
            )
