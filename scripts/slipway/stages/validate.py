"""Validate: what can be known about the source before anything is built."""

from collections.abc import Mapping

from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project import source
from slipway.project.source import SourceFacts
from slipway.rules.metadata import RULES as METADATA_RULES
from slipway.rules.project import RULES as PROJECT_RULES
from slipway.rules.rule import combined, judge
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Judge the project's source and the static part of its metadata.

    Raises:
        InputError: there is no plan, or the project cannot be read.
    """
    del runner
    plan = manifest.planned()
    facts = source.read(
        inputs.path,
        tag=plan.tag,
        tag_version=plan.tag_version,
        release=plan.destination.publish,
        staging=plan.destination.index == "testpypi",
        staging_version=plan.staging.version if plan.staging else None,
    )
    return judge_source(facts, ignored=plan.ignored)


def judge_source(facts: SourceFacts, *, ignored: Mapping[str, str]) -> Addition:
    """Return what the rules of the families `project` and `metadata` find in the source.

    Args:
        facts: the source.
        ignored: rule names the project turned off, with its reasons.
    """
    backend, declared_in = facts.project.backend_name, facts.project.declared_in
    return combined(
        [
            judge(PROJECT_RULES, facts, ignored=ignored, backend=backend, declared_in=declared_in),
            judge(METADATA_RULES, facts.metadata, ignored=ignored, backend=backend, declared_in=declared_in),
        ]
    )
