"""The settings of a repository as GitHub's REST API shows them, made into the facts that the rules judge.

From https://docs.github.com/en/rest: deployments/environments, deployments/branch-policies, repos/rules,
branches/branch-protection, repos/repos (immutable releases), actions/secrets and repos/repos (tags).
"""

from collections.abc import Iterable, Iterator
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from slipway.repository.github import escaped
from slipway.repository.reading import Reader
from slipway.rules.repository.facts import (
    BranchRules,
    Environment,
    Immutability,
    RefPattern,
    Ruleset,
    Scope,
    Secret,
    Unknown,
)

REVIEWERS = "required_reviewers"
MOST_RULESETS = 50
"""Rulesets that are read in detail."""


class _Owner(Struct, frozen=True):
    type: str = "Organization"


class Repository(Struct, frozen=True):
    """The repository itself.

    Attributes:
        permissions: what the user of the token may do there, by name; empty without a token.
    """

    full_name: str
    default_branch: str
    permissions: dict[str, bool] = {}
    owner: _Owner = _Owner()


class _Reviewer(Struct, frozen=True):
    type: str


class _ProtectionRule(Struct, frozen=True):
    type: str
    prevent_self_review: bool = False
    reviewers: list[_Reviewer] = []


class _DeploymentPolicy(Struct, frozen=True):
    protected_branches: bool
    custom_branch_policies: bool


class _Environment(Struct, frozen=True):
    name: str
    protection_rules: list[_ProtectionRule] = []
    deployment_branch_policy: _DeploymentPolicy | None = None
    can_admins_bypass: bool | None = None


class _Environments(Struct, frozen=True):
    environments: list[_Environment]
    total_count: int = 0


class _Policy(Struct, frozen=True):
    name: str
    type: str = "branch"


class _Policies(Struct, frozen=True):
    branch_policies: list[_Policy]


class _Listed(Struct, frozen=True):
    id: int
    name: str
    enforcement: str
    target: str = "branch"


class _RefName(Struct, frozen=True):
    include: list[str] = []
    exclude: list[str] = []


class _Conditions(Struct, frozen=True):
    ref_name: _RefName = _RefName()


class _Rule(Struct, frozen=True):
    type: str


class _Detailed(Struct, frozen=True):
    conditions: _Conditions | None = None
    rules: list[_Rule] = []


class _Protection(Struct, frozen=True):
    enabled: bool = False


class _Branch(Struct, frozen=True):
    protection: _Protection = _Protection()


class _Switch(Struct, frozen=True):
    enabled: bool = False


class _Protected(Struct, frozen=True):
    allow_force_pushes: _Switch = _Switch()
    allow_deletions: _Switch = _Switch()


class _Immutable(Struct, frozen=True):
    enabled: bool


class _Name(Struct, frozen=True):
    name: str


class _Secrets(Struct, frozen=True):
    secrets: list[_Name]
    total_count: int = 0


def environments(reader: Reader) -> tuple[Environment, ...] | Unknown:
    """Return the environments of the repository."""
    found = reader.read("environments", _Environments, per_page=100)
    if isinstance(found, Unknown):
        return found
    if found.total_count > len(found.environments):
        return Unknown(f"only {len(found.environments)} of {found.total_count} environments were listed")
    return tuple(_environment(reader, one) for one in found.environments)


def _environment(reader: Reader, shown: _Environment) -> Environment:
    review = next((rule for rule in shown.protection_rules if rule.type == REVIEWERS), None)
    reviewers = review.reviewers if review else []
    return Environment(
        name=shown.name,
        reviewers=len(reviewers),
        has_choice=len(reviewers) > 1 or any(one.type == "Team" for one in reviewers),
        is_self_review_prevented=bool(review and review.prevent_self_review),
        is_bypassable=shown.can_admins_bypass,
        refs=_refs(reader, shown),
    )


def _refs(
    reader: Reader, shown: _Environment
) -> Literal["any", "protected"] | tuple[RefPattern, ...] | Unknown:
    policy = shown.deployment_branch_policy
    if policy is None:
        return "any"
    if policy.protected_branches:
        return "protected"
    path = f"environments/{quote(shown.name, safe='')}/deployment-branch-policies"
    found = reader.read(path, _Policies, per_page=100)
    if isinstance(found, Unknown):
        return found
    return tuple(
        RefPattern(name=one.name, type="tag" if one.type == "tag" else "branch")
        for one in found.branch_policies
    )


