"""Inspect: facts about each artifact and findings about each of them and about the set."""

from __future__ import annotations

import msgspec

from slipway.facts import artifact, linkage
from slipway.facts.release import ReleaseFacts
from slipway.inputs import Inputs
from slipway.manifest import Addition, Manifest, recheck
from slipway.rules import catalogue
from slipway.rules.rule import combined, judge
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Read every artifact and return its record, and what the rules find in it and in the set.

    Raises:
        InputError: an artifact is missing, or is not the one that was built.
    """
    del runner
    recheck(manifest, inputs.locate)
    plan, ignored = manifest.plan, manifest.ignored
    backend = plan.backend if plan else None
    facts = [artifact.read(inputs.locate(one.filename)) for one in manifest.artifacts]
    judged = []
    for one in facts:
        judged.append(
            judge(catalogue.family(one.kind), one, ignored=ignored, artifact=one.filename, backend=backend)
        )
        if one.metadata is not None:
            rules = catalogue.family("metadata")
            judged.append(judge(rules, one.metadata, ignored=ignored, artifact=one.filename, backend=backend))
    release = ReleaseFacts(
        artifacts=tuple(facts),
        plan=plan,
        whole=inputs.from_ is not None and inputs.command == "check",
        linkage=linkage.read(inputs.locate(one.filename) for one in facts if one.kind == "wheel"),
    )
    judged.append(judge(catalogue.family("set"), release, ignored=ignored, backend=backend))
    records = tuple(artifact.record(one) for one in facts)
    return msgspec.structs.replace(combined(judged), artifacts=records)
