"""Wheels: the compiled wheels of this machine's platform, built by cibuildwheel from the sdist of another job."""

import shutil
from pathlib import Path

from slipway.artifacts import handover
from slipway.artifacts.collected import collect
from slipway.building import cibuildwheel
from slipway.building.build_log import build_log
from slipway.environments import disposable
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.runner import Runner


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Build the wheels that the job of this name is planned for, or take those that another tool built.

    Raises:
        InputError: the sdist is not what the job that builds put out, or this is no job that builds wheels.
        ProjectError: a wheel cannot be built.
        ToolError: cibuildwheel takes too long, or the machine fails.
    """
    del manifest
    folder = inputs.from_ or Path()
    if not inputs.built:
        plan, files = handover.wheels(folder)
        return Addition(plan=plan, artifacts=tuple(collect(files, inputs.dist)))
    plan, files = handover.take(folder, handover.parse_built(inputs.built))
    job = plan.job(inputs.job) if plan else None
    sdist = next((path for name, path in files.items() if name.endswith(".tar.gz")), None)
    if sdist is None or job is None or job.kind != "wheels":
        raise InputError(
            f"The job {inputs.job or '-'} builds no wheels.",
            cause="It is not in the plan, or no sdist was handed to it.",
            remedy="Start all jobs of the run again.",
        )
    with disposable.scratch() as scratch, build_log(inputs.logs, runner, "cibuildwheel") as log:
        own, out = scratch / sdist.name, scratch / "wheels"
        shutil.copyfile(sdist, own)
        out.mkdir()
        wheels = cibuildwheel.build(own, out, platform=job.platform, archs=job.archs, log=log)
        collected = collect({wheel.name: wheel for wheel in wheels}, inputs.dist)
        return Addition(plan=plan, artifacts=tuple(collected))
