"""Run workflows with act, on this machine and without a network, and read what happened.

act runs the jobs as processes on this machine; stand-ins take the place of the actions of others.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bootstrap
import cached_environments
import yaml
from slipway.environments import interpreters
from slipway.planning.pythons import END_OF_LIFE

ROOT = Path(__file__).resolve().parents[2]
STANDINS = Path(__file__).with_name("standins")
SLIPWAY = "slipway-owner/slipway"
"""The account that hosts Slipway in the tests."""
COMMIT = "1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c"
VERSION = "0.2.87"
LABELS = (
    "ubuntu-latest",
    "ubuntu-24.04-arm",
    "macos-latest",
    "macos-15-intel",
    "windows-latest",
    "windows-11-arm",
)
TIMEOUT = 240
TOKEN = "a-token-for-nothing"  # noqa: S105 - no secret
"""The token of each job."""
SPECIAL = "actions/checkout"
"""act copies the working tree itself."""


def find() -> Path | None:
    """Return act of the version these tests are written for, or None."""
    named = [os.environ.get("ACT"), ROOT / ".tools" / "bin" / "act", shutil.which("act")]
    for path in filter(None, named):
        with contextlib.suppress(OSError):
            done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
            if done.stdout.split()[-1:] == [VERSION]:
                return Path(path)
    return None


@dataclass
class Run:
    """One run: its exit code, the jobs that ended, and what was reported."""

    exit_code: int
    lines: list[dict[str, Any]] = field(repr=False)

    @property
    def jobs(self) -> dict[str, str]:
        """Job names to results; a job of a called workflow after the name of the job that calls it."""
        return {_named(line["job"]): line["jobResult"] for line in self.lines if "jobResult" in line}

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of Slipway's own step, by name; those of the last step that had them."""
        return {
            line["name"]: line.get("arg", "")
            for line in self.lines
            if line.get("command") == "set-output" and "slipway" in (line.get("stepID") or ())
        }

    @property
    def summaries(self) -> str:
        """The job summaries, each once, one below the other."""
        return "\n".join(
            dict.fromkeys(line["content"] for line in self.lines if line.get("command") == "summary")
        )

    @property
    def annotations(self) -> list[tuple[str, str, dict[str, str]]]:
        """Level, message and properties of every annotation."""
        levels = {"error", "warning", "notice"}
        return [
            (line["command"], line.get("arg", ""), line.get("kvPairs") or {})
            for line in self.lines
            if line.get("command") in levels
        ]

    @property
    def log(self) -> str:
        """Everything that was printed."""
        return "\n".join(str(line.get("msg", "")).rstrip("\n") for line in self.lines)


def _named(job: str) -> str:
    # act names a job after its workflow and those that called it, and a job after its place in the matrix.
    caller, *others = job.split("/")
    name = re.sub(r"-\d+$", "", (others[-1] if others else caller).strip())
    return f"{caller} / {name}" if len(others) > 1 and caller != "Package" else name


def export(target: Path) -> Path:
    """Copy what the action and the workflows need to a folder, in the form that act understands."""
    return copy_tracked(target, "action.yml", ".github", "scripts")


def linked(target: Path) -> Path:
    """Make a folder of what the action and the workflows need, in the form that act understands.

    act copies all of it for each step that uses it. What is run is a link to this repository's own: no copying of
    hundreds of files, and no compiling of them in each job.
    """
    for name in _listed("action.yml", ".github"):
        _copy(ROOT / name, target / name)
    (target / "scripts").symlink_to(ROOT / "scripts")
    return target


def copy_tracked(target: Path, *paths: str) -> Path:
    """Make a repository of the files of this one below some paths, its workflows in the form that act understands."""
    for name in _listed(*paths):
        _copy(ROOT / name, target / name)
    repository(target)
    return target


def _listed(*paths: str) -> list[str]:
    """Return the files of this repository below some paths that git tracks or would track."""
    argv = ["git", "-C", ROOT, "ls-files", "-zco", "--exclude-standard", "--", *paths]
    listed = subprocess.check_output(argv).decode().split("\0")
    return [name for name in listed if (ROOT / name).is_file()]


def _copy(source: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)
    if copy.suffix == ".yml":
        copy.write_text(understood(copy.read_text("utf-8")), "utf-8")


def understood(text: str) -> str:
    """Return a workflow with `$/` written out, which act does not know."""
    return re.sub(
        r"(uses:\s*['\"]?)\$/([^\s'\"#]*)",
        lambda match: match[1] + f"{SLIPWAY}/{match[2]}".rstrip("/") + f"@{COMMIT}",
        text,
    )


def repository(folder: Path, *, remote: str = "") -> None:
    """Make a folder a repository with one commit."""
    git(folder, "init", "-qb", "main")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    commit(folder)


