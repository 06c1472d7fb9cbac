"""The kind of event that started a run, and its tag."""

from typing import Literal

from msgspec import Struct

from slipway.runner import Event

Kind = Literal["local", "pull-request", "push", "tag", "dispatch", "release", "schedule", "other"]

_KINDS: dict[str, Kind] = {
    "local": "local",
    "pull_request": "pull-request",
    "pull_request_target": "pull-request",
    "merge_group": "pull-request",
    "push": "push",
    "create": "push",
    "workflow_dispatch": "dispatch",
    "repository_dispatch": "other",
    "release": "release",
    "schedule": "schedule",
}


class EventFacts(Struct, frozen=True, kw_only=True):
    """What started the run.

    Attributes:
        name: GitHub's own name of the event, or `local`.
        ref: the full ref, if there is one.
        tag: the tag, where the ref is one.
        fork: True for a pull request from another repository.
        unsafe: True for `pull_request_target`, which runs foreign code with the repository's own rights.
    """

    name: str
    kind: Kind
    ref: str | None = None
    tag: str | None = None
    fork: bool = False
    unsafe: bool = False


def read(event: Event) -> EventFacts:
    """Return the facts about an event."""
    tag = event.ref.removeprefix("refs/tags/") if event.ref and event.ref.startswith("refs/tags/") else None
    kind = _KINDS.get(event.name, "other")
    return EventFacts(
        name=event.name,
        kind="tag" if kind == "push" and tag else kind,
        ref=event.ref,
        tag=tag,
        fork=event.head_repository is not None and event.head_repository != event.repository,
        unsafe=event.name == "pull_request_target",
    )
