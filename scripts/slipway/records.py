"""The records a manifest is made of, each frozen and described by its attributes."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from msgspec import Struct


class Severity(StrEnum):
    """How much a finding weighs: errors block, warnings hurt someone, notes are worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Its place among the severities, 0 for the gravest."""
        return list(Severity).index(self)


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in the manifest."""


class Where(Record, frozen=True):
    """Where a finding was seen.

    Attributes:
        artifact: filename of the sdist or wheel, if it was seen in one.
        file: path inside the project or inside the artifact, with forward slashes.
        line: line in `file`, counted from 1.
    """

    artifact: str | None = None
    file: str | None = None
    line: int | None = None


class Finding(Record, frozen=True):
    """One thing a rule or a stage found.

    Attributes:
        family: the family of rules that it belongs to, whose page says more.
        stage: the stage that found it.
        job: the job of a matrix that found it, where that was another one.
        also: the other places of the same cause, as text.
        cause: what several rules that find one cause have in common.
        mirrors: ids of the index's own rules that say the same (for example C49).
        ignored: the project's reason for turning the rule off; such a finding never blocks.
    """

    rule: str
    severity: Severity
    message: str
    why: str
    fix: str
    where: Where = Where()
    seen: str | None = None
    expected: str | None = None
    mirrors: tuple[str, ...] = ()
    ignored: str | None = None
    stage: str | None = None
    job: str = ""
    also: tuple[str, ...] = ()
    cause: str = ""
    family: str = ""


class SkippedRule(Record, frozen=True):
    """A rule that could not be judged, why, and the stage that was to judge it."""

    rule: str
    reason: str
    stage: str | None = None


class Git(Record, frozen=True):
    """The commit that is released.

    Attributes:
        commit: full hash.
        tags: tags that point at it.
        dirty: paths that differ from the commit, at most a handful.
        committed_at: time of the commit, seconds since the epoch.
    """

    commit: str | None
    tags: tuple[str, ...]
    dirty: tuple[str, ...]
    shallow: bool
    committed_at: int | None


class Destination(Record, frozen=True):
    """Where the release goes, and why there or nowhere.

    Attributes:
        index: `pypi`, `testpypi`, `none`, or the upload URL of another index.
        environment: the GitHub environment the publish job belongs to.
    """

    index: str
    publish: bool
    reason: str
    environment: str | None = None


BUILD = "build"
"""The name of the job that plans, validates and builds; the other jobs are named by its plan."""
SECOND_BUILD = "second-build"
"""The name, and the kind, of the job that builds the commit once more."""
PART = re.compile(
    rf"{BUILD}|{SECOND_BUILD}|(?:wheels|smoke)-(?:linux|macos|windows)-(?:x86_64|aarch64|arm64|AMD64|ARM64)"
)
"""The names of the jobs of a plan (planning/matrix.py)."""


class Job(Record, frozen=True):
    """One job of a workflow's matrices, which hands in a manifest of its own.

    Attributes:
        name: unique in the plan; the manifest of that job carries it as its `job`.
        kind: what a second build makes is compared with what the others made, and never published.
        platform: a key of `planning.matrix.RUNNERS`.
        runner: the label of the machine it runs on.
        archs: for a job that builds wheels the architectures it builds for, separated by commas.
        pythons: versions to smoke-test with, as actions/setup-python takes them, such as `3.13` or `3.14t`.
    """

    name: str
    kind: Literal["build", "second-build", "wheels", "smoke"]
    platform: str
    runner: str
    archs: str = ""
    pythons: tuple[str, ...] = ()


class Built(Record, frozen=True):
    """What one job built, as it puts it out for the jobs after it.

    Attributes:
        job: name of the job in the plan.
        attempt: the attempt of the run in which it built.
        files: filename to SHA-256 in lower-case hexadecimal.
    """

    job: str
    attempt: int
    files: dict[str, str]


class ExpectedFile(Record, frozen=True):
    """A file the release must contain.

    Attributes:
        pattern: the filename, with `*` for what only the build decides (a dynamic version, a platform tag).
        required: False for what only another machine of the build matrix can make.
        identifier: what cibuildwheel calls the wheel, such as `cp313-manylinux_x86_64`.
    """

    kind: Literal["sdist", "wheel"]
    pattern: str
    required: bool = True
    identifier: str | None = None


class Notes(Record, frozen=True):
    """What the changelog says about the version that is released.

    Attributes:
        file: the changelog, a path in the project with forward slashes.
        line: of the heading, counted from 1.
        text: what stands below the heading, as it is written there.
    """

    file: str
    line: int
    text: str


