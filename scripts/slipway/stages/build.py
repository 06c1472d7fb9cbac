"""Build: the sdist from a private copy of the checkout, then the wheel from that sdist."""

import functools
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from slipway import processes, system
from slipway.artifacts.filename import Kind
from slipway.building import checkout, distributions, staged
from slipway.building.build_log import build_log
from slipway.building.distributions import Prepared
from slipway.environments import disposable
from slipway.manifest import Addition, Manifest, sha256
from slipway.options import Inputs
from slipway.records import Artifact, Plan
from slipway.runner import Runner

Entry = Callable[[Manifest, Inputs, Runner], Addition]


@contextmanager
def ahead(manifest: Manifest, inputs: Inputs) -> Iterator[Entry]:
    """Begin to make the build environment, and yield the stage, which waits for it.

    No code of the project or of a dependency runs for that, so that it can go on beside anything else. What goes wrong
    is reported by the stage.
    """

    def prepare(scratch: Path) -> Prepared:
        interpreter = disposable.choose_interpreter(manifest.planned().requires_python, inputs.python)
        return distributions.prepare(
            inputs.path, scratch / "environment", interpreter, timeout=inputs.build_timeout
        )

    with disposable.scratch() as scratch, ThreadPoolExecutor(max_workers=1) as beside:
        preparing = beside.submit(prepare, scratch)
        try:
            yield functools.partial(_run, scratch, preparing)
        finally:
            # Where the run ends before the stage, nobody waits for an index that does not answer.
            while not preparing.done():
                processes.end_all()
                wait([preparing], timeout=0.05)


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Build the sdist and the wheel into the work folder's `dist` and return them.

    Raises:
        InputError: the project cannot be copied or its build system is not valid.
        ToolError: a requirement cannot be installed, a hook fails or takes too long.
    """
    with ahead(manifest, inputs) as build:
        return build(manifest, inputs, runner)


def _run(
    scratch: Path, preparing: Future[Prepared], manifest: Manifest, inputs: Inputs, runner: Runner
) -> Addition:
    plan, prepared = manifest.planned(), system.result(preparing)
    if inputs.dist.exists():
        system.retried(lambda: shutil.rmtree(inputs.dist))
    inputs.dist.mkdir(parents=True)
    with build_log(inputs.logs, runner, "build") as log:
        project = checkout.copy(inputs.path, scratch / "checkout", leave_out=[inputs.work])
        version = staged.prepare(scratch / "checkout", project, plan.staging) if plan.staging else {}
        built = distributions.build(
            project,
            scratch,
            prepared,
            variables={**_time_stamp(plan), **version},
            timeout=inputs.build_timeout,
            log=log,
        )
        if plan.staging:
            staged.demand_version(built, plan.staging)
        # Where a matrix makes the wheels, this job only proves that the sdist can be built.
        is_in_workflow = inputs.job in {job.name for job in plan.jobs}
        only_sdist = is_in_workflow and any(job.kind == "wheels" for job in plan.jobs)
        kept = built[:1] if only_sdist else built
        return Addition(artifacts=tuple(_keep(path, inputs.dist) for path in kept))


def _time_stamp(plan: Plan) -> Mapping[str, str]:
    """Return the variables with which the time stamps in the artifacts are those of the commit.

    Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    if "SOURCE_DATE_EPOCH" in os.environ or plan.git is None or plan.git.committed_at is None:
        return {}
    return {"SOURCE_DATE_EPOCH": str(plan.git.committed_at)}


def _keep(path: Path, dist: Path) -> Artifact:
    target = Path(system.retried(lambda: shutil.move(path, dist / path.name)))
    kind: Kind = "wheel" if target.suffix == ".whl" else "sdist"
    return Artifact(filename=target.name, kind=kind, size=target.stat().st_size, sha256=sha256(target))
