"""What the rules find in the artifacts of a release, in each of them and in the set."""

import functools
from collections.abc import Mapping, Sequence

from slipway.artifacts.linkage import Linkage
from slipway.artifacts.sdist import SdistFacts
from slipway.artifacts.wheel import WheelFacts
from slipway.index import addresses
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project.tracked import Tracked
from slipway.records import Plan, SkippedRule
from slipway.rules.metadata import RULES as METADATA_RULES
from slipway.rules.release import RULES as RELEASE_RULES
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import combined, judge
from slipway.rules.sdist import RULES as SDIST_RULES
from slipway.rules.wheel import RULES as WHEEL_RULES


def judged(
    facts: Sequence[SdistFacts | WheelFacts],
    linked: Mapping[str, Linkage],
    manifest: Manifest,
    inputs: Inputs,
) -> Addition:
    """Return what the rules find.

    Args:
        facts: of each artifact.
        linked: how the compiled wheels are linked, by filename.
        manifest: what is known of the release.
        inputs: of this run.
    """
    plan, ignored = manifest.plan, manifest.ignored
    judge_here = functools.partial(
        judge,
        ignored=ignored,
        backend=plan.backend if plan else None,
        declared_in=plan.declared_in if plan else None,
    )
    not_judged = _not_judged(manifest, inputs)
    found = [
        Addition(skipped_rules=tuple(SkippedRule(rule=name, reason=why) for name, why in not_judged.items()))
    ]
    for one in facts:
        if isinstance(one, WheelFacts):
            found.append(judge_here(WHEEL_RULES, one, artifact=one.filename))
        else:
            found.append(judge_here(SDIST_RULES, one, artifact=one.filename))
        if one.metadata is not None:
            rules = [rule for rule in METADATA_RULES if rule.name not in not_judged]
            found.append(judge_here(rules, one.metadata, artifact=one.filename))
    release = ReleaseFacts(
        artifacts=tuple(facts),
        plan=plan,
        # What a job that failed should have built is not missed once more.
        whole=inputs.from_ is not None and inputs.command == "check" and not _is_job_lost(manifest),
        linkage=linked,
        tracked=_tracked(facts, plan, inputs),
    )
    found.append(judge_here([rule for rule in RELEASE_RULES if rule.name not in not_judged], release))
    return combined(found)


def _is_job_lost(manifest: Manifest) -> bool:
    return any(f.rule in {"job-failed", "job-missing", "job-built-nothing"} for f in manifest.findings)


def _not_judged(manifest: Manifest, inputs: Inputs) -> dict[str, str]:
    """Return the rules that are not judged here, each with the reason."""
    found = _not_judged_version(manifest)
    if inputs.command != "inspect":
        found["wheel-import-fails"] = "the smoke test imports the package itself"
    return found


def _not_judged_version(manifest: Manifest) -> dict[str, str]:
    """Return the rule on local versions where it is not judged here, with the reason.

    Between two releases a version taken from git has a local part. Nothing is wrong with that in a pull request or
    on a laptop; publishing judges the rule before the first upload (`publishing/preflight.py`).
    """
    plan = manifest.plan
    if any(finding.rule == "version-local" for finding in manifest.findings):
        # The local part is also why the built version is not the tag's.
        return dict.fromkeys(
            ("version-local", "built-version-differs-from-tag"), "it was found in the source"
        )
    index = plan.destination.index if plan else "pypi"
    if plan is not None and plan.tag_version is not None:
        return {"version-local": "the version is compared with the tag"}
    if index == "none" and plan is not None:
        reason = "nothing is published from here, and between releases the version has a local part"
        return {"version-local": reason}
    if index != "none" and not addresses.runs_warehouse(index):
        return {"version-local": "indexes that are not run with PyPI's software may take local versions"}
    return {}


def _tracked(facts: Sequence[SdistFacts | WheelFacts], plan: Plan | None, inputs: Inputs) -> Tracked | None:
    sdist = next((one for one in facts if isinstance(one, SdistFacts)), None)
    if plan is None or plan.git is None or sdist is None:
        return None
    from slipway.project import git, tracking  # files alone have no checkout

    if git.read(inputs.path) is None:
        # The files may come from other jobs, to a machine without a checkout.
        return None
    return tracking.read(inputs.path, sdist)
