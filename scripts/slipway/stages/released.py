"""Released: the newest release on the index installs and works here, with the newest and the lowest dependencies."""

import dataclasses
import shutil
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec.structs import replace

from slipway import system
from slipway.artifacts import artifact as artifact_facts
from slipway.environments import disposable, interpreters
from slipway.environments.interpreters import ALL, Interpreter
from slipway.errors import InputError, ToolError
from slipway.index import addresses
from slipway.index.client import Client
from slipway.index.listing import ServedFile
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.project import project as project_facts
from slipway.publication import OnIndex
from slipway.publishing import preflight
from slipway.records import Artifact
from slipway.runner import Runner
from slipway.smoke import choose, newest_release
from slipway.smoke import run as smoke
from slipway.smoke.package_sources import package_sources
from slipway.smoke.project_commands import project_commands
from slipway.smoke.smoke_test import SmokeTest
from slipway.smoke.verdict import judge_results
from slipway.smoke.work_folder import unchanged


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Download the newest release, and install and try it on each Python that is here.

    The project's tests are left out: those of the checkout are for what is released next. So are its constraint files,
    which users do not have.

    Raises:
        InputError: the project's name is not known, or a Python that was asked for is not here.
        ToolError: the index cannot be reached, or serves other bytes than it lists.
        TamperedError: code that was tested wrote into the work folder.
    """
    project = project_facts.read(inputs.path)
    if project.name is None:
        raise _nameless(inputs.path)
    index = addresses.resolve(inputs.index or "pypi", simple=inputs.simple_index)
    stored = None if index.name in addresses.NAMES else preflight.stored_credential(inputs, runner, index)
    here = interpreters.choose_all(None, inputs.python or (ALL,))
    with closing(Client(index, credential=stored.credential if stored else None, say=runner.say)) as client:
        found = newest_release.find(client.listing(project.name), project.name)
        if found is None:
            return Addition(skipped=f"{index.title} has no release of {project.name}")
        version, served = found
        chosen = newest_release.taken([file.filename for file in served], here)
        runner.say(f"{project.name} {version} is the newest release on {index.title}")
        artifacts = _downloaded(client, served, set(chosen.values()), inputs.dist)
    if not artifacts:
        return Addition(skipped=f"{project.name} {version} has no file for a Python that is here")
    state = msgspec.structs.replace(manifest, artifacts=artifacts)
    own = dataclasses.replace(
        inputs,
        python=inputs.python or (ALL,),
        resolution=inputs.resolution or ("highest", "lowest-direct"),
        constraint=(),
        test_command=None,
    )
    choice = choose.choose(state, own)
    tests = [_from_index(test) for test in choice.tests if _is_taken(test, chosen)]
    with unchanged(state, inputs), disposable.scratch() as scratch:
        outcomes = smoke.run_all(
            tests,
            timeout=inputs.smoke_timeout,
            sources=package_sources(own),
            commands=project_commands(own, scratch),
        )
    smoke.show(outcomes, runner)
    judged = judge_results(outcomes, ignored=dict(project.ignored))
    on_index = OnIndex(index=index.title, project=True, version=True)
    return msgspec.structs.replace(judged, artifacts=artifacts, untried=choice.untried, on_index=on_index)


def _downloaded(
    client: Client, served: Collection[ServedFile], wanted: Collection[str], folder: Path
) -> tuple[Artifact, ...]:
    """Download files into an empty folder and return their records.

    Raises:
        ToolError: one cannot be downloaded, or has other bytes than the index lists.
    """
    if folder.exists():
        system.retried(lambda: shutil.rmtree(folder))
    folder.mkdir(parents=True)
    found = []
    for file in served:
        if file.filename in wanted:
            digest = client.download(file, folder / file.filename)
            if file.sha256 not in {None, digest}:
                raise _other_bytes(file)
            found.append(artifact_facts.record(artifact_facts.read(folder / file.filename)))
    return tuple(found)


def _is_taken(test: SmokeTest, chosen: Mapping[Interpreter, str]) -> bool:
    return chosen.get(test.interpreter) == test.candidate.artifact


def _from_index(test: SmokeTest) -> SmokeTest:
    return replace(test, candidate=replace(test.candidate, origin="index"))


def _nameless(folder: Path) -> InputError:
    return InputError(
        f"The name of the project in {folder} is not known without building it.",
        cause="setup.py computes it, or there is no project in this folder.",
        remedy="Declare the name under [project] in pyproject.toml, or name the project's folder.",
    )


def _other_bytes(file: ServedFile) -> ToolError:
    return ToolError(
        f"The index serves other bytes for {file.filename} than it lists.",
        cause="The download was changed on its way, or the index is damaged.",
        remedy="Run it again; where it stays like this, do not install this file, and tell those who run the index.",
    )
