"""Rules on what the workflows of a repository start, and on what keeps them up to date."""

from collections.abc import Iterator, Mapping

from slipway.project import publishing_workflow
from slipway.project.declared import table_or_empty
from slipway.project.publishing_workflow import BY_RELEASE
from slipway.project.workflow import Job, Step, Workflow
from slipway.rules.families import repository
from slipway.rules.repository.facts import RepositoryFacts, known
from slipway.rules.rule import Evidence, Skipped
from slipway.runner import github

BOTS: Mapping[str, tuple[str, ...]] = {
    "googleapis/release-please-action": ("token",),
    "google-github-actions/release-please-action": ("token",),
    "python-semantic-release/python-semantic-release": ("github_token",),
    "relekang/python-semantic-release": ("github_token",),
    "cycjimmy/semantic-release-action": (),
    "softprops/action-gh-release": ("token",),
    "ncipollo/release-action": ("token",),
    "mathieudutour/github-tag-action": ("github_token",),
    "anothrnick/github-tag-action": (),
    "commitizen-tools/commitizen-action": ("github_token",),
    "phips28/gh-action-bump-version": (),
}
"""Actions that make a tag or a release, each with the inputs that take a token."""
OWN = (f"secrets.{github.JOB_TOKEN}", "github.token")
"""How the token of the job itself is written."""
GIVES_GIT = ("token", "ssh-key")
"""The inputs of actions/checkout that git pushes with afterwards."""
COMMANDS = (
    "gh release create",
    "semantic-release version",
    "git push --tags",
    "git push --follow-tags",
    "cz bump",
)
"""What a step runs that makes a tag or a release."""
STARTS = ("gh workflow run", "/dispatches")
"""What a step runs that starts a workflow, which the job's token may do."""


@repository.warning(
    "release-bot-starts-nothing",
    title="A bot makes the tag with a token that starts no workflow",
    why="GitHub starts no workflow for what a job does with its own token, so that the tag is there and is never published.",
    fix="Let the bot start the workflow on the tag it made, with `gh workflow run WORKFLOW --ref TAG` and the permission "
    "`actions: write`; or publish in a job behind it, in the same workflow.",
    example="googleapis/release-please-action with `token: ${{ github.token }}`, and a release workflow `on: push: tags`",
    read="https://docs.github.com/en/actions/concepts/security/github_token#when-github_token-triggers-workflow-runs",
)
def release_bot_starts_nothing(repo: RepositoryFacts) -> Iterator[Evidence]:
    files = known(repo.workflows)
    for file in files:
        if _publishes(file) or _starts_others(file):
            continue
        started = publishing_workflow.starts_with_release(file, repo.tag_prefix)
        waiting = [one.file for one in files if _waits(one, repo.tag_prefix, beside=started)]
        others = [name for name in waiting if name not in {file.file, *_called(file)}]
        for job in file.jobs if others else ():
            if step := next((step for step in job.steps if _acts_with_own_token(file, job, step)), None):
                yield Evidence(
                    message=f"The job {job.name} of {file.file} makes the tag or the release with its own token, "
                    f"and {others[0]} waits for it.",
                    file=file.file,
                    line=step.line,
                    seen=step.uses or step.run.strip().partition("\n")[0],
                )


def _waits(file: Workflow, prefix: str, *, beside: str | None) -> bool:
    """Return whether a workflow publishes and starts with what another one makes.

    Args:
        file: the workflow.
        prefix: of the release tags.
        beside: how a release starts the other one: with a tag that a person pushed, it makes the release only, and for a
            release it makes nothing that others wait for.
    """
    how = publishing_workflow.starts_with_release(file, prefix)
    if how is None or not _publishes(file) or beside == BY_RELEASE:
        return False
    return beside is None or how == BY_RELEASE


def _publishes(file: Workflow) -> bool:
    return any(publishing_workflow.uploads(job) for job in file.jobs)


def _called(file: Workflow) -> set[str]:
    """Return the workflows of this repository that the jobs of a workflow call."""
    return {job.uses.removeprefix("./") for job in file.jobs if job.uses.startswith("./")}


def _starts_others(file: Workflow) -> bool:
    return any(word in step.run for job in file.jobs for step in job.steps for word in STARTS)


def _acts_with_own_token(file: Workflow, job: Job, step: Step) -> bool:
    inputs = BOTS.get(step.action.lower())
    if inputs is None and not any(command in step.run for command in COMMANDS):
        return False
    given = [step.values.get(name, "") for name in inputs or ()]
    for variables in (step.env, _env(_raw(file, job)), _env(file.content)):
        given += [variables.get(name, "") for name in github.API_TOKENS]
    checkouts = (one for one in job.steps if one.action == "actions/checkout")
    given += [one.values.get(name, "") for one in checkouts for name in GIVES_GIT]
    # Without any, actions take the job's own token, and so does git from actions/checkout.
    return all(any(own in token for own in OWN) for token in given if token)


def _raw(file: Workflow, job: Job) -> Mapping[str, object]:
    return table_or_empty(table_or_empty(file.content.get("jobs")).get(job.name))


def _env(holder: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in table_or_empty(holder.get("env")).items()}


@repository.note(
    "actions-not-updated",
    title="Nothing keeps the actions of the workflows up to date",
    why="Pinned to a commit they stay as they are, faults and all, until somebody thinks of them.",
    fix="Add `.github/dependabot.yml`:\n\nversion: 2\nupdates:\n  - package-ecosystem: github-actions\n    directory: /\n"
    "    schedule: { interval: weekly }\n    cooldown: { default-days: 7 }",
    example="no .github/dependabot.yml, or one without `package-ecosystem: github-actions`",
    read="https://docs.github.com/en/code-security/how-tos/secure-your-supply-chain/secure-your-dependencies/keeping-your-actions-up-to-date-with-dependabot",
)
def actions_not_updated(repo: RepositoryFacts) -> Iterator[Evidence]:
    if not any(_uses_actions(job) for file in known(repo.workflows) for job in file.jobs):
        raise Skipped("no workflow of this checkout uses an action")
    if not known(repo.updates_actions):
        yield Evidence(
            message="Neither Dependabot nor Renovate updates the actions of the workflows.",
            expected="package-ecosystem: github-actions",
        )


def _uses_actions(job: Job) -> bool:
    return bool(job.uses) or any(step.uses for step in job.steps)
