"""Smoke: every artifact is installed in a clean environment, imported, started, and uninstalled again."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec

from slipway.artifacts import sdist
from slipway.environments import disposable
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest, recheck
from slipway.options import Inputs
from slipway.runner import Runner
from slipway.smoke import choose, runs
from slipway.smoke import verdict as smoke_rules
from slipway.smoke.smoke_test import Outcome, PackageSources

CONFIGURATION = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini", "conftest.py")
"""Files at the top of a project in which test runners look for their settings."""


def run(manifest: Manifest, inputs: Inputs, runner: Runner) -> Addition:
    """Install, import, start and uninstall every artifact of the manifest and return what happened.

    Raises:
        InputError: an artifact is not the one that was built, or no interpreter fits.
        ToolError: the index cannot be reached.
    """
    if inputs.command == "check" and inputs.built:
        return Addition(skipped="the smoke jobs did it")
    recheck(manifest, inputs.locate)
    chosen = choose.choose(manifest, inputs)
    with disposable.scratch() as scratch:
        sources = _supplies(inputs, scratch)
        outcomes = runs.run(chosen.tests, timeout=inputs.smoke_timeout, sources=sources)
    runs.show(outcomes, runner)
    told = tuple(_with_sdist(outcome, manifest, inputs) for outcome in outcomes)
    judged = smoke_rules.judge_results(told, ignored=manifest.ignored)
    return msgspec.structs.replace(judged, untried=chosen.untried)


def _supplies(inputs: Inputs, scratch: Path) -> PackageSources:
    """Return where the tests install from and what they run for the user.

    Raises:
        InputError: a file or folder that was named is not there, or a command cannot be split into words.
    """
    return PackageSources(
        constraints=tuple(_existing(inputs, "constraint", name) for name in inputs.constraint),
        wheelhouse=_existing(inputs, "wheelhouse", inputs.wheelhouse) if inputs.wheelhouse else None,
        find_links=tuple(_existing(inputs, "find-links", name) for name in inputs.find_links),
        smoke_command=_words(inputs, "smoke-command", inputs.smoke_command),
        test_command=_words(inputs, "test-command", inputs.test_command),
        test_requires=inputs.test_requires,
        test_folder=_test_folder(inputs, scratch / "tests") if inputs.test_command else None,
    )


def _existing(inputs: Inputs, option: str, name: str | Path) -> Path:
    beside, here = inputs.path / name, Path(name).absolute()
    for path in (here, beside):
        if path.exists():
            return path
    raise InputError(
        f"There is no {name}, which --{option} names.",
        cause="The name is misspelt, or relative to another folder.",
        remedy="Name it relative to the project or to the current folder.",
    )


def _words(inputs: Inputs, option: str, command: str | None) -> tuple[str, ...]:
    try:
        words = shlex.split(command or "")
    except ValueError as error:
        raise InputError(
            f"The command in --{option} cannot be read: {error}.",
            cause="A quotation mark is not closed.",
            remedy="Quote it as a shell would; for more than one command write a script and name that.",
        ) from error
    return tuple(word.replace("{project}", str(inputs.path)) for word in words)


def _test_folder(inputs: Inputs, folder: Path) -> Path:
    """Return a folder with copies of what the tests need and nothing of the package.

    Raises:
        InputError: what the tests need is not there.
    """
    folder.mkdir()
    named = inputs.test_sources or tuple(n for n in ("tests", "test") if (inputs.path / n).exists())
    for name in named:
        source = inputs.path / name
        if not source.exists():
            raise InputError(
                f"There is no {name} in the project, which --test-sources names.",
                cause="The name is misspelt, or not relative to the project.",
                remedy="Name the files and folders that the tests need, relative to the project.",
            )
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    for name in CONFIGURATION:
        if (inputs.path / name).is_file() and not (folder / name).exists():
            shutil.copy2(inputs.path / name, folder / name)
    return folder


def _with_sdist(outcome: Outcome, manifest: Manifest, inputs: Inputs) -> Outcome:
    """Return an outcome with what the sdist holds, where something failed and the sdist can tell why."""
    facts = outcome.facts
    attempts = (*facts.imports, *facts.entry_points, *facts.submodules)
    beside = next((a.filename for a in manifest.artifacts if a.kind == "sdist"), None)
    if beside is None or all(attempt.error is None for attempt in attempts):
        return outcome
    held = sdist.read(inputs.locate(beside)).paths
    return replace(outcome, facts=replace(facts, in_sdist=held))
