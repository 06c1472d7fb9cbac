"""The settings of a repository on GitHub, as far as they could be read."""

from collections.abc import Iterator
from typing import Literal, TypeVar

from msgspec import Struct
from packaging.version import Version

from slipway.project.workflow import Workflow
from slipway.rules.rule import Skipped

Value = TypeVar("Value")

EXAMPLE = "1.2.3"
"""A version, for the patterns that have to match the tag of one."""


class Unknown(Struct, frozen=True):
    """What could not be read, or was not asked for; never taken for right or wrong.

    Attributes:
        reason: one clause.
    """

    reason: str


def known(value: Value | Unknown) -> Value:
    """Return a value.

    Raises:
        Skipped: it is not known.
    """
    if isinstance(value, Unknown):
        raise Skipped(value.reason)
    return value


class RefPattern(Struct, frozen=True, kw_only=True):
    """One line of an environment's list of refs that may deploy."""

    name: str
    type: Literal["branch", "tag"]


class Environment(Struct, frozen=True, kw_only=True):
    """An environment.

    Attributes:
        reviewers: people and teams of whom one has to approve.
        has_choice: whether somebody else than the one who started the run can be among them: there are several, or a team.
        is_self_review_prevented: whether the one who started the run cannot approve it.
        is_bypassable: whether administrators may go past the rules; None where GitHub does not say.
        refs: what may deploy: `any`, `protected` branches, or what matches one of the patterns.
    """

    name: str
    reviewers: int = 0
    has_choice: bool = False
    is_self_review_prevented: bool = False
    is_bypassable: bool | None = None
    refs: Literal["any", "protected"] | tuple[RefPattern, ...] | Unknown = "any"


class Deployment(Struct, frozen=True, kw_only=True):
    """A job that publishes, and the environment that it is to belong to.

    Attributes:
        environment: its name; None where the job names none.
        ref: the ref that a release runs for, such as `refs/tags/v1.2.3`; None where it is not known.
        is_trial: whether it publishes to a test index only.
    """

    job: str
    file: str
    line: int
    environment: str | Unknown | None
    ref: str | None
    is_trial: bool


class Scope(Struct, frozen=True, kw_only=True):
    """What a ruleset covers and restricts.

    Attributes:
        include: patterns of full names of refs, `~ALL` or `~DEFAULT_BRANCH`; an empty list covers nothing.
        rules: the types of its rules, such as `deletion`.
    """

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    rules: frozenset[str] = frozenset()


class Ruleset(Struct, frozen=True, kw_only=True):
    """A ruleset of the repository, or one above it that applies here.

    Attributes:
        enforcement: only `active` holds anybody back; `evaluate` is a rehearsal.
    """

    name: str
    target: str
    enforcement: str
    scope: Scope | Unknown


class BranchRules(Struct, frozen=True, kw_only=True):
    """What holds for the default branch, by all rulesets and by classic protection together."""

    is_rewriting_blocked: bool
    is_deletion_blocked: bool


class Secret(Struct, frozen=True, kw_only=True):
    """The name of a stored secret and where it stands, as in a sentence."""

    name: str
    place: str


class Immutability(Struct, frozen=True, kw_only=True):
    """Whether releases on GitHub stay as they were published."""

    is_enabled: bool


class RepositoryFacts(Struct, frozen=True, kw_only=True):
    """A repository on GitHub, beside the checkout that was looked at.

    Attributes:
        name: `owner/name`.
        tag_prefix: what stands before the version in a release tag.
        deployments: the jobs of the checkout that publish.
        secrets: those that could be listed, and `unlisted` why others could not.
        workflows: of the checkout.
        updates_actions: whether a bot keeps the actions of the workflows up to date.
        tags: the names of all tags on GitHub.
        released: the versions on the index, and `yanked` those of them that were taken back.
        index: its name in a sentence.
        is_public_index: whether it is PyPI or TestPyPI, which need no stored token.
    """

    name: str
    tag_prefix: str
    default_branch: str | Unknown
    deployments: tuple[Deployment, ...]
    environments: tuple[Environment, ...] | Unknown
    rulesets: tuple[Ruleset, ...] | Unknown
    branch: BranchRules | Unknown
    immutability: Immutability | Unknown
    secrets: tuple[Secret, ...]
    unlisted: tuple[Unknown, ...]
    workflows: tuple[Workflow, ...] | Unknown
    updates_actions: bool | Unknown
    tags: tuple[str, ...] | Unknown
    released: frozenset[Version] | Unknown
    yanked: frozenset[Version]
    index: str
    is_public_index: bool

    @property
    def tag(self) -> str:
        """A release tag, for the patterns that have to match one."""
        return f"{self.tag_prefix}{EXAMPLE}"

    def protecting(self, name: str) -> Environment | None:
        """Return the environment of a name, None where it is not there.

        Raises:
            Skipped: the environments are not known.
        """
        # GitHub takes names of environments that differ in capitals for one.
        return next((one for one in known(self.environments) if one.name.lower() == name.lower()), None)

    def guarded(self, *, trials: bool) -> Iterator[tuple[Deployment, Environment]]:
        """Yield the jobs that publish with their environments, as far as these are there.

        Args:
            trials: whether those of a test index count.

        Raises:
            Skipped: there is no such job, none of them has an environment, or the environments are not known.
        """
        if not self.deployments:
            raise Skipped("no workflow of this checkout publishes")
        seen = set[tuple[str, str | None]]()
        for deployment, name in self.named():
            environment = self.protecting(name)
            if environment is None or (deployment.is_trial and not trials):
                continue
            if (key := (environment.name, deployment.ref)) not in seen:
                seen.add(key)
                yield deployment, environment
        if not seen:
            raise Skipped("no job that publishes has an environment that is there")

    def named(self) -> Iterator[tuple[Deployment, str]]:
        """Yield the jobs that publish from an environment, with its name.

        Raises:
            Skipped: at the end, where the name of one is not known.
        """
        for deployment in self.deployments:
            if isinstance(deployment.environment, str):
                yield deployment, deployment.environment
        for deployment in self.deployments:
            known(deployment.environment)
