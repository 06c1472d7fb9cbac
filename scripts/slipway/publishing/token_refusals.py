"""A table of the codes with which an index refuses an ID token, with cause and fix (warehouse, `oidc/views.py`)."""

from __future__ import annotations

from slipway.publishing import refusals
from slipway.publishing.refusals import Meaning

MINT: tuple[Meaning, ...] = (
    Meaning(
        "invalid-pending-publisher",
        r"invalid-pending-publisher",
        "The project was created by somebody else while the publisher for it was waiting.",
        "If the project is yours, add the publisher on its publishing page; if it is not, choose another name.",
    ),
    Meaning(
        "invalid-publisher",
        r"invalid-publisher.{0,500}job_workflow_ref",
        "The job is written in another workflow file than the publisher names: PyPI goes by the file the job "
        "is written in, which for a reusable workflow is the called one.",
        "Put the publish job into the workflow that the publisher names, as a job of its own.",
    ),
    Meaning(
        "invalid-publisher",
        r"invalid-publisher.{0,500}pull_request_target",
        "`pull_request_target` runs foreign code with the repository's rights, and never publishes.",
        "Publish from a tag or a manual dispatch.",
    ),
    Meaning(
        "invalid-publisher",
        r"invalid-publisher",
        "No trusted publisher of the index fits this job. One of owner, repository, file name and environment "
        "differs, be it in upper or lower case only; or it was entered at another index.",
        "Compare the values above with the publisher, one by one, and correct the one that differs.",
    ),
    Meaning(
        "not-enabled",
        r"not-enabled",
        "The index has trusted publishing switched off at the moment.",
        "Look at its status page and run again later, or give an API token in SLIPWAY_TOKEN.",
    ),
    Meaning(
        "invalid-reuse-token",
        r"invalid-reuse-token",
        "The ID token was used before; Slipway asks for a new one each time, so something replays them.",
        "Run the job again, and look for a proxy between the runner and the index.",
    ),
    Meaning(
        "invalid-token",
        r"invalid-token",
        "The index does not accept the ID token: its clock, its audience or its issuer is not the expected one.",
        "Run the job again; on a self-hosted runner, set the clock first.",
    ),
    Meaning(
        "invalid-payload",
        r"invalid-payload",
        "The index could not read the ID token, does not know who issued it, or may not create the project.",
        "Publish from GitHub's own runners; for a new project, check that its name is allowed.",
    ),
)


def mint(code: str, description: str) -> Meaning | None:
    """Return what a refused exchange of tokens means, or None where it is not known."""
    return refusals.first(MINT, f"{code} {description}")
