"""The one table of commands: what each is called, says, takes, runs and shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from slipway.errors import ExitCode
from slipway.option import Option
from slipway.options import ANY, OPTIONS, Inputs

if TYPE_CHECKING:
    from slipway.manifest import Manifest
    from slipway.runner import Runner

# What a command runs is imported when it runs: it would slow down every start, `--help` included, and the environment
# of `publish` has nothing for the other commands.


def _rehearse(command: Command, inputs: Inputs, runner: Runner) -> Manifest:
    if inputs.release:
        from slipway import release_rehearsal

        return release_rehearsal.run(inputs, runner, check=_checking(runner), stages=command.stages)
    from slipway import rehearsal

    return rehearsal.run(inputs, runner, stages=command.stages)


def _init(_command: Command, inputs: Inputs, _runner: Runner) -> Manifest:
    from slipway.workflows import init

    return init.run(inputs)


def _release(_command: Command, inputs: Inputs, runner: Runner) -> Manifest | None:
    from slipway.releasing import release

    return release.run(inputs, runner, _checking(runner))


def _checking(runner: Runner) -> Callable[[Inputs], Manifest]:
    from slipway import pipeline
    from slipway.manifest import Manifest

    def check(own: Inputs) -> Manifest:
        own_checks = ("checks",) if own.checks else ()
        return pipeline.run((*CHECKS, *own_checks, "ignores"), Manifest(), own, runner)

    return check


def _rules(_command: Command, inputs: Inputs, _runner: Runner) -> None:
    from slipway.rules import pages

    print(
        pages.catalogue_page() if inputs.markdown else pages.as_json() if inputs.json else pages.as_list(),
        end="",
    )


def _explain(_command: Command, inputs: Inputs, _runner: Runner) -> None:
    from slipway.report import terminal
    from slipway.rules import catalogue, pages

    rule = catalogue.named(inputs.rule, where="the command line")
    sentence = f"{rule.title} ({rule.severity.value})."
    terminal.show_page(rule.name, sentence, (*pages.parts(rule), pages.source(rule)))


def _status(_command: Command, inputs: Inputs, runner: Runner) -> None:
    from slipway import reporting
    from slipway.releasing import status
    from slipway.report import standing

    reporting.print_record(status.read(inputs, runner), inputs, runner, standing.show)


def _doctor(_command: Command, inputs: Inputs, runner: Runner) -> ExitCode:
    from slipway import reporting
    from slipway.report import examination
    from slipway.repository import doctor

    found = doctor.run(inputs, runner)
    reporting.print_record(found, inputs, runner, examination.show)
    return found.exit_code


def _keep_issue(_command: Command, inputs: Inputs, runner: Runner) -> None:
    from slipway.repository import kept_issue

    runner.say(kept_issue.keep(inputs, runner))


def _show_plan(manifest: Manifest, _: Inputs) -> None:
    from slipway.report import terminal

    (terminal.show if manifest.failure else terminal.show_plan)(manifest)


def _show_init(manifest: Manifest, inputs: Inputs) -> None:
    from slipway.report import terminal

    # Without --check the command has printed what it wrote.
    if inputs.check or manifest.failure is not None:
        terminal.show(manifest)


def _show_report(manifest: Manifest, _: Inputs) -> None:
    from slipway.report import terminal

    terminal.show(manifest)


class Command(Struct, frozen=True, kw_only=True):
    """One command.

    Attributes:
        help: one or two sentences.
        argument: what it takes: the project's folder, artifacts, a version, or the name of a rule.
        stages: the stages it runs, in their order; with them come the options of these stages.
        gathers: the stages it runs with --from, where other jobs have built.
        options: the options it takes beside those of its stages.
        resumes: whether it starts from the manifest of an earlier command.
        run: what it does, where that is not to run its stages; returns the manifest to report on; where everything is
            printed already, the exit code, or None for 0.
        show: prints the report for people.
        lock: the lock file of the environment it runs in, in scripts/requirements.
    """

    name: str
    help: str
    argument: Literal["path", "files", "version", "rule"] | None = "path"
    stages: tuple[str, ...] = ()
    gathers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    resumes: bool = False
    run: Callable[[Command, Inputs, Runner], Manifest | ExitCode | None] | None = None
    show: Callable[[Manifest, Inputs], None] = _show_report
    lock: str = "slipway.txt"

    def takes(self) -> tuple[Option, ...]:
        """Return the options of the command."""
        stages = {ANY, *self.stages, *self.gathers} if self.stages else set()
        return tuple(o for o in OPTIONS if o.name in self.options or not stages.isdisjoint(o.stages))


CHECKS = ("plan", "validate", "build", "inspect", "index", "compare", "smoke")

COMMANDS: tuple[Command, ...] = (
    # The first one is the default.
    Command(
        name="check",
        help="Plan, validate, build, inspect, smoke-test, and ask the index where a release is planned: the gate of "
        "a pull request. The default command.",
        stages=(*CHECKS, "checks", "audit", "sbom", "ignores"),
        # The index is asked first as the job that builds asked it, which stops there if it finds something that blocks.
        gathers=(
            "plan",
            "validate",
            "index",
            "gather",
            "inspect",
            "index",
            "compare",
            "agree",
            "smoke",
            "audit",
            "sbom",
            "ignores",
        ),
    ),
    Command(
        name="plan",
        help="Print what would be built, what is expected, and whether and where it is published.",
        stages=("plan",),
        show=_show_plan,
    ),
    Command(
        name="validate",
        help="Judge the source, and what the index shows of the project, before anything is built.",
        stages=("plan", "validate", "index"),
    ),
    Command(
        name="build",
        help="Build the sdist, and the wheel from the sdist.",
        stages=("plan", "build"),
        gathers=("wheels",),
    ),
    Command(
        name="inspect",
        help="Judge artifacts built by anyone.",
        argument="files",
        stages=("inspect",),
        gathers=("gather", "inspect"),
    ),
    Command(
        name="smoke",
        help="Install, import and uninstall artifacts built by anyone.",
        argument="files",
        stages=("smoke",),
        gathers=("gather", "smoke"),
    ),
    Command(
        name="compare",
        help="Say what differs from the last release on the index, what is dangerous by its kind first; with --with, "
        "whether a second build agrees.",
        argument="files",
        stages=("compare", "agree"),
        options=("against", "with"),
    ),
    Command(
        name="publish",
        help="Upload what the manifest names, exactly those bytes.",
        stages=("publish",),
        options=("attestations", "dry-run"),
        resumes=True,
        lock="publish.txt",
    ),
    Command(
        name="verify",
        help="Wait until the index serves exactly the manifest, then install from it; with --released, say whether the "
        "newest release still works.",
        stages=("verify", "released", "rebuild", "audit"),
        options=("attestations", "provenance"),
        resumes=True,
    ),
    Command(
        name="announce",
        help="Make the GitHub release, or finish it: the notes, the files, their checksums and the manifest.",
        stages=("announce",),
        resumes=True,
        lock="publish.txt",
    ),
    Command(
        name="rehearse",
        help="The whole release against an index of its own; nothing leaves the machine. With --release from the next "
        "version to the announcement, in a copy of the repository.",
        stages=(*CHECKS, "publish", "verify", "ignores"),
        options=("release", "bump"),
        run=_rehearse,
    ),
    Command(
        name="status",
        help="Say where a release stands: what is public, what is missing, and the one next step; nothing is changed. "
        "Without VERSION that of the tag at HEAD, else of the last release tag, else the declared one.",
        argument="version",
        options=("work", "json", "index", "simple-index", "tag-prefix"),
        run=_status,
    ),
    Command(
        name="doctor",
        help="Judge the settings of the repository on GitHub: environments, rulesets, immutable releases, tokens that are "
        "left. Nothing is changed; what cannot be read is listed as unknown.",
        options=("json", "index", "simple-index", "tag-prefix"),
        run=_doctor,
    ),
    Command(
        name="keep-issue",
        help="In a workflow that looks every week: keep one issue open while it fails, and close it when it succeeds.",
        argument=None,
        options=("result", "trouble"),
        run=_keep_issue,
        lock="publish.txt",
    ),
    Command(
        name="init",
        help="Write the workflow for this project and say what to enter at PyPI; with --check, judge what is there.",
        options=(
            "json",
            "tag-prefix",
            "index",
            "uploader",
            "uses",
            "all-projects",
            "check",
            "canary",
            "overwrite",
        ),
        run=_init,
        show=_show_init,
    ),
    Command(
        name="release",
        help="Write the version and the changelog, check, commit, tag and push; without a version, say which ones may "
        "follow.",
        argument="version",
        options=(
            *("bump", "dry-run", "pr", "continue", "undo", "tag-prefix", "release-branch"),
            *("index", "simple-index", "uses", "work", "verbose", "fail-on", "python"),
            *("wheelhouse", "find-links"),
            *("build-timeout", "smoke-timeout"),
        ),
        run=_release,
    ),
    Command(
        name="rules",
        help="List every rule: its name, its severity, what it finds.",
        argument=None,
        options=("markdown", "json"),
        run=_rules,
    ),
    Command(
        name="explain",
        help="Say what a rule finds, why it matters and what to do.",
        argument="rule",
        run=_explain,
    ),
)
