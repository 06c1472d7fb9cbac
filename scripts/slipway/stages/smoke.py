"""Smoke: every artifact is installed in a clean environment, imported, started, and uninstalled again."""

import msgspec

from slipway.artifacts import handover
from slipway.environments import disposable
from slipway.errors import ToolError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project import git
from slipway.records import Job, Plan
from slipway.runner import Runner
from slipway.smoke import run as smoke
from slipway.smoke.choose import choose, untried_by_jobs
from slipway.smoke.package_sources import package_sources
from slipway.smoke.project_commands import project_commands
from slipway.smoke.verdict import judge_results
from slipway.smoke.work_folder import unchanged


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Install, import, start and uninstall every artifact of the manifest and return what happened.

    Raises:
        InputError: an artifact is not the one that was built, no interpreter fits, or an option names what is
            not there.
        TamperedError: code that was tested wrote into the work folder.
        ToolError: the index cannot be reached, or another job should have built wheels for this platform and did not.
    """
    job = manifest.plan.job(inputs.job) if manifest.plan else None
    if inputs.command == "check" and inputs.built:
        return Addition(skipped="the smoke jobs did it", untried=untried_by_jobs(manifest, inputs))
    if inputs.command == "check" and job and not job.pythons:
        return Addition(skipped="the smoke jobs do it")
    if manifest.plan and job:
        _demand_wheels(manifest.plan, job, inputs)
    choice = choose(manifest, inputs)
    with unchanged(manifest, inputs), disposable.scratch() as scratch:
        outcomes = smoke.run_all(
            choice.tests,
            timeout=inputs.smoke_timeout,
            sources=package_sources(inputs),
            commands=project_commands(inputs, scratch),
        )
    smoke.show(outcomes, runner)
    sdist = next((one.filename for one in manifest.artifacts if one.kind == "sdist"), None)
    if sdist is not None and any(one.facts.failed or one.facts.install_error for one in outcomes):
        plan = manifest.plan
        in_git = plan is not None and plan.git is not None and git.read(inputs.path) is not None
        checkout = inputs.path if in_git else None
        outcomes = smoke.with_source(outcomes, inputs.locate(sdist), plan=plan, checkout=checkout)
    judged = judge_results(outcomes, ignored=manifest.ignored)
    return msgspec.structs.replace(judged, untried=choice.untried)


def _demand_wheels(plan: Plan, job: Job, inputs: Inputs) -> None:
    """Make sure that wheels for the platform of a job were built: an sdist alone is not what its users install."""
    builder = plan.job(f"wheels-{job.platform}")
    if builder and builder.name not in {one.job for one in handover.parse_built(inputs.built)}:
        raise ToolError(
            f"There is no wheel for {job.platform}.",
            cause=f"The job {builder.name} did not build one.",
            remedy="Look at that job; re-run the failed jobs when it is fixed.",
        )