class Staging(Record, frozen=True):
    """A version for TestPyPI alone, under which a commit can be published there again and again.

    Attributes:
        version: the version; it sorts below `base`.
        base: the version that it stands before.
        reason: why that one, as the end of a sentence that names it.
        tag: for a version from git, the tag that names it, in the private copy and nowhere else.
    """

    version: str
    base: str
    reason: str
    tag: str | None = None


class Plan(Record, frozen=True):
    """Everything decided before anything runs.

    Attributes:
        version: the version that is built, where that is known: a staging version, or the one that is written down.
        declared_in: where the metadata is declared, as `ProjectFacts.declared_in` says it.
        ignored: the rules the project turned off, with its reasons.
        jobs: the jobs of a workflow that build and test; the gate waits for all of them.
        notes: what the changelog says about the version, where there is a release tag.
        staging: the version of a manual dispatch to TestPyPI, and why it is that one.
    """

    name: str | None
    version: str | None
    version_from: Literal["static", "dynamic"]
    backend: str
    kind: Literal["pure", "compiled"]
    layout: str
    requires_python: str | None
    pythons: tuple[str, ...]
    event: str
    ref: str | None
    tag: str | None
    tag_version: str | None
    git: Git | None
    expected: tuple[ExpectedFile, ...]
    destination: Destination
    declared_in: str = "pyproject.toml"
    ignored: dict[str, str] = {}
    jobs: tuple[Job, ...] = ()
    notes: Notes | None = None
    staging: Staging | None = None

    def job(self, name: str) -> Job | None:
        """Return the job of this name, if there is one."""
        return next((job for job in self.jobs if job.name == name), None)


class Artifact(Record, frozen=True):
    """One built distribution, by name, size in bytes and digest.

    Attributes:
        contents: paths inside, sorted; at most some hundreds.
        members: how many there are in all.
    """

    filename: str
    kind: Literal["sdist", "wheel"]
    size: int
    sha256: str
    name: str | None = None
    version: str | None = None
    requires_python: str | None = None
    tags: tuple[str, ...] = ()
    members: int = 0
    contents: tuple[str, ...] = ()


class Sbom(Record, frozen=True):
    """The software bill of materials of the release: a file beside the artifacts that says what its wheel installs.

    Attributes:
        size: in bytes.
        format: of the file, with its version.
        wheel: the artifact that was installed for it.
        components: how many distributions it lists beside the project itself.
        python: the Python that the requirements were resolved for.
        platform: the system that they were resolved for, as Python names it.
    """

    filename: str
    sha256: str
    size: int
    format: str
    wheel: str
    components: int
    python: str
    platform: str


class Ran(Record, frozen=True):
    """What was started or loaded in a smoke test and worked: a script with `--help`, a plugin, the project's commands.

    Attributes:
        said: the last line that a command of the project printed.
    """

    kind: Literal["script", "plugin", "smoke-command", "test-command"]
    name: str
    said: str = ""


class SmokeResult(Record, frozen=True):
    """One smoke test: an artifact in a clean environment.

    Attributes:
        origin: `file` for the artifact itself, `index` when it was installed from the index.
        imported: top-level names that were imported.
        ran: the scripts, plugins and commands of the project that worked.
        job: the job of a matrix it ran in, where that was another one.
        resolution: `highest` for the newest dependencies allowed, `lowest-direct` for the lowest.
    """

    artifact: str
    python: str
    installer: str
    origin: Literal["file", "index"]
    passed: bool
    seconds: float
    imported: tuple[str, ...] = ()
    ran: tuple[Ran, ...] = ()
    job: str = ""
    resolution: str = "highest"
    extra: str | None = None


class Untried(Record, frozen=True):
    """A smoke test that the project's claims ask for and that was not run, and why.

    Attributes:
        artifact: the file that was not installed, where it is one of the release.
        python: the Python that this file was not tried on, as smoke results name theirs.
    """

    smoke_test: str
    reason: str
    artifact: str = ""
    python: str = ""

    def was_run_later(self, results: Iterable[SmokeResult]) -> bool:
        """Return whether the smoke test was run after all, such as from the index that was published to."""
        return self.artifact != "" and any(
            (one.artifact, one.python) == (self.artifact, self.python) for one in results
        )


class StageResult(Record, frozen=True):
    """How a stage ended.

    Attributes:
        started: when it started, in seconds since the epoch, to the millisecond; None where nothing took time.
        reason: why it was skipped.
        job: the job of a matrix that ran it, where that was another one.
    """

    name: str
    outcome: Literal["done", "skipped", "failed"]
    seconds: float
    started: float | None = None
    reason: str | None = None
    job: str = ""
