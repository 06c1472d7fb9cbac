"""Ignores: which rules the project turned off that find nothing any more. Runs last, when all rules were judged."""

from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.rules.rule import judge
from slipway.rules.settings import RULES as SETTINGS_RULES
from slipway.rules.settings.facts import RunFacts
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Judge the ignores of the project by what the stages before found."""
    del runner
    if manifest.plan and manifest.plan.job(inputs.job):
        return Addition(skipped="not everything is judged in this job")
    facts = RunFacts(
        ignored=manifest.ignored,
        found=frozenset(finding.rule for finding in manifest.findings),
        skipped=frozenset(rule.rule for rule in manifest.skipped_rules),
    )
    return judge(SETTINGS_RULES, facts, ignored=manifest.ignored)
