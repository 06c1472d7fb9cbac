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
    skipped = {rule.rule for rule in manifest.skipped_rules}
    facts = RunFacts(
        ignored=manifest.ignored,
        found=frozenset(finding.rule for finding in manifest.findings),
        skipped=frozenset(skipped | _judged_elsewhere(manifest)),
    )
    return judge(SETTINGS_RULES, facts, ignored=manifest.ignored)


def _judged_elsewhere(manifest: Manifest) -> set[str]:
    """Return the ignored rules that other commands judge, or that are judged on request only."""
    if not manifest.ignored:
        return set()
    # It loads all families of rules.
    from slipway.rules import catalogue

    done = {stage.name for stage in manifest.stages if stage.outcome == "done"}
    families = {"repository", "workflow", *({"audit", "checks"} - done)}
    return {rule.name for rule in catalogue.every() if rule.family in families} & manifest.ignored.keys()
