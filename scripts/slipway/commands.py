"""One command from beginning to end: where it starts from, what it runs, what it shows."""

from __future__ import annotations

import sys
from pathlib import Path

from slipway import pipeline, runner
from slipway.artifacts import artifact
from slipway.errors import SlipwayError
from slipway.inputs import Inputs
from slipway.manifest import FILENAME, Failure, Manifest, read_manifest, to_json
from slipway.report import annotations as annotating
from slipway.report import markdown, outputs, plan, terminal
from slipway.runner import Runner
from slipway.runner.base import printable

REPORT = "report.md"

GOES_ON = frozenset({"publish", "verify"})
"""Commands that start from the manifest of an earlier one."""

ON_FILES = frozenset({"inspect", "smoke"})
"""Commands that take artifacts; where none are named, those of the manifest."""


def execute(inputs: Inputs) -> int:
    """Run a command, show its report and return its exit code."""
    place = runner.detect(verbose=inputs.verbose)
    if inputs.all_projects:
        return _several(inputs, place)
    manifest = _run(inputs, place)
    _show(manifest, inputs, place)
    return int(manifest.exit_code)


def _several(inputs: Inputs, place: Runner) -> int:
    """Run a command for each project below a folder; the worst exit code is the whole run's."""
    from slipway import several
    from slipway.report import projects

    manifests: dict[str, Manifest | None] = {}
    try:
        for told in several.run(inputs, lambda own: _run(own, place)):
            manifests[told.member.folder] = told.manifest
            if told.manifest is not None:
                _record(told.manifest, told.inputs, place)
                _print(told.manifest, told.inputs, place)
    except SlipwayError as error:
        manifest = Manifest(command=inputs.command, failure=Failure.told_by(error, stage="plan"))
        _show(manifest, inputs, place)
        return int(manifest.exit_code)
    if inputs.json:
        _print_json(projects.to_json(manifests))
    else:
        with place.quoting():
            print(printable("\n".join(projects.lines(manifests))))
    return max(
        (int(manifest.exit_code) for manifest in manifests.values() if manifest is not None), default=0
    )


def _run(inputs: Inputs, place: Runner) -> Manifest:
    try:
        # Each has needs of its own, which the job that may publish does not have installed.
        if inputs.command == "init":
            from slipway.workflows import init

            return init.run(inputs)
        if inputs.command == "rehearse":
            from slipway import rehearse

            return rehearse.run(inputs, place)
        stages = (pipeline.GATHERING if inputs.from_ else pipeline.COMMANDS)[inputs.command]
        return pipeline.run(stages, _start(inputs), inputs, place)
    except SlipwayError as error:
        return Manifest(
            command=inputs.command, job=inputs.job, failure=Failure.told_by(error, stage=inputs.command)
        )


def _start(inputs: Inputs) -> Manifest:
    if inputs.command in GOES_ON or (inputs.command in ON_FILES and not inputs.files and not inputs.from_):
        return read_manifest(inputs.work / FILENAME)
    if inputs.command == "inspect":
        # The stage reads them anyway, and a large wheel takes seconds.
        return Manifest(artifacts=tuple(artifact.identify(file) for file in inputs.files))
    return Manifest(artifacts=tuple(artifact.record(artifact.read(file)) for file in inputs.files))


def _show(manifest: Manifest, inputs: Inputs, place: Runner) -> None:
    _record(manifest, inputs, place)
    if inputs.json:
        _print_json(to_json(manifest))
    else:
        _print(manifest, inputs, place)


def _record(manifest: Manifest, inputs: Inputs, place: Runner) -> None:
    report = markdown.render(manifest)
    if inputs.keeps:
        _write(inputs.work / REPORT, report)
    place.summarise(markdown.summary(manifest))
    annotating.show(manifest, place, project=inputs.path)
    outputs.show(manifest, inputs, place)


def _print_json(document: bytes) -> None:
    # A runner obeys `##[command]` anywhere in a line; the escape is the same string to whoever reads JSON.
    sys.stdout.write(printable(document.decode()).replace("##[", r"#\u0023["))


def _print(manifest: Manifest, inputs: Inputs, place: Runner) -> None:
    if inputs.json:
        return
    with place.quoting():
        if inputs.command == "plan" and manifest.failure is None:
            plan.show(manifest)
        elif inputs.command != "init" or inputs.check or manifest.failure is not None:
            terminal.show(manifest)


def _write(path: Path, report: str) -> None:
    # The run has its verdict already; a folder that cannot be written was reported with it.
    if path.parent.is_dir():
        try:
            path.write_text(printable(report), encoding="utf-8")
        except OSError as error:
            print(f"{path} could not be written: {error.strerror}", file=sys.stderr)
