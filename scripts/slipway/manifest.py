"""The manifest: the one thing handed from stage to stage, job to job and machine to machine.

Everything in it is frozen; a stage returns an `Addition` and the pipeline merges it. The JSON Schema beside
this file (`manifest.schema.json`) is generated from these records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from slipway import findings, system
from slipway.comparison import BuiltTwice, Comparison
from slipway.errors import ExitCode, InputError, SlipwayError
from slipway.publication import Announced, OnIndex, Page, Publisher, Receipt, Recovery, Served
from slipway.records import (
    PART,
    Artifact,
    Finding,
    Plan,
    Record,
    Sbom,
    Severity,
    SkippedRule,
    SmokeResult,
    StageResult,
    Untried,
)

SCHEMA_VERSION = 1
FILENAME = "manifest.json"
SET_UP = "set-up"
"""In the list of stages: making the environment of Slipway itself, where that was not there."""

_STAGE_OF_ORIGIN = {"file": "smoke", "index": "verify"}
"""The stage that runs the smoke tests of each origin."""


class Failure(Record, frozen=True):
    """The error that ended the run early, in the order in which it is shown.

    Attributes:
        recovery: where the release stands, if it had begun.
    """

    stage: str
    happened: str
    cause: str
    remedy: str
    read: str | None = None
    log: tuple[str, ...] = ()
    exit_code: int = int(ExitCode.TOOL)
    recovery: Recovery | None = None

    @classmethod
    def from_error(cls, error: SlipwayError, *, stage: str) -> Failure:
        """Return the record of an error."""
        return cls(
            stage=stage,
            happened=error.happened,
            cause=error.cause,
            remedy=error.remedy,
            read=error.read,
            log=error.log,
            exit_code=int(error.exit_code),
        )


class Addition(Record, frozen=True):
    """What one stage adds to the manifest; empty fields add nothing.

    Attributes:
        failure: the error that ended the stage, where part of its work was already done.
        skipped: why the stage had nothing to do.
        stages: what other jobs ran, for the one that brings their work together.
    """

    plan: Plan | None = None
    artifacts: tuple[Artifact, ...] | None = None
    findings: tuple[Finding, ...] = ()
    skipped_rules: tuple[SkippedRule, ...] = ()
    broken_rules: tuple[SkippedRule, ...] = ()
    smoke_results: tuple[SmokeResult, ...] = ()
    untried: tuple[Untried, ...] = ()
    on_index: OnIndex | None = None
    receipts: tuple[Receipt, ...] = ()
    served: tuple[Served, ...] = ()
    publisher: Publisher | None = None
    failure: Failure | None = None
    skipped: str | None = None
    stages: tuple[StageResult, ...] = ()
    page: Page | None = None
    announced: Announced | None = None
    comparison: Comparison | None = None
    built_twice: tuple[BuiltTwice, ...] = ()
    sbom: Sbom | None = None


class Manifest(Record, frozen=True):
    """Everything about one release, from the plan to what the index serves.

    Attributes:
        slipway: version of the Slipway that wrote it.
        command: the command that wrote it last.
        fail_on: the mildest finding that blocks.
        job: the job of a matrix this was written in, where there is a matrix.
        attempt: how often the run had been started then; a rerun counts on.
        on_index: what the index showed when it was asked, None where nobody asked it.
        publisher: who publishes, where a trusted publisher does.
        failure: the error that ended the last command early.
        page: what the index will show.
        announced: the release on GitHub.
        comparison: how it differs from the last release; None where nobody compared them.
        built_twice: how each artifact differs from the one that a second build made.
        sbom: the software bill of materials beside the artifacts.
    """

    schema_version: int = SCHEMA_VERSION
    slipway: str = ""
    command: str = ""
    job: str = ""
    attempt: int = 1
    fail_on: Severity = Severity.ERROR
    plan: Plan | None = None
    artifacts: tuple[Artifact, ...] = ()
    stages: tuple[StageResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    skipped_rules: tuple[SkippedRule, ...] = ()
    broken_rules: tuple[SkippedRule, ...] = ()
    smoke_results: tuple[SmokeResult, ...] = ()
    untried: tuple[Untried, ...] = ()
    on_index: OnIndex | None = None
    receipts: tuple[Receipt, ...] = ()
    served: tuple[Served, ...] = ()
    publisher: Publisher | None = None
    failure: Failure | None = None
    page: Page | None = None
    announced: Announced | None = None
    comparison: Comparison | None = None
    built_twice: tuple[BuiltTwice, ...] = ()
    sbom: Sbom | None = None

    def without(self, stages: Sequence[str]) -> Manifest:
        """Return this manifest without what these stages added before, for a run that does them again."""
        # Publishing asks the index anew, and judges what it shows then.
        again = {*stages, *(["index"] if "publish" in stages else [])}
        return msgspec.structs.replace(
            self,
            stages=tuple(stage for stage in self.stages if stage.name not in again),
            findings=tuple(finding for finding in self.findings if finding.stage not in again),
            skipped_rules=tuple(rule for rule in self.skipped_rules if rule.stage not in again),
            broken_rules=tuple(rule for rule in self.broken_rules if rule.stage not in again),
            smoke_results=tuple(r for r in self.smoke_results if _STAGE_OF_ORIGIN[r.origin] not in again),
            untried=() if "smoke" in again else self.untried,
            on_index=None if "index" in again else self.on_index,
            receipts=() if "publish" in again else self.receipts,
            served=() if "verify" in again else self.served,
            failure=None,
            page=None if "inspect" in again else self.page,
            announced=None if "announce" in again else self.announced,
            comparison=None if "compare" in again else self.comparison,
            built_twice=() if "agree" in again else self.built_twice,
            sbom=None if "sbom" in again else self.sbom,
        )

    def with_addition(self, addition: Addition, *, stage: str) -> Manifest:
        """Return this manifest with what a stage adds; artifacts replace those of the same filename."""
        artifacts = {artifact.filename: artifact for artifact in self.artifacts}
        artifacts.update({artifact.filename: artifact for artifact in addition.artifacts or ()})
        untried = (*self.untried, *addition.untried)
        smoke_results = self.smoke_results + addition.smoke_results
        return msgspec.structs.replace(
            self,
            plan=addition.plan or self.plan,
            artifacts=tuple(artifacts.values()),
            findings=findings.merged(self.findings + findings.of_stage(stage, addition.findings)),
            skipped_rules=self.skipped_rules + findings.of_stage(stage, addition.skipped_rules),
            broken_rules=self.broken_rules + findings.of_stage(stage, addition.broken_rules),
            smoke_results=smoke_results,
            untried=tuple(one for one in untried if not one.was_run_later(smoke_results)),
            on_index=addition.on_index or self.on_index,
            receipts=self.receipts + addition.receipts,
            served=self.served + addition.served,
            publisher=addition.publisher or self.publisher,
            failure=addition.failure or self.failure,
            page=addition.page or self.page,
            announced=addition.announced or self.announced,
            comparison=addition.comparison or self.comparison,
            built_twice=self.built_twice + addition.built_twice,
            sbom=addition.sbom or self.sbom,
            stages=self.stages + addition.stages,
        )

    def planned(self) -> Plan:
        """Return the plan.

        Raises:
            InputError: there is none.
        """
        if self.plan is None:
            raise InputError(
                "There is no plan to go by.",
                cause="The manifest was written by a command that does not plan.",
                remedy="Run `slipway check` in the project; it plans first.",
            )
        return self.plan

    @property
    def is_part(self) -> bool:
        """Whether one of the jobs wrote it that a job after them brings together and speaks for."""
        return bool(PART.fullmatch(self.job))

    @property
    def name(self) -> str:
        """The project's name: as built, else as planned; empty where neither is known."""
        built = next((artifact.name for artifact in self.artifacts if artifact.name), None)
        return built or (self.plan.name if self.plan else None) or ""

    @property
    def version(self) -> str | None:
        """The version: as built, else as planned."""
        built = next((artifact.version for artifact in self.artifacts if artifact.version), None)
        return built or (self.plan.version if self.plan else None)

    @property
    def index(self) -> str | None:
        """The index the plan names."""
        return self.plan.destination.index if self.plan else None

    @property
    def ignored(self) -> dict[str, str]:
        """The rules the project turned off, with its reasons."""
        return self.plan.ignored if self.plan else {}

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that block: errors, and warnings or notes where `fail_on` asks for it."""
        return tuple(f for f in self.findings if f.ignored is None and f.severity.rank <= self.fail_on.rank)

    @property
    def explaining(self) -> tuple[Finding, ...]:
        """The findings that explain why the run failed.

        Where the project is at fault, these are all that block; else those whose value the tool named, wrapped or not.
        """
        failure = self.failure
        if failure is None or failure.stage not in {"build", "smoke"}:
            return ()
        words = " ".join(" ".join((failure.happened, failure.cause, *failure.log)).split())
        is_project = failure.exit_code == ExitCode.FINDINGS
        return tuple(f for f in self.blocking if is_project or (f.seen and f.seen in words))

    @property
    def exit_code(self) -> ExitCode:
        """The exit code a command ends with when this is its result."""
        if self.broken_rules:
            return ExitCode.BUG
        if self.failure is not None:
            return ExitCode.FINDINGS if self.explaining else ExitCode(self.failure.exit_code)
        return ExitCode.FINDINGS if self.blocking else ExitCode.CLEAN


def to_json(record: object) -> bytes:
    """Return a record, or a dict of records, as indented JSON, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def write_manifest(manifest: Manifest, work: Path) -> Path:
    """Write the manifest into the work folder, in one step, and return its path.

    Raises:
        OSError: the folder cannot be written.
    """
    path = work / FILENAME
    partial = path.with_suffix(".partial")
    partial.write_bytes(to_json(manifest))
    system.retried(lambda: partial.replace(path))
    return path


