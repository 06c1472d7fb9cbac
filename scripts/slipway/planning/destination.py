"""Where a run publishes and why: decided by its event and its inputs.

The job that plans, the job that decides and the job that publishes each ask here, with their own event and inputs.
"""

from slipway import versions
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
        return _nowhere(
            "A rehearsal publishes to an index of its own, on this machine, and nothing leaves it."
        )
    asked = checked_index(inputs.index)
    if event.unsafe:
        return _nowhere(
            "`pull_request_target` runs foreign code with this repository's rights: it never publishes."
        )
    if event.fork:
        return _nowhere("A fork's pull request is checked and never published.")
    if event.kind in NEVER:
        return _nowhere(NEVER[event.kind])
    if event.kind == "local":
        reason = "On your own machine nothing is published unless you run `slipway publish`."
        return Destination(index=asked or "none", publish=False, reason=reason)
    if event.kind == "dispatch":
        index, reason = "testpypi", "A manual dispatch publishes to TestPyPI."
    elif tag is not None and versions.is_release_tag(tag, inputs.tag_prefix):
        index, reason = "pypi", f"The release tag {tag} publishes to PyPI."
    else:
        return _nowhere(
            f"The tag {tag!r} does not begin with {inputs.tag_prefix or 'a digit'!r}: it is not a release tag."
        )
    if asked == "none":
        return _nowhere("The option `index` says that nothing is published.")
    return Destination(
        index=asked or index,
        publish=True,
        reason=f"The option `index` asks for {asked}." if asked else reason,
        environment=addresses.environment(asked or index, tag_prefix=inputs.tag_prefix),
    )


def _nowhere(reason: str) -> Destination:
    return Destination(index="none", publish=False, reason=reason)


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
