"""Where a run publishes and why: decided by its event and its inputs.

The job that plans, the job that decides and the job that publishes each ask here, with their own event and inputs.
"""

from __future__ import annotations

from slipway.errors import InputError
from slipway.index import addresses
from slipway.options import Inputs
from slipway.records import Destination
from slipway.runner.event import EventFacts

NEVER = {
    "pull-request": "A pull request is checked and never published.",
    "push": "A push to a branch is checked; a release starts with a tag or a manual dispatch.",
    "schedule": "A scheduled run is a check.",
    "other": "Only a tag or a manual dispatch starts a release.",
}
"""The events that never publish, and the sentence that says so."""


def decide(inputs: Inputs, event: EventFacts, *, tag: str | None) -> Destination:
    """Return where this run publishes and why, by the event.

    Raises:
        InputError: the index asked for is neither a known name nor a URL.
    """
    if inputs.command == "rehearse":
        reason = "A rehearsal publishes to an index of its own, on this machine, and nothing leaves it."
        return Destination(index="none", publish=False, reason=reason)
    asked = checked_index(inputs.index)
    if event.unsafe:
        reason = "`pull_request_target` runs foreign code with this repository's rights: it never publishes."
        return Destination(index="none", publish=False, reason=reason)
    if event.fork:
        return Destination(
            index="none", publish=False, reason="A fork's pull request is checked and never published."
        )
    if event.kind in NEVER:
        return Destination(index="none", publish=False, reason=NEVER[event.kind])
    if event.kind == "local":
        reason = "On your own machine nothing is published unless you run `slipway publish`."
        return Destination(index=asked or "none", publish=False, reason=reason)
    if event.kind == "dispatch":
        return _to(
            asked or "testpypi",
            "A manual dispatch publishes to TestPyPI.",
            asked=asked,
            tag_prefix=inputs.tag_prefix,
        )
    if tag is None or not tag.startswith(inputs.tag_prefix):
        reason = f"The tag {tag!r} does not begin with {inputs.tag_prefix!r}: it is not a release tag."
        return Destination(index="none", publish=False, reason=reason)
    return _to(
        asked or "pypi",
        f"The release tag {tag} publishes to PyPI.",
        asked=asked,
        tag_prefix=inputs.tag_prefix,
    )


def _to(index: str, reason: str, *, asked: str | None, tag_prefix: str) -> Destination:
    return Destination(
        index=index,
        publish=True,
        reason=f"The option `index` asks for {index}." if asked else reason,
        environment=addresses.environment(index, tag_prefix=tag_prefix),
    )


def checked_index(index: str | None) -> str | None:
    """Return the index asked for.

    Raises:
        InputError: it is neither a known name nor a URL, or it is a URL that gives a credential away.
    """
    if not index or index in addresses.NAMES or index == "none":
        return index or None
    if index.startswith(("https://", "http://")):
        addresses.insist_on_safe(index)
        return index
    raise InputError(
        f"There is no index called {index!r}.",
        cause="The option `index` takes a name that Slipway knows or an upload URL.",
        remedy="Write pypi, testpypi, none, or the URL to which the index takes uploads.",
    )
