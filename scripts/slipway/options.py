"""The options: one table, which the command line, the `SLIPWAY_*` variables and the action's inputs are made of."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import Any, Literal

from slipway.records import Severity

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
        kind: how the value is read; `seconds` is a positive number, `count` a whole one, `list` may be given
            several times.
        default: value when nothing is given; None means that Slipway decides.
        commands: which commands take it.
        choices: the values allowed, if they are few.
    """

    name: str
    help: str
    kind: Literal["text", "path", "seconds", "count", "flag", "choice", "list"]
    commands: frozenset[str]
    default: Any = None
    choices: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The field of `Inputs` that holds the value."""
        name = self.name.replace("-", "_")
        return f"{name}_" if keyword.iskeyword(name) else name

    @property
    def variable(self) -> str:
        """The environment variable that holds the value."""
        return f"SLIPWAY_{self.name.replace('-', '_').upper()}"


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
        commands=RUNNING | {"init"},
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
        commands=PLANNING | {"init"},
        default="v",
    ),
    Option(
        name="index",
        help="Where to publish: pypi, testpypi, or the upload URL of another index; by default the event decides.",
        kind="text",
        commands=PLANNING | PUBLISHING | {"init"},
    ),
    Option(
        name="all-projects",
        help="PATH holds several projects: take each of them, what others depend on first.",
        kind="flag",
        commands=PLANNING,
        default=False,
    ),
    Option(
        name="only-changed",
        help="Of several projects, those only that changed since their last release tag, and what depends on them.",
        kind="flag",
        commands=PLANNING,
        default=False,
    ),
    Option(
        name="python",
        help="Interpreters to smoke-test with: versions, paths, or `all` that the project supports and that are "
        "here. The first one builds.",
        kind="list",
        commands=BUILDING | SMOKING,
        default=(),
    ),
    Option(
        name="thorough",
        help="Try every supported Python that is here, uv and pip, the newest and the lowest dependencies, and "
        "each extra; by default each artifact is tried once.",
        kind="flag",
        commands=SMOKING,
        default=False,
    ),
    Option(
        name="installer",
        help="Installers to smoke-test with.",
        kind="list",
        commands=SMOKING,
        default=(),
        choices=("uv", "pip"),
    ),
    Option(
        name="resolution",
        help="Dependencies to smoke-test with: the newest or the lowest that the project allows.",
        kind="list",
        commands=SMOKING,
        default=(),
        choices=("highest", "lowest-direct"),
    ),
    Option(
        name="extras",
        help="Extras to smoke-test, each in an environment of its own; `all` takes every one.",
        kind="list",
        commands=SMOKING,
        default=(),
    ),
    Option(
        name="constraint",
        help="Constraint files for what the smoke tests install.",
        kind="list",
        commands=SMOKING,
        default=(),
    ),
    Option(
        name="wheelhouse",
        help="Folder of wheels to install dependencies from, instead of an index.",
        kind="path",
        commands=SMOKING,
    ),
    Option(
        name="find-links",
        help="Folders with distributions to install from, beside the index.",
        kind="list",
        commands=SMOKING,
        default=(),
    ),
    Option(
        name="smoke-command",
        help="A command to run in each environment, in an empty folder and without a shell; "
        "{project} stands for the project's folder.",
        kind="text",
        commands=SMOKING,
    ),
    Option(
        name="test-command",
        help="The project's tests, run against the installed wheel in a folder that holds copies of the test "
        "sources only, such as `pytest tests`.",
        kind="text",
        commands=SMOKING,
    ),
    Option(
        name="test-requires",
        help="What the tests need beside the package.",
        kind="list",
        commands=SMOKING,
        default=(),
    ),
    Option(
        name="test-sources",
        help="Files and folders the tests need, relative to the project; tests/ or test/ by default.",
        kind="list",
        commands=SMOKING,
        default=(),
    ),
    Option(
        name="platforms",
        help="Machines of the build matrix for compiled wheels, such as linux-x86_64 or windows-ARM64.",
        kind="list",
        commands=PLANNING,
        default=(),
    ),
    Option(
        name="python-versions",
        help="Versions of Python for the smoke matrix of a workflow; by default those that the project supports.",
        kind="list",
        commands=PLANNING,
        default=(),
    ),
    Option(
        name="smoke-jobs",
        help="Maximum smoke jobs of a workflow; the most informative combinations are kept.",
        kind="count",
        commands=PLANNING,
        default=12,
    ),
    Option(
        name="runners",
        help="Runner labels to use instead of GitHub's own, such as linux-x86_64=my-linux.",
        kind="list",
        commands=PLANNING,
        default=(),
    ),
    Option(
        name="from",
        help="Folder with the artifacts and manifests of other jobs: they are taken instead of building here; "
        "for check, instead of testing here as well.",
        kind="path",
        commands=frozenset({"build", "inspect", "smoke", "check"}),
    ),
    Option(
        name="job",
        help="Name of this job of a matrix; its manifest and its artifact carry it.",
        kind="text",
        commands=RUNNING,
        default="",
    ),
    Option(
        name="called-workflow",
        help="The reusable workflow that is to publish, where one does: OWNER/REPOSITORY/PATH@REF.",
        kind="text",
        commands=frozenset({"plan"}),
    ),
    Option(
        name="uses",
        help="Which Slipway the workflow uses: OWNER/REPOSITORY@COMMIT; by default the one that runs.",
        kind="text",
        commands=frozenset({"init"}),
    ),
    Option(
        name="check",
        help="Write nothing; say whether the workflow has drifted and whether the workflows there are safe.",
        kind="flag",
        commands=frozenset({"init"}),
        default=False,
    ),
    Option(
        name="overwrite",
        help="Replace a file that differs, after showing how it differs.",
        kind="flag",
        commands=frozenset({"init"}),
        default=False,
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
        name="attestations",
        help="Whether each file goes out with an attestation: required, best-effort (a fault of the signing "
        "service does not stop the release), or off.",
        kind="choice",
        commands=PUBLISHING,
        default="best-effort",
        choices=("required", "best-effort", "off"),
    ),
    Option(
        name="dry-run",
        help="Only look whether the index would take the release, and print what it must know; nothing is sent.",
        kind="flag",
        commands=frozenset({"publish"}),
        default=False,
    ),
    Option(
        name="simple-index",
        help="Address of the index's simple API, where it does not stand beside or below the upload URL.",
        kind="text",
        commands=PUBLISHING,
    ),
    Option(
        name="publish-timeout",
        help="Seconds to go on trying one file while the index or the network has a fault.",
        kind="seconds",
        commands=frozenset({"publish", "rehearse"}),
        default=900.0,
    ),
    Option(
        name="verify-timeout",
        help="Seconds to wait until the index serves the release.",
        kind="seconds",
        commands=frozenset({"verify", "rehearse"}),
        default=900.0,
    ),
)
