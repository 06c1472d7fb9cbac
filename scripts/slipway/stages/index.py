"""Index: what the index shows of the project, asked where a release is planned; nothing is changed there."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from slipway.errors import SlipwayError
from slipway.index import addresses, clock
from slipway.index.listing import Listing
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project import git as git_facts
from slipway.project import hosting
from slipway.rules.index import RULES
from slipway.rules.index.facts import IndexFacts
from slipway.rules.rule import judge
from slipway.runner import Runner

if TYPE_CHECKING:
    from slipway.publishing.index_state import Origin

PATIENCE = 2.0
"""Seconds to go on trying one request; a check goes on without an answer."""

NOT_PUBLISHED = "no index was asked: nothing is published from here"
NOT_NAMED = "no index was asked: none is named with --index"


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Ask the index that the plan names about the project, and judge its answer.

    Before a build, the rules see the name and the version of the plan; after it, the files as well. Publishing asks
    again, with its own credential (`publishing/preflight.py`).

    Raises:
        InputError: there is no plan, or its index cannot be used.
    """
    plan = manifest.planned()
    if not manifest.name:
        return Addition(skipped="no index was asked: the project's name is not known before it is built")
    if plan.destination.index == "none":
        is_named_here = plan.event == "local" and inputs.command != "rehearse"
        return _unasked(manifest, NOT_NAMED if is_named_here else NOT_PUBLISHED)
    return _asked(manifest, inputs, runner, plan.destination.index)


def _asked(manifest: Manifest, inputs: Inputs, runner: Runner, name: str) -> Addition:
    # What talks to an index takes a tenth of a second to load, and most runs ask none.
    from slipway.index.client import Client
    from slipway.publishing.index_state import read, record

    index = addresses.resolve(name, simple=inputs.simple_index)
    runner.say(f"asking {index.title} about {manifest.name}")
    with closing(Client(index, patience=PATIENCE)) as client:
        try:
            state = read(manifest, client, now=clock.CLOCK.now(), origin=_origin(manifest, inputs, runner))
        except SlipwayError as error:
            reason = error.happened[0].lower() + error.happened[1:].rstrip(".")
            return _unasked(manifest, f"{index.title} could not be asked: {reason}")
    judged = judge(RULES, state, ignored=manifest.ignored)
    return msgspec.structs.replace(judged, on_index=record(state))


def _origin(manifest: Manifest, inputs: Inputs, runner: Runner) -> Origin:
    """Return the repository and its tags; a checkout of one commit does not have all of them."""
    from slipway.publishing.index_state import Origin

    commit = manifest.plan.git if manifest.plan else None
    if commit is None or commit.shallow:
        return Origin()
    home = hosting.read(inputs.path)
    repository = runner.event().repository or (home.on_github if home else None)
    return Origin(repository=repository, tags=git_facts.tags(inputs.path))


def _unasked(manifest: Manifest, reason: str) -> Addition:
    """Return what can be said of the name alone."""
    facts = IndexFacts(
        index="PyPI",
        warehouse=True,
        project=manifest.name,
        version=manifest.version,
        artifacts=(),
        listing=Listing(exists=False),
        now=clock.CLOCK.now(),
        asked=False,
    )
    rules = [rule for rule in RULES if rule.name == "project-name-of-standard-module"]
    return msgspec.structs.replace(judge(rules, facts, ignored=manifest.ignored), skipped=reason)
