"""Smoke: every artifact is installed in a clean environment, imported, started, and uninstalled again."""

import msgspec

from slipway.environments import disposable
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
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
        ToolError: the index cannot be reached.
    """
    if inputs.command == "check" and inputs.built:
        return Addition(skipped="the smoke jobs did it", untried=untried_by_jobs(manifest, inputs))
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
    if sdist is not None:
        outcomes = smoke.with_sdist_paths(outcomes, inputs.locate(sdist))
    judged = judge_results(outcomes, ignored=manifest.ignored)
    return msgspec.structs.replace(judged, untried=choice.untried)
