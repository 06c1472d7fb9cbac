"""A test: what is installed, with which Python and how, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.utils import parse_sdist_filename, parse_wheel_filename

from slipway.environments.interpreters import Interpreter
from slipway.options import Installer, Resolution
from slipway.rules.smoke.facts import SmokeFacts


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is to be installed.

    Attributes:
        artifact: its filename.
        requirement: a path, or a direct reference with a digest.
        origin: whether it comes from a file or from an index.
    """

    artifact: str
    requirement: str
    origin: Literal["file", "index"] = "file"

    @property
    def name(self) -> str:
        """The distribution's name in its normal form."""
        if self.artifact.endswith(".whl"):
            return parse_wheel_filename(self.artifact)[0]
        return parse_sdist_filename(self.artifact)[0]

    def with_extra(self, extra: str | None) -> str:
        """Return the requirement, with an extra of the distribution."""
        if extra is None:
            return self.requirement
        _, at, url = self.requirement.partition(" @ ")
        return f"{self.name}[{extra}] @ {url if at else Path(self.requirement).as_uri()}"


@dataclass(frozen=True, kw_only=True)
class InstallOptions:
    """How a test installs its candidate.

    Attributes:
        extra: the extra to install with it.
        thorough: whether scripts are started and submodules imported too; once for an artifact is enough.
        direct: the requirements of the candidate, which `lowest-direct` is meant for; the resolver takes only
            what it is given by name for direct.
    """

    installer: Installer = "uv"
    resolution: Resolution = "highest"
    extra: str | None = None
    thorough: bool = True
    direct: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SmokeTest:
    """One test to run.

    Attributes:
        claimed: whether the project says that it supports this version of Python.
    """

    candidate: Candidate
    interpreter: Interpreter
    options: InstallOptions = InstallOptions()
    claimed: bool = True

    def __str__(self) -> str:
        how: list[str] = ["pip"] if self.options.installer == "pip" else []
        how += ["lowest dependencies"] if self.options.resolution != "highest" else []
        how += [f"extra {self.options.extra}"] if self.options.extra else []
        told = f" ({', '.join(how)})" if how else ""
        return f"{self.candidate.artifact} on Python {self.interpreter.label}{told}"


@dataclass(frozen=True, kw_only=True)
class PackageSources:
    """Where the tests install from, and what the user wants to be run in them.

    Attributes:
        constraints: constraint files.
        wheelhouse: a folder of wheels that stands in for the index.
        find_links: folders to install from beside the index.
        smoke_command: a command to run in each environment, split into words.
        test_command: the project's tests, split into words.
        test_requires: requirements of the tests.
        test_folder: a folder that holds what the tests need and nothing of the package.
    """

    constraints: tuple[Path, ...] = ()
    wheelhouse: Path | None = None
    find_links: tuple[Path, ...] = ()
    smoke_command: tuple[str, ...] = ()
    test_command: tuple[str, ...] = ()
    test_requires: tuple[str, ...] = ()
    test_folder: Path | None = None

    def options(self) -> list[str]:
        """Return the options that uv and pip share for installing from there."""
        options = [f"--constraint={path}" for path in self.constraints]
        options += [f"--find-links={folder}" for folder in self.find_links]
        if self.wheelhouse is not None:
            options += ["--no-index", f"--find-links={self.wheelhouse}"]
        return options


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A test that ran: what happened and how long it took, in seconds."""

    candidate: Candidate
    interpreter: Interpreter
    facts: SmokeFacts
    seconds: float
    log: tuple[str, ...]
    options: InstallOptions = InstallOptions()
