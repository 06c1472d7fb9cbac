"""Rules on the environments of the jobs that publish: who approves a release, and what may be released.

https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from collections.abc import Iterator

from slipway.rules.families import repository
from slipway.rules.repository import patterns
from slipway.rules.repository.facts import Deployment, Environment, RepositoryFacts, Unknown, known
from slipway.rules.rule import Evidence, Skipped

_READ = "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments"


@repository.warning(
    "publish-job-without-environment",
    title="A job that publishes belongs to no environment",
    why="Reviewers, and the rule which refs may publish, belong to an environment; without one nothing stands between a "
    "pushed tag and the index.",
    fix="Give the job an `environment:`, make that environment on GitHub with reviewers, and enter its name at the index.",
    example="jobs.publish with `id-token: write` and without `environment:`",
    read=_READ,
)
def publish_job_without_environment(repo: RepositoryFacts) -> Iterator[Evidence]:
    if not repo.deployments:
        raise Skipped("no workflow of this checkout publishes")
    for deployment in repo.deployments:
        if deployment.environment is None and not deployment.is_trial:
            yield Evidence(
                message=f"The job {deployment.job} publishes and belongs to no environment.",
                file=deployment.file,
                line=deployment.line,
            )
    for deployment in repo.deployments:
        known(deployment.environment)


@repository.warning(
    "environment-missing",
    title="The environment of a job that publishes is not there",
    why="GitHub makes it when the job first runs, without reviewers and open to every ref: the release is published without "
    "anybody's approval.",
    fix="Make it under Settings → Environments, with required reviewers.",
    example="environment: pypi, and a repository without environments",
    read=_READ,
)
def environment_missing(repo: RepositoryFacts) -> Iterator[Evidence]:
    if not repo.deployments:
        raise Skipped("no workflow of this checkout publishes")
    seen = set[str]()
    for deployment, name in repo.named():
        if repo.protecting(name) is None and name not in seen:
            seen.add(name)
            yield _evidence(
                deployment,
                f"{repo.name} has no environment {name}, which {deployment.job} publishes from.",
                name,
            )


@repository.warning(
    "environment-without-reviewers",
    title="Nobody has to approve a release",
    why="Who may push a tag then publishes by it; a token or an account that was taken over is enough.",
    fix="Settings → Environments → the environment → Required reviewers. (Private repositories: with GitHub Enterprise.)",
    example="the environment pypi without the rule `required_reviewers`",
    read=_READ,
)
def environment_without_reviewers(repo: RepositoryFacts) -> Iterator[Evidence]:
    for deployment, environment in repo.guarded(trials=False):
        if not environment.reviewers:
            yield _evidence(
                deployment, f"The environment {environment.name} has no required reviewers.", environment.name
            )


@repository.note(
    "environment-approved-by-its-starter",
    title="Whoever starts a release may approve it alone",
    why="A second person could look, and need not: one account that was taken over starts a release and approves it.",
    fix="Settings → Environments → the environment → Prevent self-review.",
    example="two required reviewers, and `prevent_self_review` is false",
    read=_READ,
)
def environment_approved_by_its_starter(repo: RepositoryFacts) -> Iterator[Evidence]:
    for deployment, environment in repo.guarded(trials=False):
        if environment.has_choice and not environment.is_self_review_prevented:
            yield _evidence(
                deployment,
                f"In the environment {environment.name}, whoever starts a run may approve it.",
                environment.name,
            )


@repository.note(
    "environment-bypassed-by-administrators",
    title="Administrators may publish past the rules of the environment",
    why="The account of an administrator is then enough to publish, without a reviewer.",
    fix="Settings → Environments → the environment: untick *Allow administrators to bypass configured protection rules*.",
    example="`can_admins_bypass` is true",
    read=_READ,
)
def environment_bypassed_by_administrators(repo: RepositoryFacts) -> Iterator[Evidence]:
    silent = None
    for deployment, environment in repo.guarded(trials=False):
        if environment.is_bypassable is None:
            silent = environment.name
        elif environment.is_bypassable and environment.reviewers:
            yield _evidence(
                deployment,
                f"Administrators may go past the rules of the environment {environment.name}.",
                environment.name,
            )
    if silent:
        raise Skipped(f"GitHub does not say it of the environment {silent}")


@repository.warning(
    "environment-open-to-any-ref",
    title="Any branch or tag may publish",
    why="A workflow that was changed on a branch, without a review, gets the rights of the environment, and the index takes "
    "what it uploads.",
    fix="Settings → Environments → the environment → Deployment branches and tags → Selected: add the tags of releases.",
    example="`deployment_branch_policy` is null",
    read=_READ,
)
def environment_open_to_any_ref(repo: RepositoryFacts) -> Iterator[Evidence]:
    unread = None
    for deployment, environment in repo.guarded(trials=False):
        if isinstance(environment.refs, Unknown):
            unread = environment.refs
        elif environment.refs == "any" or _admits_everything(environment):
            yield _evidence(
                deployment,
                f"Any branch or tag may deploy to the environment {environment.name}.",
                environment.name,
                expected=(deployment.ref or "").removeprefix("refs/") or None,
            )
    if unread:
        known(unread)


def _admits_everything(environment: Environment) -> bool:
    return isinstance(environment.refs, tuple) and patterns.admits(environment.refs, "refs/heads/any-branch")


@repository.error(
    "environment-refuses-its-release",
    title="The environment refuses the ref that a release runs for",
    why="GitHub ends the job that publishes before its first step: the release is built, tested, and never public.",
    fix="Settings → Environments → the environment → Deployment branches and tags: add the ref.",
    example="only protected branches may deploy to pypi, and a release runs for the tag v1.2.3",
    read=_READ,
)
def environment_refuses_its_release(repo: RepositoryFacts) -> Iterator[Evidence]:
    unread = None
    for deployment, environment in repo.guarded(trials=True):
        if isinstance(environment.refs, Unknown):
            unread = environment.refs
        elif deployment.ref is None:
            unread = unread or Unknown(f"which ref the job {deployment.job} runs for is not known")
        elif _refuses(environment, deployment.ref):
            kind, _, name = deployment.ref.removeprefix("refs/").partition("/")
            what = f"a tag such as {name}" if kind == "tags" else f"the branch {name}"
            yield _evidence(
                deployment,
                f"The environment {environment.name} does not let {what} deploy.",
                environment.name,
                expected=deployment.ref.removeprefix("refs/"),
            )
    if unread:
        known(unread)


def _refuses(environment: Environment, ref: str) -> bool:
    if environment.refs == "protected":
        # Whether a branch is protected is not asked here; a tag never is.
        return ref.startswith("refs/tags/")
    return isinstance(environment.refs, tuple) and not patterns.admits(environment.refs, ref)


def _evidence(deployment: Deployment, message: str, name: str, *, expected: str | None = None) -> Evidence:
    return Evidence(message=message, file=deployment.file, line=deployment.line, seen=name, expected=expected)
