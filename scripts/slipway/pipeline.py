"""The pipeline: one list of stages, and the loop that runs them. Read this first.

A run begins in `execution.execute`: the table in `commands.py` says which stages a command runs and whether it starts
from nothing, from artifacts or from the manifest of an earlier command; `run` below does the stages one after the other,
and `execute` renders the manifest that comes out. Each stage takes the manifest and returns what it adds.
"""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from slipway import __version__, errors, preload, waiting
from slipway.errors import SlipwayError
from slipway.manifest import SET_UP, Addition, Failure, Manifest, write_manifest
from slipway.options import Inputs
from slipway.records import StageResult
from slipway.report import screen
from slipway.runner import Runner

Entry = Callable[[Manifest, Inputs, Runner], Addition]


class Stage(Struct, frozen=True):
    """A stage.

    Attributes:
        title: what it is called on the screen.
        about: what it needs → what it gives.
        runs_foreign_code: whether code of the project or of its dependencies runs in it.
    """

    name: str
    title: str
    about: str
    runs_foreign_code: bool = False

    @property
    def module(self) -> str:
        """The name of the module that it is in."""
        return f"slipway.stages.{self.name}"

    def load(self) -> Entry:  # noqa: C901, PLR0912 - one case for each stage
        """Import the stage and return its one entry.

        A stage is imported when it runs, or while a child of an earlier one does: the job that may publish has nothing
        installed that builds, and a start loads only what its command uses.
        """
        match self.name:
            case "plan":
                from slipway.stages.plan import run
            case "validate":
                from slipway.stages.validate import run
            case "build":
                from slipway.stages.build import run
            case "wheels":
                from slipway.stages.wheels import run
            case "gather":
                from slipway.stages.gather import run
            case "inspect":
                from slipway.stages.inspect import run
            case "index":
                from slipway.stages.index import run
            case "compare":
                from slipway.stages.compare import run
            case "agree":
                from slipway.stages.agree import run
            case "smoke":
                from slipway.stages.smoke import run
            case "publish":
                from slipway.stages.publish import run
            case "verify":
                from slipway.stages.verify import run
            case "released":
                from slipway.stages.released import run
            case "rebuild":
                from slipway.stages.rebuild import run
            case "checks":
                from slipway.stages.checks import run
            case "audit":
                from slipway.stages.audit import run
            case "sbom":
                from slipway.stages.sbom import run
            case "announce":
                from slipway.stages.announce import run
            case "ignores":
                from slipway.stages.ignores import run
            case _:
                raise LookupError(self.name)
        return run

    def run(self, manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
        """Run the stage and return what it adds."""
        return self.load()(manifest, inputs, runner)


STAGES = (
    Stage("plan", "Plan", "project, git, event → what is built, expected and published, and where"),
    Stage("validate", "Validate", "plan, project → findings about the source"),
    Stage(
        "build",
        "Build",
        "plan, project → the sdist, the wheel from the sdist, their digests",
        runs_foreign_code=True,
    ),
    Stage(
        "wheels",
        "Wheels",
        "the sdist of another job → the compiled wheels for this machine",
        runs_foreign_code=True,
    ),
    Stage("gather", "Gather", "other jobs' folders → their plan, artifacts and results"),
    Stage("inspect", "Inspect", "artifacts → findings about each of them and about the set"),
    Stage("index", "Index", "plan, artifacts → what the index shows of the project, findings about it"),
    Stage("compare", "Compare", "artifacts, the last release on the index → what differs, findings about it"),
    Stage(
        "agree", "Agree", "artifacts, those of a second build → whether they are the same, findings about it"
    ),
    Stage(
        "smoke",
        "Smoke",
        "artifacts → results of install, import, start and uninstall",
        runs_foreign_code=True,
    ),
    Stage(
        "checks",
        "Checks",
        "the project, the wheel → findings of the project's own checks",
        runs_foreign_code=True,
    ),
    Stage("publish", "Publish", "manifest → a receipt per file; alone writes to the index"),
    Stage(
        "verify",
        "Verify",
        "manifest → what the index serves, results of installing it",
        runs_foreign_code=True,
    ),
    Stage(
        "released",
        "Released",
        "the project, the index → the newest release, results of installing it here",
        runs_foreign_code=True,
    ),
    Stage(
        "rebuild",
        "Rebuild",
        "the project, the newest release → findings about a build with the newest build requirements",
        runs_foreign_code=True,
    ),
    Stage("audit", "Audit", "artifacts → findings about known vulnerabilities of what they install"),
    Stage("sbom", "SBOM", "artifacts → the bill of materials of what they install, beside them"),
    Stage("announce", "Announce", "manifest → the release on GitHub; alone writes to the repository"),
    Stage("ignores", "Ignores", "plan, findings → findings about ignores without effect"),
)
BY_NAME = {stage.name: stage for stage in STAGES}


def run(names: Sequence[str], manifest: Manifest, inputs: Inputs, runner: Runner) -> Manifest:
    """Run stages one after the other and return the manifest with all they added.

    A stage that fails ends the run; findings do not, so that all of them are seen at once.

    Args:
        names: which stages, in their order.
        manifest: the manifest so far.
        inputs: what was asked for.
        runner: what the run reports to.
    """
    manifest = msgspec.structs.replace(
        manifest.without([SET_UP, *names]),
        slipway=__version__,
        command=inputs.command,
        job=inputs.job,
        attempt=runner.event().attempt,
        # What a check was asked to block stays blocked when a later command goes on from it.
        fail_on=max(manifest.fail_on, inputs.fail_on, key=lambda severity: severity.rank),
    )
    if inputs.set_up:
        started, seconds = inputs.set_up
        made = StageResult(name=SET_UP, outcome="done", started=started, seconds=seconds)
        manifest = msgspec.structs.replace(manifest, stages=(*manifest.stages, made))
    stages = [BY_NAME[name] for name in names]
    entries: dict[str, Entry] = {stage.name: stage.run for stage in stages}
    is_begun = "build" not in entries
    is_loaded = False
    with ExitStack() as stack:
        for stage in stages:
            if stage.runs_foreign_code and not is_loaded:
                _preload(stages[stages.index(stage) :], manifest, inputs)
                is_loaded = True
            manifest = _keep(_run_one(stage, entries[stage.name], manifest, inputs, runner), inputs)
            if manifest.failure is not None:
                break
            if not is_begun and manifest.plan is not None:
                from slipway.stages import build

                # Its environment is made beside the stages in front of it.
                entries["build"] = stack.enter_context(build.ahead(manifest, inputs))
                is_begun = True
    return manifest


ASKED = ("publish", "released")
"""Stages that ask an index whatever the plan says."""

ASKING = (
    *("twine", "slipway.index.client", "slipway.publishing.index_state"),
    "slipway.comparing.last_release",
)
"""What only a run that asks an index uses: twine knows its address. To load it takes a third of a second."""


DOCUMENTS = {form: f"slipway.report.{form}" for form in ("short", "sarif", "junit")}
"""What only a run uses that prints this format."""


def _preload(stages: Sequence[Stage], manifest: Manifest, inputs: Inputs) -> None:
    # Which runner shows the run is decided by now.
    unused = ["slipway.runner.live", *(name for form, name in DOCUMENTS.items() if form != inputs.format)]
    # What the next project needs, it could not load after the code of this one ran.
    if not inputs.all_projects:
        asks = manifest.index not in {None, "none"} or any(stage.name in ASKED for stage in stages)
        unused += () if asks else ASKING
        unused += () if manifest.ignored else ("slipway.rules.catalogue",)
        unused += () if screen.is_on_terminal() else ("rich",)
    modules = [*(stage.module for stage in stages), *preload.REPORT]
    preload.read(modules, leave_out=unused)
    waiting.put_off(functools.partial(preload.load, modules))


def _run_one(stage: Stage, entry: Entry, manifest: Manifest, inputs: Inputs, runner: Runner) -> Manifest:
    started, clock = time.time(), time.monotonic()
    try:
        with runner.stage(stage.title) as stopped, _os_errors_explained():
            addition = entry(manifest, inputs, runner)
            if addition.skipped:
                stopped(f"skipped: {addition.skipped}")
            elif addition.failure:
                stopped("failed")
    except SlipwayError as error:
        addition = Addition(failure=Failure.from_error(error, stage=stage.name))
    result = StageResult(
        name=stage.name,
        outcome="failed" if addition.failure else "skipped" if addition.skipped else "done",
        started=round(started, 3),
        seconds=round(time.monotonic() - clock, 3),
        reason=addition.skipped,
    )
    manifest = manifest.with_addition(addition, stage=stage.name)
    return msgspec.structs.replace(manifest, stages=(*manifest.stages, result))


def _keep(manifest: Manifest, inputs: Inputs) -> Manifest:
    # Where there was no project to plan for, no folder is left behind either, unless another job waits for it.
    nothing = (
        manifest.failure is not None and manifest.plan is None and not manifest.artifacts and not inputs.job
    )
    if not inputs.keeps or (nothing and not inputs.work.is_dir()):
        return manifest
    try:
        with _os_errors_explained():
            open_work(inputs.work)
            write_manifest(manifest, inputs.work)
    except SlipwayError as error:
        failure = manifest.failure or Failure.from_error(error, stage="report")
        return msgspec.structs.replace(manifest, failure=failure)
    return manifest


def open_work(work: Path) -> None:
    """Make the work folder; a file in it keeps it out of git.

    Raises:
        OSError: it cannot be written.
    """
    work.mkdir(parents=True, exist_ok=True)
    if not (own := work / ".gitignore").exists():
        own.write_text("*\n", "utf-8", newline="\n")


@contextmanager
def _os_errors_explained() -> Iterator[None]:
    """Turn disk-full and permission errors into errors that say what to do."""
    try:
        yield
    except OSError as error:
        if explained := errors.from_os_error(error):
            raise explained from error
        raise
