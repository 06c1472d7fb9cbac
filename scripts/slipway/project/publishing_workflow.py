"""What a workflow has to do with releases: whether it publishes, with which stored secret, and what starts it."""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.project.declared import table_or_empty
from slipway.project.workflow import Job, Workflow
from slipway.project.written_workflow import PYPA

_OF_INDEX = re.compile(r"\w{0,100}(?:PYPI|TWINE|FLIT|POETRY|HATCH|UV_PUBLISH)\w{0,100}", re.IGNORECASE)
STORED = re.compile(rf"secrets\.(?P<name>{_OF_INDEX.pattern})", re.IGNORECASE)
PUBLISHES = re.compile(
    r"twine upload|(?:uv|hatch|flit|poetry|pdm) publish|semantic-release (?:publish|version)"
)

BY_TAG, BY_RELEASE = "a pushed tag", "a release on GitHub"
"""How a release starts a workflow, in words."""
_HARMLESS = re.compile(r"(?:^|_)(?:USER|USERNAME|URL|REPOSITORY|INDEX)$", re.IGNORECASE)
"""The ends of names of secrets that hold no token."""

_VERSIONS = ("1.0.0", "1.0", "0.1.0", "2026.1.1", "1.0.0rc1")
"""What may stand behind the prefix of a tag."""
_LONGEST = 200
"""Characters of a filter that is looked at; GitHub's own examples have a tenth."""


def uploads(job: Job) -> bool:
    """Return whether a job sends files to an index."""
    return any(
        step.action == PYPA or step.values.get("command") == "publish" or bool(PUBLISHES.search(step.run))
        for step in job.steps
    )


def may_publish(job: Job) -> bool:
    """Return whether a job sends files to an index, or may ask for the ID token that an index accepts."""
    permissions = job.permissions or {}
    if permissions.get("id-token") == "write" or permissions.get("*") == "write-all":
        return not job.uses
    return uploads(job)


def stored(job: Job) -> Iterator[tuple[str, str, int]]:
    """Yield the secrets for an index that a job uses: the name, how it is written, and the line."""
    texts = [(text, job.line) for text in (*job.secrets.values(), *job.values.values())]
    texts += [
        (text, step.line)
        for step in job.steps
        for text in (*step.values.values(), *step.env.values(), step.run)
    ]
    for text, line in texts:
        if matched := STORED.search(text):
            yield matched["name"], matched[0], line


def is_of_index(name: str) -> bool:
    """Return whether the name of a secret is that of a token or a password for an index."""
    return bool(_OF_INDEX.fullmatch(name)) and not _HARMLESS.search(name)


def triggers(workflow: Workflow) -> Mapping[str, Mapping[str, Any]]:
    """Return the events that start a workflow, each with its filters."""
    on = workflow.content.get("on")
    if isinstance(on, str):
        return {str(on): {}}
    if isinstance(on, list):
        return {str(event): {} for event in on}
    return {str(event): table_or_empty(filters) for event, filters in table_or_empty(on).items()}


def starts_with_release(workflow: Workflow, prefix: str) -> str | None:
    """Return how a release starts a workflow, in words; None where it does not.

    Args:
        workflow: the workflow.
        prefix: the part of the release's tag before the version.
    """
    events = triggers(workflow)
    if "push" in events and _takes_tags(events["push"], prefix):
        return BY_TAG
    if "create" in events:
        return "a new tag"
    return BY_RELEASE if "release" in events else None


def _takes_tags(filters: Mapping[str, Any], prefix: str) -> bool:
    """Return whether a push of a release tag passes the filters of `push`.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#onpushbranchestagsbranches-ignoretags-ignore
    """
    if "tags" in filters:
        return any(_matches(prefix + version, _listed(filters["tags"])) for version in _VERSIONS)
    if "tags-ignore" in filters:
        return not all(_matches(prefix + version, _listed(filters["tags-ignore"])) for version in _VERSIONS)
    return not any(name in filters for name in ("branches", "branches-ignore"))


def _matches(tag: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a tag passes some patterns: of those that match it, the last one counts."""
    passed = False
    for pattern in patterns:
        # A sign for repetition stands behind a bracket; a star takes in more than it does.
        positive = pattern.removeprefix("!").replace("]+", "]*").replace("**", "*")
        if len(pattern) <= _LONGEST and fnmatch.fnmatchcase(tag, positive):
            passed = not pattern.startswith("!")
    return passed


def _listed(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def spoken(workflow: Workflow) -> str:
    """Return what starts a workflow, as a list in a sentence."""
    events = triggers(workflow)
    return ", ".join(f"`{event}`{_filters(filters)}" for event, filters in events.items()) or "nothing"


def _filters(filters: Mapping[str, Any]) -> str:
    listed = (
        f"{name} {' '.join(_listed(value))}"
        for name, value in filters.items()
        if isinstance(value, list | str)
    )
    text = ", ".join(listed)
    return f" ({text})" if text else ""
