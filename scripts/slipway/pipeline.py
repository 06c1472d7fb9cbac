"""The pipeline: one list of stages, and the loop that runs them. Read this first."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from slipway import __version__, errors
from slipway.errors import SlipwayError
from slipway.inputs import Inputs
from slipway.manifest import Addition, Failure, Manifest, write_manifest
from slipway.records import StageResult
from slipway.rules.settings import ignoring
from slipway.runner import Runner

Outcome = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class Stage:
    """A stage: what it is called on the screen, and the module with its one entry.

    The module is imported when the stage runs: the job that may publish has nothing installed that builds.
    """

    title: str
    module: str

    def run(self, manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
        """Run the stage and return what it adds."""
        entry: Callable[[Manifest, Inputs, Runner], Addition]
        entry = importlib.import_module(f"slipway.stages.{self.module}").run
        return entry(manifest, inputs, runner)


STAGES: dict[str, Stage] = {
    # What is built where, what is expected, whether and where it is published.
    "plan": Stage("Plan", "plan"),
    "validate": Stage("Validate", "validate"),  # findings about the source
    "build": Stage("Build", "build"),  # the sdist, and the wheel from the sdist
    "gather": Stage("Gather", "gather"),  # what other jobs built and tested, brought together
    "inspect": Stage("Inspect", "inspect"),  # facts and findings about each artifact and the set
    "smoke": Stage("Smoke", "smoke"),  # install, import, entry points, uninstall
    "publish": Stage("Publish", "publish"),  # the only stage that writes to the network
    "verify": Stage("Verify", "verify"),  # the index serves exactly these bytes, and they install from it
}

COMMANDS: dict[str, tuple[str, ...]] = {
    "plan": ("plan",),
    "validate": ("plan", "validate"),
    "build": ("plan", "build"),
    "inspect": ("inspect",),
    "smoke": ("smoke",),
    "check": ("plan", "validate", "build", "inspect", "smoke"),
    "publish": ("publish",),
    "verify": ("verify",),
    "rehearse": ("plan", "validate", "build", "inspect", "smoke", "publish", "verify"),
}

GATHERING: dict[str, tuple[str, ...]] = {
    "build": ("gather",),
    "inspect": ("gather", "inspect"),
    "smoke": ("gather", "smoke"),
    "check": ("gather", "inspect"),
}
"""The same commands where other jobs have built, and for `check` tested as well."""


def run(names: Sequence[str], manifest: Manifest, inputs: Inputs, runner: Runner) -> Manifest:
    """Run stages one after the other and return the manifest with all they added.

    A stage that fails ends the run; findings do not, so that all of them are seen at once.

    Args:
        names: which stages, in their order.
        manifest: the manifest so far.
        inputs: what was asked for.
        runner: the place it runs in.
    """
    manifest = msgspec.structs.replace(
        manifest.without(names),
        slipway=__version__,
        command=inputs.command,
        job=inputs.job,
        attempt=runner.event().attempt,
        # What a check was asked to block stays blocked when a later command goes on from it.
        fail_on=max(manifest.fail_on, inputs.fail_on, key=lambda severity: severity.rank),
    )
    for name in names:
        started = time.monotonic()
        manifest, result = _run_one(name, manifest, inputs, runner)
        record = msgspec.structs.replace(result, seconds=round(time.monotonic() - started, 3))
        manifest = msgspec.structs.replace(manifest, stages=(*manifest.stages, record))
        manifest = _keep(manifest, inputs)
        if manifest.failure is not None:
            return manifest
    if {"validate", "inspect", "smoke"}.issubset(names):
        manifest = manifest.with_addition(ignoring.look_back(manifest), stage="report")
    return _keep(manifest, inputs)


def _run_one(name: str, manifest: Manifest, inputs: Inputs, runner: Runner) -> tuple[Manifest, StageResult]:
    stage = STAGES[name]
    try:
        with runner.stage(stage.title) as stopped, _machine_told():
            addition = stage.run(manifest, inputs, runner)
            if addition.skipped:
                stopped(f"skipped: {addition.skipped}")
            elif addition.failure:
                stopped("failed")
    except SlipwayError as error:
        failure = Failure.told_by(error, stage=name)
        return msgspec.structs.replace(manifest, failure=failure), _result(name, "failed")
    outcome: Outcome = "failed" if addition.failure else "skipped" if addition.skipped else "done"
    return manifest.with_addition(addition, stage=name), _result(name, outcome, addition.skipped)


def _result(name: str, outcome: Outcome, reason: str | None = None) -> StageResult:
    return StageResult(name=name, outcome=outcome, seconds=0.0, reason=reason)


def _keep(manifest: Manifest, inputs: Inputs) -> Manifest:
    # Where there was no project to plan for, no folder is left behind either, unless another job waits for it.
    nothing = (
        manifest.failure is not None and manifest.plan is None and not manifest.artifacts and not inputs.job
    )
    if not inputs.keeps or (nothing and not inputs.work.is_dir()):
        return manifest
    try:
        with _machine_told():
            open_work(inputs.work)
            write_manifest(manifest, inputs.work)
    except SlipwayError as error:
        failure = manifest.failure or Failure.told_by(error, stage="report")
        return msgspec.structs.replace(manifest, failure=failure)
    return manifest


def open_work(work: Path) -> None:
    """Make the work folder; a file in it keeps it out of git.

    Raises:
        OSError: it cannot be written.
    """
    work.mkdir(parents=True, exist_ok=True)
    if not (own := work / ".gitignore").exists():
        own.write_text("*\n")


@contextmanager
def _machine_told() -> Iterator[None]:
    """Turn what the machine refuses (room, rights) into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if said := errors.told(error):
            raise said from error
        raise
