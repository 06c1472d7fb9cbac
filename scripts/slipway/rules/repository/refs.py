"""Rules on who may make, move and delete the refs that a release rests on.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
"""

from collections.abc import Iterator

from slipway.rules.families import repository
from slipway.rules.repository import patterns
from slipway.rules.repository.facts import RepositoryFacts, Ruleset, Unknown, known
from slipway.rules.rule import Evidence, Skipped

_READ = (
    "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/"
    "available-rules-for-rulesets"
)
MOVING = {"update": "updates", "deletion": "deletions"}
"""The types of the rules without which a tag can be moved, each with its name on the page of settings."""


@repository.warning(
    "release-tags-can-move",
    title="A release tag can be moved or deleted",
    why="Who may push can put other code under the name of a release that people use, or start a release under it again.",
    fix="Settings → Rules → Rulesets → New tag ruleset: Active, with the release tags as targets, restrict updates and "
    "deletions.",
    example="a repository without a tag ruleset",
    read=_READ,
)
def release_tags_can_move(repo: RepositoryFacts) -> Iterator[Evidence]:
    lacking = [word for rule, word in MOVING.items() if rule not in _restricted(repo)]
    if lacking:
        _require_all_read(repo)
        yield Evidence(
            message=f"No active ruleset restricts {' and '.join(lacking)} of tags such as {repo.tag}.{_others(repo)}",
            seen=", ".join(sorted(_restricted(repo))) or None,
            expected="an active tag ruleset with the rules deletion and update",
        )


@repository.note(
    "release-tags-made-by-anyone",
    title="Everybody who may push can make a release tag",
    why="The tag starts the release. Then only the reviewers of the environment stand between a push and the index.",
    fix="Settings → Rules → Rulesets: a tag ruleset of its own that restricts creations, with the maintainers on its bypass "
    "list.",
    example="a tag ruleset that restricts updates and deletions only",
    read=_READ,
)
def release_tags_made_by_anyone(repo: RepositoryFacts) -> Iterator[Evidence]:
    if "creation" not in _restricted(repo):
        _require_all_read(repo)
        yield Evidence(
            message=f"No active ruleset restricts who makes tags such as {repo.tag}.",
            expected="an active tag ruleset with the rule creation",
        )


@repository.warning(
    "ruleset-covers-nothing",
    title="An active ruleset covers no ref",
    why="GitHub shows it as active, and it holds nobody back: its list of targets is empty.",
    fix="Settings → Rules → Rulesets → the ruleset → Add target; or delete it.",
    example='"conditions": {"ref_name": {"include": [], "exclude": []}}',
    read=_READ,
)
def ruleset_covers_nothing(repo: RepositoryFacts) -> Iterator[Evidence]:
    unread = None
    for ruleset in known(repo.rulesets):
        if ruleset.enforcement != "active" or ruleset.target not in {"tag", "branch"}:
            continue
        if isinstance(ruleset.scope, Unknown):
            unread = ruleset.scope
        elif not ruleset.scope.include:
            yield Evidence(
                message=f"The {ruleset.target} ruleset {ruleset.name} is active and covers nothing.",
                seen=ruleset.name,
            )
    if unread:
        known(unread)


@repository.warning(
    "default-branch-can-be-rewritten",
    title="The history of the default branch can be rewritten",
    why="Who may push can replace commits that were reviewed and released, or delete the branch, and nobody sees it.",
    fix="Settings → Rules → Rulesets → New branch ruleset: Active, with the default branch as target, block force pushes "
    "and restrict deletions.",
    example="a default branch that no ruleset and no protection covers",
    read=_READ,
)
def default_branch_can_be_rewritten(repo: RepositoryFacts) -> Iterator[Evidence]:
    name, rules = known(repo.default_branch), known(repo.branch)
    open_to = [
        *([] if rules.is_rewriting_blocked else ["force pushes"]),
        *([] if rules.is_deletion_blocked else ["deletion"]),
    ]
    if open_to:
        yield Evidence(
            message=f"Nothing keeps the branch {name} from {' and '.join(open_to)}.{_others(repo, of='branch')}",
            expected="an active branch ruleset with the rules deletion and non_fast_forward",
        )


def _restricted(repo: RepositoryFacts) -> set[str]:
    """Return the types of all rules that hold for a release tag."""
    ref = f"refs/tags/{repo.tag}"
    return {
        rule
        for ruleset in known(repo.rulesets)
        if ruleset.target == "tag" and ruleset.enforcement == "active"
        if not isinstance(ruleset.scope, Unknown) and patterns.covers(ruleset.scope, ref)
        for rule in ruleset.scope.rules
    }


def _require_all_read(repo: RepositoryFacts) -> None:
    """Make sure that no ruleset is left that may hold what is missing.

    Raises:
        Skipped: one of them could not be read.
    """
    for ruleset in known(repo.rulesets):
        if ruleset.target == "tag" and ruleset.enforcement == "active" and isinstance(ruleset.scope, Unknown):
            raise Skipped(f"the ruleset {ruleset.name} could not be read: {ruleset.scope.reason}")


def _others(repo: RepositoryFacts, *, of: str = "tag") -> str:
    """Return a sentence on the rulesets that are there and do not count, empty where there are none."""
    listed = () if isinstance(repo.rulesets, Unknown) else repo.rulesets
    reasons = [f"{one.name} {reason}" for one in listed if one.target == of and (reason := _idle(repo, one))]
    return f" Not counted: {'; '.join(reasons)}." if reasons else ""


def _idle(repo: RepositoryFacts, ruleset: Ruleset) -> str:
    """Return why a ruleset does not hold here, empty where it does or where that is not known."""
    if ruleset.enforcement != "active":
        return "is disabled" if ruleset.enforcement == "disabled" else "only evaluates"
    if isinstance(ruleset.scope, Unknown):
        return ""
    if not ruleset.scope.include:
        return "covers nothing"
    branch = "" if isinstance(repo.default_branch, Unknown) else repo.default_branch
    ref = f"refs/tags/{repo.tag}" if ruleset.target == "tag" else f"refs/heads/{branch}"
    return "" if patterns.covers(ruleset.scope, ref, default_branch=branch) else "covers other refs"
