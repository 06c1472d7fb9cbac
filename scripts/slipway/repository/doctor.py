"""`slipway doctor`: reads the settings of a repository and judges them. It sends GET requests only."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from packaging.version import Version

from slipway import git
from slipway.errors import InputError, SlipwayError
from slipway.examination import Examination, Token
from slipway.findings import merged
from slipway.index import addresses
from slipway.index.client import Client
from slipway.manifest import Addition, Failure
from slipway.options import Inputs
from slipway.project import dependency_updates, publishing_workflow, tag_prefix, workflow, written_workflow
from slipway.project import project as project_facts
from slipway.project.workflow import CallerFacts, Workflow
from slipway.records import SkippedRule
from slipway.repository import decision, deployments, failures, settings, tokens
from slipway.repository.github import GitHub, Refused, Unsettled
from slipway.repository.reading import PATIENCE, Reader
from slipway.repository.tokens import Found
from slipway.rules.repository import RULES as REPOSITORY_RULES
from slipway.rules.repository.facts import Deployment, RepositoryFacts, Unknown
from slipway.rules.repository.secrets import NEEDED
from slipway.rules.rule import combined, judge
from slipway.rules.workflow import RULES as WORKFLOW_RULES
from slipway.runner import Runner

OF_WORKFLOWS = ("index-token-stored", "another-workflow-publishes")
"""The rules on workflows that belong to the settings of a repository; `init --check` judges the others too."""

_NONE = Workflow(file="", jobs=())

ON_INDEX = 10.0
"""Seconds to go on asking the index."""

SHOWS_ALL = "repo"
"""The scope of a classic token with which an administrator sees every setting."""


class _Checkout(Struct, frozen=True):
    """What the checkout says.

    Attributes:
        name: the project's, None where only its build knows it.
        ignored: rule name to the project's reason for turning it off.
        index: the name of the index that releases go to, `none` for none.
    """

    name: str | None
    ignored: dict[str, str]
    prefix: str
    index: str
    workflows: tuple[Workflow, ...] | Unknown
    updates_actions: bool | Unknown


def run(inputs: Inputs, runner: Runner) -> Examination:
    """Return what was found.

    Raises:
        InputError: it is not known which repository this is, or an address cannot be used.
    """
    api, name = decision.place(inputs, runner)
    # A test or a rehearsal brings its own API, and the token for it.
    found = Found(api.token) if inputs.github else tokens.find(api, inputs.path)
    if found.token:
        runner.mask(found.token)
    checkout = _checkout(inputs)
    with closing(GitHub(replace(api, token=found.token), name)) as github:
        reader = Reader(github, has_token=found.token is not None)
        facts, failure = _facts(github, reader, checkout, inputs, name)
    judged = _judged(facts, checkout)
    return Examination(
        repository=name,
        token=_token(found, github),
        findings=merged(judged.findings),
        unknown=judged.skipped_rules,
        clear=_clear(judged),
        broken_rules=judged.broken_rules,
        failure=failure,
    )


def _token(found: Found, github: GitHub) -> Token:
    if found.token is None:
        return Token()
    listed = None if github.scopes is None else github.scopes.split(",")
    scopes = None if listed is None else tuple(filter(None, (one.strip() for one in listed)))
    return Token(source=found.source or "this run", scopes=scopes)


def _checkout(inputs: Inputs) -> _Checkout:
    project = project_facts.read(inputs.path)
    place = git.place(inputs.path)
    top, inside = (place[0], place[1] or ".") if place else (inputs.path, ".")
    files = _workflows(top)
    there = None if isinstance(files, Unknown) else written_workflow.among(files, inside)
    return _Checkout(
        name=project.name,
        ignored=dict(project.ignored),
        prefix=tag_prefix.of_project(inputs, name=project.name),
        index=inputs.index or (there.index if there else None) or "pypi",
        workflows=files,
        updates_actions=_updates(top),
    )


def _workflows(top: Path) -> tuple[Workflow, ...] | Unknown:
    try:
        return workflow.read_all(top)
    except InputError as error:
        return Unknown(error.happened.rstrip("."))


def _updates(top: Path) -> bool | Unknown:
    try:
        return dependency_updates.of_actions(top)
    except InputError as error:
        return Unknown(error.happened.rstrip("."))


def _facts(
    github: GitHub, reader: Reader, checkout: _Checkout, inputs: Inputs, name: str
) -> tuple[RepositoryFacts, Failure | None]:
    """Return the facts, and why nothing of the repository could be read, where that is so."""
    released, yanked = _released(inputs, checkout)
    local = RepositoryFacts(
        name=name,
        tag_prefix=checkout.prefix,
        default_branch=(unread := Unknown("the repository could not be read")),
        deployments=_deployments(checkout, None),
        environments=unread,
        rulesets=unread,
        branch=unread,
        immutability=unread,
        secrets=(),
        unlisted=(unread,),
        workflows=checkout.workflows,
        updates_actions=checkout.updates_actions,
        tags=unread,
        released=released,
        yanked=yanked,
        index=addresses.TITLES.get(checkout.index, checkout.index),
        is_public_index=checkout.index in addresses.NAMES,
    )
    try:
        shown = reader.first(settings.Repository)
    except Refused as refused:
        return local, _failure(failures.unreadable(refused, name))
    except Unsettled as unsettled:
        return local, _failure(failures.lasting(unsettled, seconds=PATIENCE))
    except SlipwayError as error:
        return local, _failure(error)
    return _read(github, reader, shown, local, checkout), None


def _failure(error: SlipwayError) -> Failure:
    return Failure.from_error(error, stage="doctor")


def _read(
    github: GitHub, reader: Reader, shown: settings.Repository, local: RepositoryFacts, checkout: _Checkout
) -> RepositoryFacts:
    scopes = {one.strip() for one in (github.scopes or "").split(",")}
    is_administrator = shown.permissions.get("admin", False) and SHOWS_ALL in scopes
    environments = settings.environments(reader)
    names = [] if isinstance(environments, Unknown) else [one.name for one in environments]
    secrets, unlisted = settings.secrets(reader, names, in_organisation=shown.owner.type == "Organization")
    return replace(
        local,
        default_branch=shown.default_branch,
        deployments=_deployments(checkout, shown.default_branch),
        environments=environments,
        rulesets=settings.rulesets(reader),
        branch=settings.branch(reader, shown.default_branch),
        immutability=settings.immutability(reader, is_administrator=is_administrator),
        secrets=secrets,
        unlisted=unlisted,
        tags=settings.tags(reader),
    )


def _deployments(checkout: _Checkout, default_branch: str | None) -> tuple[Deployment, ...]:
    files = () if isinstance(checkout.workflows, Unknown) else checkout.workflows
    return deployments.find(files, prefix=checkout.prefix, default_branch=default_branch)


def _released(inputs: Inputs, checkout: _Checkout) -> tuple[frozenset[Version] | Unknown, frozenset[Version]]:
    """Return the versions on the index, and those of them that were yanked."""
    if checkout.index == "none":
        return Unknown("no index was asked: `index` says none"), frozenset()
    if checkout.name is None:
        return Unknown("only the build knows the project's name"), frozenset()
    index = addresses.resolve(checkout.index, simple=inputs.simple_index)
    try:
        with closing(Client(index, patience=ON_INDEX)) as client:
            files = client.listing(checkout.name).files
    except SlipwayError as error:
        return Unknown(error.happened.rstrip(".")), frozenset()
    standing = {file.version for file in files if file.version and not file.yanked}
    released = frozenset(file.version for file in files if file.version)
    return released, released - standing


def _judged(facts: RepositoryFacts, checkout: _Checkout) -> Addition:
    judged = judge(REPOSITORY_RULES, facts, ignored=checkout.ignored)
    return combined((judged, *_of_workflows(facts, checkout)))


def _of_workflows(facts: RepositoryFacts, checkout: _Checkout) -> Iterator[Addition]:
    """Yield what the rules on workflows find that belong to the settings of a repository."""
    stored, beside = (next(rule for rule in WORKFLOW_RULES if rule.name == name) for name in OF_WORKFLOWS)
    files = facts.workflows
    if isinstance(files, Unknown):
        yield _skipped(OF_WORKFLOWS, files.reason)
        return
    leading = _leading(files, facts.tag_prefix)
    if leading is None:
        yield _skipped((beside.name,), "no workflow of this checkout publishes when a release is tagged")
    caller = CallerFacts(slipway="", expected=leading or _NONE, workflows=files, tag_prefix=facts.tag_prefix)
    if not facts.is_public_index:
        yield _skipped((stored.name,), NEEDED)
    rules = [*([stored] if facts.is_public_index else []), *([beside] if leading else [])]
    yield judge(rules, caller, ignored=checkout.ignored)


def _skipped(names: Sequence[str], reason: str) -> Addition:
    return Addition(skipped_rules=tuple(SkippedRule(rule=name, reason=reason) for name in names))


def _leading(files: tuple[Workflow, ...], prefix: str) -> Workflow | None:
    """Return the workflow that a release starts and that publishes, before others the one that `slipway init` wrote."""
    publishing = (
        file
        for file in sorted(files, key=lambda file: not file.written)
        if publishing_workflow.starts_with_release(file, prefix)
        and any(publishing_workflow.uploads(job) for job in file.jobs)
    )
    return next(publishing, None)


def _clear(judged: Addition) -> tuple[str, ...]:
    names: Sequence[str] = (*(rule.name for rule in REPOSITORY_RULES), *OF_WORKFLOWS)
    seen = {finding.rule for finding in judged.findings}
    seen |= {one.rule for one in (*judged.skipped_rules, *judged.broken_rules)}
    return tuple(name for name in names if name not in seen)
