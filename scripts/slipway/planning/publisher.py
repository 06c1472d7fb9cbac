"""Whether the workflow that is to publish can be the one that the index trusts, judged before anything is built."""

from __future__ import annotations

from slipway.errors import InputError
from slipway.index.addresses import TITLES
from slipway.records import Plan
from slipway.rules.publisher.facts import publish_job
from slipway.runner import Event


def demand_match(plan: Plan, event: Event, called: str | None) -> None:
    """Check that a trusted publisher can match where a called workflow is to publish.

    PyPI compares the publisher's repository with the one that holds the file of the publishing job
    (warehouse/oidc/models/github.py), which for a workflow of another repository is never the caller's.

    Args:
        plan: says whether and where this run publishes.
        event: says which repository runs.
        called: the called workflow, `owner/name/.github/workflows/file@ref`; None where the job is the caller's.

    Raises:
        InputError: the publisher cannot match.
    """
    if not called or not plan.destination.publish or plan.destination.index not in TITLES:
        return
    path, _, ref = called.partition("@")
    repository = "/".join(path.split("/")[:2])
    if event.repository is None or repository.lower() == event.repository.lower():
        return
    index = TITLES[plan.destination.index]
    raise InputError(
        f"{index} would refuse this release: the job that publishes stands in {repository}, not in {event.repository}.",
        cause=f"{index} matches a trusted publisher with the repository of the workflow file that publishes.",
        remedy="Call python-package.yml instead, and add this job to your own workflow "
        "(`slipway init` writes the whole file):\n" + publish_job(repository, ref),
        read="https://packaging.python.org/en/latest/guides/publishing-package-distribution-releases-using-github-actions-ci-cd-workflows/",
    )
