"""A smoke test: what is installed, with which Python and how, and what happened."""

from pathlib import Path
from typing import Literal

from msgspec import Struct
from packaging.utils import parse_sdist_filename, parse_wheel_filename

from slipway.environments.interpreters import Interpreter
from slipway.options import Installer, Resolution
from slipway.rules.smoke.facts import SmokeFacts


class Candidate(Struct, frozen=True, kw_only=True):
    """The artifact to install.

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


class InstallOptions(Struct, frozen=True, kw_only=True):
    """How a smoke test installs its candidate.

    Attributes:
        extra: the extra to install with it.
        direct: the candidate's own requirements; `lowest-direct` lowers only what is named on the command line.
    """

    installer: Installer = "uv"
    resolution: Resolution = "highest"
    extra: str | None = None
    direct: tuple[str, ...] = ()


class SmokeTest(Struct, frozen=True, kw_only=True):
    """One smoke test to run.

    Attributes:
        thorough: whether scripts are started and submodules imported too; once per artifact and Python is enough.
        claimed: whether the project says that it supports this version of Python.
    """

    candidate: Candidate
    interpreter: Interpreter
    options: InstallOptions = InstallOptions()
    thorough: bool = True
    claimed: bool = True


class Outcome(Struct, frozen=True, kw_only=True):
    """A smoke test that ran: what happened, how many seconds it took, and what was printed."""

    test: SmokeTest
    facts: SmokeFacts
    seconds: float
    log: tuple[str, ...]
