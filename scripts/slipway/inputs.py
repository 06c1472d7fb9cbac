"""What was asked for: one table of options, and the frozen record of their values.

The table is the source of the command line's options, of the `SLIPWAY_*` variables and of the action's inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from slipway.index.credentials import Credential
from slipway.manifest import Severity

BUILDING = frozenset({"check", "build", "rehearse"})
SMOKING = frozenset({"check", "smoke", "rehearse", "verify"})
PLANNING = frozenset({"plan", "check", "validate", "build", "rehearse"})
PUBLISHING = frozenset({"publish", "verify"})
RUNNING = PLANNING | SMOKING | PUBLISHING | {"inspect"}


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option: a word on the command line, an input of the action, a variable.

    Attributes:
        name: kebab-case, the same everywhere.
        help: one sentence.
        kind: how the value is read; `seconds` is a positive number, `list` may be given several times.
        default: value when nothing is given; None means that Slipway decides.
        commands: which commands take it.
        choices: the values allowed, if they are few.
    """

    name: str
    help: str
    kind: Literal["text", "path", "seconds", "flag", "choice", "list"]
    commands: frozenset[str]
    default: Any = None
    choices: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The field of `Inputs` that holds the value."""
        return self.name.replace("-", "_")


OPTIONS: tuple[Option, ...] = (
    Option(
        name="work",
        help="Folder for the manifest, the report and dist/; .slipway/ in the project by default.",
        kind="path",
        commands=RUNNING,
    ),
    Option(
        name="json",
        help="Print one JSON document to stdout and nothing else.",
        kind="flag",
        commands=RUNNING,
        default=False,
    ),
    Option(
        name="verbose",
        help="Show every line that a build or a test prints.",
        kind="flag",
        commands=RUNNING,
        default=False,
    ),
    Option(
        name="fail-on",
        help="The mildest finding that blocks.",
        kind="choice",
        commands=RUNNING,
        default=Severity.ERROR.value,
        choices=tuple(severity.value for severity in Severity),
    ),
    Option(
        name="tag",
        help="Judge the project as if this tag had been pushed; by default the tag of the event or of HEAD.",
        kind="text",
        commands=PLANNING,
    ),
    Option(
        name="tag-prefix",
        help="What stands before the version in a release tag.",
        kind="text",
        commands=PLANNING,
        default="v",
    ),
    Option(
        name="index",
        help="Where to publish: pypi, testpypi, or the upload URL of another index; by default the event decides.",
        kind="text",
        commands=PLANNING | PUBLISHING,
    ),
    Option(
        name="python",
        help="Interpreter to build and smoke-test with: a version or a path.",
        kind="text",
        commands=BUILDING | SMOKING,
    ),
    Option(
        name="build-timeout",
        help="Seconds that one build may take.",
        kind="seconds",
        commands=BUILDING,
        default=1800.0,
    ),
    Option(
        name="smoke-timeout",
        help="Seconds that one smoke test may take, installation included.",
        kind="seconds",
        commands=SMOKING,
        default=600.0,
    ),
    Option(
        name="verify-timeout",
        help="Seconds to wait until the index serves the release.",
        kind="seconds",
        commands=frozenset({"verify", "rehearse"}),
        default=900.0,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The values of the options for one run, and what the command was pointed at.

    Attributes:
        command: the command's name.
        path: the project's folder, absolute.
        work: the work folder, absolute; `dist` is inside it.
        files: the artifacts named on the command line, for `inspect` and `smoke`.
        keeps: whether the manifest and the report are written into the work folder.
        credential: what an index of our own wants; for every other one it comes from the environment.
    """

    command: str
    path: Path
    work: Path
    files: tuple[Path, ...] = ()
    keeps: bool = True
    json: bool = False
    verbose: bool = False
    fail_on: Severity = Severity.ERROR
    tag: str | None = None
    tag_prefix: str = "v"
    index: str | None = None
    python: str | None = None
    build_timeout: float = 1800.0
    smoke_timeout: float = 600.0
    verify_timeout: float = 900.0
    credential: Credential | None = None

    @property
    def dist(self) -> Path:
        """The folder the artifacts are in."""
        return self.work / "dist"

    @property
    def logs(self) -> Path:
        """The folder the full output of builds and tests is kept in."""
        return self.work / "logs"

    def locate(self, filename: str) -> Path:
        """Return the path of an artifact: the file named on the command line, else the one in `dist`."""
        return next((file for file in self.files if file.name == filename), self.dist / filename)
