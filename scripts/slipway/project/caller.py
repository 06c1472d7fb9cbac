"""The workflows of a repository beside the one that `slipway init` would write for it."""

from __future__ import annotations

from dataclasses import dataclass

from slipway.project.workflow import Job, Step, Workflow


@dataclass(frozen=True, kw_only=True)
class CallerFacts:
    """What `init --check` judges.

    Attributes:
        slipway: the repository that hosts Slipway, `owner/name`.
        expected: the workflow as it would be written now.
        workflows: every workflow that is there.
    """

    slipway: str
    expected: Workflow
    workflows: tuple[Workflow, ...]

    @property
    def present(self) -> Workflow | None:
        """The file at the expected path, if there is one."""
        return next((one for one in self.workflows if one.file == self.expected.file), None)


PUBLISHERS = ("pypa/gh-action-pypi-publish",)
COMMANDS = ("twine upload", "uv publish", "hatch publish", "flit publish", "poetry publish", "pdm publish")


def publishes(job: Job) -> bool:
    """Return whether a job sends files to an index, or may ask for the ID token that an index accepts."""
    permissions = job.permissions or {}
    if permissions.get("id-token") == "write" or permissions.get("*") == "write-all":
        return not job.uses
    return any(_sends(step) for step in job.steps)


def _sends(step: Step) -> bool:
    if step.action in PUBLISHERS or step.values.get("command") == "publish":
        return True
    return any(command in step.run for command in COMMANDS)
