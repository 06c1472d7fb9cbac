"""Tiny projects, one fault or one backend each; what is to be said about each stands in a file beside it."""

import os
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from command_line import fingerprint, forked

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
        names: fragments of the messages and the fixes of the findings.
        tags: makes the project a repository whose only commit has these tags.
        files: path to text, for a project that is written here and not a folder; README.md and LICENSE are added.
        later: path to text, for files that are written after the commit.
        path: `without-compilers` hides the compilers of this machine.
    """

    shows: str
    exit_code: int
    failed_stage: str | None = None
    says: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
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
    project = folder / name
    if expected.files:
        write(project, {"README.md": "# A small project\n", "LICENSE": "MIT License\n"} | expected.files)
    else:
        shutil.copytree(PROJECTS / name, project)
    if expected.tags is not None:
        git = ["git", "-c", "user.name=Gallery", "-c", "user.email=gallery@example.org"]
        for command in (["init", "-q"], ["add", "--force", "."], ["commit", "-q", "-m", "All of it"]):
            subprocess.run([*git, *command], cwd=project, check=True)
        for tag in expected.tags:
            subprocess.run([*git, "tag", tag], cwd=project, check=True)
    write(project, expected.later)
    return project


def write(project: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


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

    run = forked("check", "--json", "--work", tmp_path / "work", project, environ=environ)

    assert run.exit_code == expected.exit_code, str(run)
    manifest = run.manifest
    failure = manifest["failure"]
    assert (failure and failure["stage"]) == expected.failed_stage, str(run)
    told = " ".join((failure["happened"], failure["cause"], failure["remedy"])) if failure else ""
    assert [fragment for fragment in expected.says if fragment not in told] == [], told
    log = "\n".join(failure["log"]) if failure else ""
    assert [fragment for fragment in expected.log if fragment not in log] == [], log
    found = "\n".join(f"{finding['message']}\n{finding['fix']}" for finding in manifest["findings"])
    assert [fragment for fragment in expected.names if fragment not in found] == [], found
    assert seen(manifest, ignored=False) == set(expected.findings), str(run)
    assert seen(manifest, ignored=True) == set(expected.ignored), str(run)
    assert "Traceback" not in told + run.stderr, str(run)
    assert fingerprint(project) == before, "the checkout was changed"


def test_every_project_has_an_expectation_and_every_expectation_a_project() -> None:
    folders = {path.name for path in PROJECTS.iterdir() if path.is_dir()}
    assert folders == {path.stem for path in PROJECTS.glob("*.toml") if not expectation(path.stem).files}
