"""The run that publishes: its event, the claims of its ID token, and its stored credential."""

import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from slipway.runner.event import EventFacts

TEMPLATE = (Path(__file__).parents[2] / "templates" / "caller.yml").read_text("utf-8")

ISSUER = "https://token.actions.githubusercontent.com"
"""The only issuer that PyPI takes for GitHub; those of enterprises are refused (`oidc/services.py`)."""

Policy = Literal["required", "best-effort", "off"]


class Claims(Struct, frozen=True, kw_only=True):
    """The claims of an ID token about its job (GitHub's "OpenID Connect reference").

    Attributes:
        repository: `owner/name`, spelled as GitHub spells it.
        job_workflow_ref: file and ref of the workflow the job is written in; PyPI goes by this one.
        workflow_ref: file and ref of the workflow that was started.
        environment: of the job, if it has one.
    """

    issuer: str
    repository: str
    job_workflow_ref: str
    workflow_ref: str
    environment: str | None = None

    @property
    def job_repository(self) -> str:
        """The repository the job is written in."""
        return self.job_workflow_ref.partition("/.github/")[0]

    @property
    def foreign(self) -> bool:
        """Whether the job is written in a workflow of another repository."""
        return self.job_repository.lower() != self.repository.lower()

    @property
    def workflow(self) -> str:
        """Filename of the workflow the job is written in."""
        return self.job_workflow_ref.partition("@")[0].rpartition("/")[2]


class PublisherFacts(Struct, frozen=True, kw_only=True):
    """A run that is about to publish.

    Attributes:
        event: what started it.
        index: name of the index.
        trusted: whether the index knows trusted publishing.
        id_tokens: whether the runner hands out ID tokens to this job.
        claims: what the job's ID token says, None where there is none.
        problem: why there is none, although the runner hands them out.
        stored: the stored credential, such as `the token in SLIPWAY_TOKEN`; None if there is none.
        attestations: whether attestations are wanted.
        unsigned: why no attestations could be made, although they were wanted.
        refused: why the index did not take the ID token, where a stored credential was used in its place.
        dropped: files the index serves without the attestations that were sent with them.
    """

    event: EventFacts
    index: str
    trusted: bool
    id_tokens: bool
    claims: Claims | None = None
    problem: str | None = None
    stored: str | None = None
    attestations: Policy = "best-effort"
    unsigned: str | None = None
    refused: str | None = None
    dropped: tuple[str, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether the job is written in a workflow of another repository."""
        return self.claims is not None and self.claims.foreign

    @property
    def job(self) -> str:
        """The publish job to paste into the caller's own workflow; empty where it is there already."""
        if self.claims is None or not self.elsewhere:
            return ""
        return publish_job(self.claims.job_repository, self.claims.job_workflow_ref.rpartition("@")[2])


def publish_job(repository: str, ref: str) -> str:
    """Return the job that publishes, to be pasted into the caller's own workflow.

    Args:
        repository: `owner/name` of the Slipway to use.
        ref: its tag, branch or commit, with or without `refs/tags/` in front.
    """
    lines = TEMPLATE[TEMPLATE.index("  publish:\n") : TEMPLATE.index("  verify:\n")]
    name = ref.removeprefix("refs/tags/").removeprefix("refs/heads/")
    pinned = lines.replace("@OWNER@", repository).replace("@COMMIT@ # @VERSION@", name)
    return re.sub(r"@[A-Z]{1,20}@", "", pinned)