def read_manifest(path: Path, *, digest: str | None = None) -> Manifest:
    """Read a manifest written by this or an earlier run.

    Args:
        path: the file.
        digest: the SHA-256 that it must have, in hexadecimal.

    Raises:
        InputError: there is none, it cannot be read, it has another digest, or it is not one of ours.
    """
    try:
        data = path.read_bytes()
        if digest is not None and (found := hashlib.sha256(data).hexdigest()) != digest.strip().lower():
            raise InputError(
                f"{path} is not the manifest that was checked: its SHA-256 is {found}, not {digest.strip()[:64]}.",
                cause="Another job uploaded a manifest under this name, or the digest is of another run.",
                remedy="Do not publish these files. Look at the jobs of the run, then start all of them again.",
            )
        manifest = msgspec.json.decode(data, type=Manifest)
    except OSError as error:
        raise InputError(
            f"The manifest {path} cannot be read: {error.strerror}.",
            cause="This command goes on from an earlier one, and there is nothing to go on from.",
            remedy="Run `slipway check` first, or name the folder it worked in with --work.",
        ) from error
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path} is not a Slipway manifest: {error}.",
            cause="The file was edited, cut short, or written by another version of Slipway.",
            remedy="Make it again with `slipway check`.",
        ) from error
    if manifest.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{path} has schema version {manifest.schema_version}; this Slipway reads {SCHEMA_VERSION}.",
            cause="The jobs of one release run different versions of Slipway.",
            remedy="Use the same Slipway commit in every job of the workflow.",
        )
    return manifest


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