def commit(folder: Path, message: str = "Begin") -> str:
    """Commit everything in a repository and return the hash."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message, "--allow-empty")
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.invalid", "-c", "commit.gpgsign=false"]
    return subprocess.check_output(["git", "-C", folder, *who, *arguments], text=True).strip()


def _used(*trees: Path) -> set[str]:
    """Return every `uses:` of the workflows and actions in some trees."""
    found: set[str] = set()
    for tree in trees:
        for path in [*tree.glob("*.yml"), *tree.glob(".github/workflows/*.yml")]:
            found |= set(_uses(yaml.safe_load(path.read_text("utf-8"))))
    return found


def _uses(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("uses"), str):
            yield node["uses"]
        for value in node.values():
            yield from _uses(value)
    elif isinstance(node, list):
        for value in node:
            yield from _uses(value)


def mapped(consumer: Path, slipway: Path) -> list[str]:
    """Return act's options that put stand-ins in the place of every action used.

    Raises:
        AssertionError: there is no stand-in for one.
    """
    options = []
    for uses in sorted(_used(consumer, slipway)):
        name, _, ref = uses.partition("@")
        repository = "/".join(name.split("/")[:2])
        if not ref or repository == SPECIAL:
            continue
        folder = slipway if repository == SLIPWAY else STANDINS / repository.replace("/", "-")
        assert folder.is_dir(), f"there is no stand-in for {uses}"
        options += ["--local-repository", f"{repository}@{ref}={folder}"]
    return list(dict.fromkeys(options)) if not options else _pairs(options)


def _pairs(options: list[str]) -> list[str]:
    unique = dict.fromkeys(options[1::2])
    return [part for value in unique for part in ("--local-repository", value)]


def run(
    act: Path,
    consumer: Path,
    slipway: Path,
    *,
    workflow: str,
    event: str,
    payload: Mapping[str, Any] | None = None,
    artifacts: Path,
    variables: Mapping[str, str] | None = None,
    repository: str = "acme/pkg",
    attempt: int = 1,
    job: str | None = None,
    matrix: Mapping[str, str] | None = None,
    path: Path | None = None,
) -> Run:
    """Run one workflow of a consumer's repository for an event.

    Args:
        workflow: file name below .github/workflows.
        payload: the event; `ref` decides branch or tag.
        artifacts: folder that stands for GitHub's artifacts of this run.
        variables: further variables of every step.
        attempt: number of the attempt.
        job: only this job and what it needs.
        matrix: only the jobs of a matrix with these values.
        path: folder of programs that come before those of this machine.
    """
    with tempfile.TemporaryDirectory(prefix="act-") as name:
        home = Path(name)
        (home / "event.json").write_text(json.dumps(payload or {}))
        argv = [str(act), event, "-W", f".github/workflows/{workflow}", "-C", str(consumer)]
        argv += [part for label in LABELS for part in ("-P", f"{label}=-self-hosted")]
        argv += [
            "--action-offline-mode",
            "--action-cache-path",
            str(home / "act"),
            "--rm",
            "--no-cache-server",
            "--json",
        ]
        for option in ("env-file", "secret-file", "var-file", "input-file"):
            argv += [f"--{option}", os.devnull]
        argv += ["-s", f"GITHUB_TOKEN={TOKEN}", "-e", str(home / "event.json")]
        steps = {
            "GITHUB_REPOSITORY": repository,
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "ACT_PYTHON": sys.executable,
            "ACT_PYTHONS": json.dumps(pythons()),
            "ACT_ARTIFACTS": str(artifacts),
            **(variables or {}),
        }
        argv += [part for key, value in steps.items() for part in ("--env", f"{key}={value}")]
        argv += ["-j", job] if job else []
        argv += [part for key, value in (matrix or {}).items() for part in ("--matrix", f"{key}:{value}")]
        argv += mapped(consumer, slipway)
        done = subprocess.run(
            argv, env=_environment(home, path), capture_output=True, timeout=TIMEOUT, check=False
        )
    lines = []
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        with contextlib.suppress(ValueError):
            lines.append(json.loads(line))
    assert not any("not matched" in str(line.get("msg")) for line in lines), "an action was not mapped"
    return Run(done.returncode, [line for line in lines if isinstance(line, dict)])


@functools.cache
def pythons() -> dict[str, str]:
    """Return the interpreters of this machine that a project can be tried with: minor version to path."""
    found = {one.minor: str(one.path) for one in interpreters.installed()}
    return {version: path for version, path in found.items() if version in END_OF_LIFE}


def cache_with_cibuildwheel(folder: Path) -> Path:
    """Return a cache of Slipway in which the environment of jobs that build has the stand-in for cibuildwheel."""
    bootstrap.environment(bootstrap.IN_JOBS["smoke"])
    real = bootstrap.environment(bootstrap.IN_JOBS["check"])
    own = folder / "environments" / real.name
    for path in real.parent.iterdir():
        if path.name != real.name:
            own.parent.mkdir(parents=True, exist_ok=True)
            (own.parent / path.name).symlink_to(path)
    packages = own / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    standin = packages / "cibuildwheel"
    standin.mkdir(parents=True)
    (own / "bin").mkdir()
    for path in (real / "bin").iterdir():
        (own / "bin" / path.name).symlink_to(path.readlink() if path.is_symlink() else path)
    for name in ("pyvenv.cfg", cached_environments.READY):
        shutil.copy(real / name, own / name)
    # The tests' own environment has cibuildwheel itself and what it needs.
    tests = Path(sysconfig.get_path("purelib"))
    (packages / "real.pth").write_text(f"{real / packages.relative_to(own)}\n{tests}\n")
    text = (STANDINS / "cibuildwheel" / "__main__.py").read_text("utf-8")
    text = text.replace("@BUILDER@", sys.executable).replace(
        "@WHEELS@", str(STANDINS / "cibuildwheel" / "wheels.py")
    )
    (standin / "__main__.py").write_text(text)
    # Everything but how it is started is its own.
    (standin / "__init__.py").write_text(f"__path__.append({str(tests / 'cibuildwheel')!r})\n")
    return folder


WITHHELD = ("GITHUB_", "SLIPWAY_", "ACTIONS_", "RUNNER_", "TWINE_", "INPUT_", "GH_", "PYTHON", "VIRTUAL_ENV")


def _environment(home: Path, first: Path | None) -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if not name.startswith(WITHHELD)}
    if first is not None:
        passed["PATH"] = os.pathsep.join((str(first), passed.get("PATH", os.defpath)))
    return passed | {
        # The environments of Slipway are made once for all runs.
        "SLIPWAY_CACHE": str(cached_environments.cache_folder()),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PIP_PROGRESS_BAR": "off",
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv"),
    }
