"""Whether this job may publish, and where: settled before an index is asked and before a credential is used.

The manifest comes from another job, and a job believes files of other jobs only as far as a digest or its own event and
inputs confirm them.
"""

from slipway.errors import InputError
from slipway.index import addresses
from slipway.index.addresses import Index
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.planning import destination
from slipway.rules.publisher import RULES
from slipway.rules.publisher.facts import PublisherFacts
from slipway.rules.rule import judge
from slipway.runner import Runner
from slipway.runner import event as events

BY_EVENT = {"publish-from-fork", "publish-from-pull-request-target"}
"""The rules that look at the event alone."""


def refused_by_event(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Return what the rules on the event find: a fork's pull request and `pull_request_target` never publish."""
    run = PublisherFacts(
        event=events.read(runner.event()),
        index=inputs.index or manifest.index or "",
        trusted=False,
        id_tokens=False,
    )
    return judge([rule for rule in RULES if rule.name in BY_EVENT], run, ignored={})


def publish_to(manifest: Manifest, inputs: Inputs, runner: Runner) -> Index:
    """Return the index to publish to.

    Raises:
        InputError: this run may not publish, or not there.
    """
    event = events.read(runner.event())
    if event.kind == "local":
        return named_here(manifest, inputs)
    demand_digest(inputs)
    own = destination.decide(inputs, event, tag=inputs.tag or event.tag)
    if not own.publish:
        raise InputError(
            f"This run may not publish. {own.reason}",
            cause="The publish job was started although the event is none that publishes, or its conditions were changed.",
            remedy="Publish from a release tag or a manual dispatch, with the `if:` that `slipway init` writes.",
        )
    if manifest.index != own.index:
        raise InputError(
            f"The release was planned for {manifest.index or 'no index'}, and this job publishes to {own.index}.",
            cause="The job that checked and the job that publishes have different `index`, `tag` or `tag-prefix` inputs.",
            remedy="Give both jobs the same inputs; an index other than PyPI and TestPyPI has to be named in each of them.",
        )
    return addresses.resolve(own.index, simple=inputs.simple_index)


def verify_on(manifest: Manifest, inputs: Inputs, runner: Runner) -> Index:
    """Return the index to verify a release on.

    Raises:
        InputError: none is named, or not in this job.
    """
    demand_digest_in_job(inputs, runner)
    return named_here(manifest, inputs)


def named_here(manifest: Manifest, inputs: Inputs) -> Index:
    """Return the index that is named for this run, or a known one that the manifest names.

    Raises:
        InputError: none is named, or only the manifest names an address.
    """
    name = addresses.choose(manifest.index, inputs.index)
    if name not in addresses.NAMES and not inputs.index:
        raise InputError(
            f"The manifest names the index {name}, and this command does not.",
            cause="The manifest lay beside code of the project, which could have written any address into it.",
            remedy=f"If it is right, say so: --index {name}; in a workflow, give the job the input `index`.",
        )
    return addresses.resolve(name, simple=inputs.simple_index)


def demand_digest_in_job(inputs: Inputs, runner: Runner) -> None:
    """Make sure that a job of a workflow was given the digest of the manifest that it goes on from.

    Raises:
        InputError: it was not.
    """
    if events.read(runner.event()).kind != "local" and not inputs.files:
        demand_digest(inputs)


def demand_digest(inputs: Inputs) -> None:
    """Make sure that a job was given the digest of the manifest.

    Raises:
        InputError: it was not.
    """
    if not inputs.manifest_digest:
        raise InputError(
            "The digest of the manifest is missing.",
            cause="The workflow was written for an earlier Slipway: it does not hand on `manifest-digest`.",
            remedy="Write the workflow again with `slipway init --overwrite`, or give the job the input `manifest-digest`: "
            "${{ needs.package.outputs.manifest-digest }}.",
        )
