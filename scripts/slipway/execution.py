"""How a command runs: where it starts from, what it runs, how it is reported.

What reports is imported when there is something to report: the first thing that a run starts need not wait for it.
"""

from dataclasses import replace
from pathlib import Path

from slipway import pipeline
from slipway.commands import Command
from slipway.errors import ExitCode, InputError, SlipwayError
from slipway.manifest import FILENAME, Failure, Manifest, read_manifest, to_json
from slipway.options import Inputs
from slipway.runner import Runner, detect


def execute(command: Command, inputs: Inputs) -> int:
    """Run a command, show its report and return its exit code."""
    _demand_one_format(inputs)
    inputs = replace(inputs, json=inputs.json or inputs.format == "json")
    runner = detect(verbose=inputs.verbose)
    if inputs.all_projects:
        return _execute_for_each(command, inputs, runner)
    manifest = _run(command, inputs, runner)
    if isinstance(manifest, Manifest):
        return _report(command, manifest, inputs, runner)
    return manifest or ExitCode.CLEAN


def _demand_one_format(inputs: Inputs) -> None:
    """Make sure that one format is asked for.

    Raises:
        InputError: there are two.
    """
    if inputs.json and inputs.format not in {None, "json"}:
        raise InputError(
            f"--json and --format {inputs.format} ask for two documents, and stdout holds one.",
            cause="One of them is given on the command line, the other perhaps as a variable.",
            remedy="Leave one of them out; manifest.json in the work folder has the JSON in any case.",
        )


def _execute_for_each(command: Command, inputs: Inputs, runner: Runner) -> int:
    """Run a command for each project below a folder; the worst exit code is the whole run's."""
    from slipway import reporting, several
    from slipway.report import terminal

    manifests: dict[str, Manifest | None] = {}
    folders: dict[Path, Manifest] = {}
    try:
        for member, own in several.projects(inputs):
            is_wanted = member.changed or not inputs.only_changed
            manifest = _run(command, own, runner, above=inputs.path) if is_wanted else None
            manifests[member.folder] = manifest if isinstance(manifest, Manifest) else None
            if isinstance(manifest, Manifest):
                folders[own.path] = manifest
                reporting.record(manifest, own, runner)
                if not (own.json or own.format):
                    _print(command, manifest, own, runner)
    except SlipwayError as error:
        failed = Manifest(command=command.name, failure=Failure.from_error(error, stage="plan"))
        return _report(command, failed, inputs, runner)
    if inputs.json:
        reporting.print_json(to_json({"projects": manifests}))
    elif inputs.format:
        reporting.print_document(folders, inputs)
    else:
        with runner.quoting():
            terminal.show_projects(manifests)
    return max((manifest.exit_code for manifest in manifests.values() if manifest is not None), default=0)


def _run(
    command: Command, inputs: Inputs, runner: Runner, *, above: Path | None = None
) -> Manifest | ExitCode | None:
    try:
        return (command.run or _run_stages)(command, _with_settings(command, inputs, above), runner)
    except SlipwayError as error:
        failure = Failure.from_error(error, stage=command.name)
        return Manifest(command=command.name, job=inputs.job, failure=failure)


def _run_stages(command: Command, inputs: Inputs, runner: Runner) -> Manifest:
    named = command.gathers if inputs.from_ else command.stages
    on_request = {
        "agree": inputs.second_build or inputs.with_ is not None,
        "audit": inputs.audit,
        "sbom": inputs.sbom,
        "checks": bool(inputs.checks),
        "verify": not inputs.released,
        "released": inputs.released,
        "rebuild": inputs.released,
    }
    stages = tuple(stage for stage in named if on_request.get(stage, True))
    return pipeline.run(stages, _start(command, inputs), inputs, runner)


def _with_settings(command: Command, inputs: Inputs, above: Path | None) -> Inputs:
    """Return the inputs with what [tool.slipway] sets; a fault in it is left to the plan where there is one.

    Raises:
        InputError: the table has a fault, and the command runs no plan.
    """
    from slipway.project import settings

    if command.argument in {None, "rule"}:
        return inputs
    try:
        for folder in dict.fromkeys((inputs.path, above or inputs.path)):
            inputs = settings.applied(inputs, folder)
    except InputError:
        if "plan" not in command.stages:
            raise
    return inputs


def _start(command: Command, inputs: Inputs) -> Manifest:
    is_on_files = command.argument == "files"
    if (command.resumes and not inputs.released) or (is_on_files and not inputs.files and not inputs.from_):
        return read_manifest(inputs.work / FILENAME, digest=inputs.manifest_digest or None)
    if not inputs.files:
        return Manifest()
    from slipway.artifacts import artifact

    if "inspect" in command.stages:
        # The stage reads the files that a user names, and nothing was said of their bytes before. What is no artifact by
        # its name is refused here, as everywhere.
        for file in inputs.files:
            artifact.kind_of(file)
        return Manifest()
    # Where they are compared the stage reads them anyway, and a large wheel takes seconds.
    is_read_later = "compare" in command.stages
    records = (
        artifact.identify(f) if is_read_later else artifact.record(artifact.read(f)) for f in inputs.files
    )
    return Manifest(artifacts=tuple(records))


def _report(command: Command, manifest: Manifest, inputs: Inputs, runner: Runner) -> int:
    from slipway import reporting

    reporting.record(manifest, inputs, runner)
    if inputs.json:
        reporting.print_json(to_json(manifest))
    elif inputs.format:
        reporting.print_document({inputs.path: manifest}, inputs)
    else:
        _print(command, manifest, inputs, runner)
    return manifest.exit_code


def _print(command: Command, manifest: Manifest, inputs: Inputs, runner: Runner) -> None:
    with runner.quoting():
        command.show(manifest, inputs)
