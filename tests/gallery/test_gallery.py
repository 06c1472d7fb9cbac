"""Tiny projects, one fault or one backend each; what is to be said about each stands in a file beside it."""

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import fingerprint, slipway

PROJECTS = Path(__file__).with_name("projects")

COMPILERS = ("cc", "gcc", "clang", "c++", "g++")


@dataclass(frozen=True)
class Expected:
    """What `check` must say about a project.

    Attributes:
        shows: what the project is there for.
        failed_stage: the stage that ended the run early.
        says: fragments of what the failure tells: what happened, the likely cause, what to do.
        log: fragments of the lines of the tool that are shown with it.
        findings: the rules that find something, errors and warnings, all of them.
        ignored: the rules whose findings the project turned off.
        tags: makes the project a repository whose only commit has these tags.
        path: `without-compilers` hides the compilers of this machine.
    """

    shows: str
    exit_code: int
    failed_stage: str | None = None
    says: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    path: str | None = None


def expectation(name: str) -> Expected:
    table = tomllib.loads(PROJECTS.joinpath(f"{name}.toml").read_text("utf-8"))
    return Expected(
        **{
            key.replace("-", "_"): tuple(value) if isinstance(value, list) else value
            for key, value in table.items()
        }
    )


def made(name: str, folder: Path, expected: Expected) -> Path:
    """Copy a project to a place of its own, so that this repository is not around it."""
    project = shutil.copytree(PROJECTS / name, folder / name)
    if expected.tags is not None:
        git = ["git", "-c", "user.name=Gallery", "-c", "user.email=gallery@example.org"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All of it"]):
            subprocess.run([*git, *command], cwd=project, check=True)
        for tag in expected.tags:
            subprocess.run([*git, "tag", tag], cwd=project, check=True)
    return project


def without_compilers(folder: Path) -> str:
    """A PATH on which everything is found but a compiler."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            link = folder / program.name
            if not link.exists() and not any(word in program.name for word in COMPILERS):
                link.symlink_to(program)
    return str(folder)


def seen(manifest: dict[str, Any], *, ignored: bool) -> set[str]:
    """The rules that found an error or a warning."""
    return {
        finding["rule"]
        for finding in manifest["findings"]
        if finding["severity"] != "note" and (finding["ignored"] is not None) is ignored
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in PROJECTS.glob("*.toml")))
def test_verdict(name: str, tmp_path: Path) -> None:
    expected = expectation(name)
    project = made(name, tmp_path, expected)
    before = fingerprint(project)
    environ = {"PATH": without_compilers(tmp_path / "bin")} if expected.path else {}

    run = slipway("check", "--json", "--work", tmp_path / "work", project, environ=environ)

    assert run.exit_code == expected.exit_code, str(run)
    manifest = run.manifest
    failure = manifest["failure"]
    assert (failure and failure["stage"]) == expected.failed_stage, str(run)
    told = " ".join((failure["happened"], failure["cause"], failure["remedy"])) if failure else ""
    assert [fragment for fragment in expected.says if fragment not in told] == [], told
    log = "\n".join(failure["log"]) if failure else ""
    assert [fragment for fragment in expected.log if fragment not in log] == [], log
    assert seen(manifest, ignored=False) == set(expected.findings), str(run)
    assert seen(manifest, ignored=True) == set(expected.ignored), str(run)
    assert "Traceback" not in told + run.stderr, str(run)
    assert fingerprint(project) == before, "the checkout was changed"


def test_every_project_has_an_expectation_and_every_expectation_a_project() -> None:
    folders = {path.name for path in PROJECTS.iterdir() if path.is_dir()}
    assert folders == {path.stem for path in PROJECTS.glob("*.toml")}