def rulesets(reader: Reader) -> tuple[Ruleset, ...] | Unknown:
    """Return the rulesets that apply to the repository, those of its organisation included."""
    found = reader.read("rulesets", list[_Listed], per_page=100, includes_parents="true")
    if isinstance(found, Unknown):
        return found
    return tuple(_ruleset(reader, one, number) for number, one in enumerate(found))


def _ruleset(reader: Reader, shown: _Listed, number: int) -> Ruleset:
    # What does not hold needs no second look.
    if shown.enforcement != "active":
        scope: Scope | Unknown = Unknown("it is not active")
    elif number >= MOST_RULESETS:
        scope = Unknown(f"only {MOST_RULESETS} rulesets are read")
    else:
        scope = _scope(reader.read(f"rulesets/{shown.id}", _Detailed, includes_parents="true"))
    return Ruleset(name=shown.name, target=shown.target, enforcement=shown.enforcement, scope=scope)


def _scope(found: _Detailed | Unknown) -> Scope | Unknown:
    if isinstance(found, Unknown):
        return found
    if found.conditions is None:
        return Unknown("GitHub does not show what it covers")
    names = found.conditions.ref_name
    return Scope(
        include=tuple(names.include),
        exclude=tuple(names.exclude),
        rules=frozenset(rule.type for rule in found.rules),
    )


def branch(reader: Reader, name: str) -> BranchRules | Unknown:
    """Return what holds for a branch, by rulesets and by classic protection together."""
    active = reader.read(f"rules/branches/{escaped(name)}", list[_Rule], per_page=100)
    rules = set() if isinstance(active, Unknown) else {rule.type for rule in active}
    by_rules = BranchRules(
        is_rewriting_blocked="non_fast_forward" in rules, is_deletion_blocked="deletion" in rules
    )
    if by_rules.is_rewriting_blocked and by_rules.is_deletion_blocked:
        return by_rules
    shown = reader.read(f"branches/{escaped(name)}", _Branch)
    if isinstance(shown, Unknown):
        return shown
    if not shown.protection.enabled:
        return active if isinstance(active, Unknown) else by_rules
    classic = reader.read(f"branches/{escaped(name)}/protection", _Protected)
    if isinstance(classic, Unknown):
        return classic
    both = BranchRules(
        is_rewriting_blocked=by_rules.is_rewriting_blocked or not classic.allow_force_pushes.enabled,
        is_deletion_blocked=by_rules.is_deletion_blocked or not classic.allow_deletions.enabled,
    )
    is_blocked = both.is_rewriting_blocked and both.is_deletion_blocked
    return active if isinstance(active, Unknown) and not is_blocked else both


def immutability(reader: Reader, *, is_administrator: bool) -> Immutability | Unknown:
    """Return whether releases are immutable.

    Args:
        reader: reads it.
        is_administrator: whether the token is known to show all settings. GitHub answers 404 where the setting is off, and
            to everybody else whatever it is.
    """
    off = _Immutable(enabled=False) if is_administrator else None
    found = reader.read("immutable-releases", _Immutable, absent=off)
    return found if isinstance(found, Unknown) else Immutability(is_enabled=found.enabled)


def secrets(
    reader: Reader, environment_names: Iterable[str], *, in_organisation: bool
) -> tuple[tuple[Secret, ...], tuple[Unknown, ...]]:
    """Return the names of the secrets that the workflows may use, and why some could not be listed.

    Args:
        reader: reads them; GitHub shows the value of a secret to nobody.
        environment_names: the environments whose secrets are listed.
        in_organisation: whether the repository belongs to an organisation, which has secrets for it as well.
    """
    found: list[Secret] = []
    unlisted: list[Unknown] = []
    for path, place in _places(environment_names, in_organisation=in_organisation):
        listed = reader.read(path, _Secrets, per_page=100)
        if isinstance(listed, Unknown):
            unlisted.append(listed)
            continue
        found += (Secret(name=one.name, place=place) for one in listed.secrets)
        if listed.total_count > len(listed.secrets):
            unlisted.append(
                Unknown(f"only {len(listed.secrets)} of {listed.total_count} secrets were listed")
            )
    return tuple(found), tuple(unlisted)


def _places(environment_names: Iterable[str], *, in_organisation: bool) -> Iterator[tuple[str, str]]:
    yield "actions/secrets", "in the repository"
    if in_organisation:
        yield "actions/organization-secrets", "of the organisation, which this repository may use"
    for name in environment_names:
        yield f"environments/{quote(name, safe='')}/secrets", f"in the environment {name}"


def tags(reader: Reader) -> tuple[str, ...] | Unknown:
    """Return the names of all tags."""
    found = reader.all("tags", _Name)
    return found if isinstance(found, Unknown) else tuple(one.name for one in found)
