"""Findings as annotations, on the file and line they come from."""

from pathlib import Path

from slipway.manifest import Manifest
from slipway.records import Finding, Severity
from slipway.report import recovery
from slipway.runner import Runner
from slipway.runner.base import Level

LEVELS: dict[Severity, Level] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def show(manifest: Manifest, runner: Runner, *, project: Path) -> None:
    """Annotate every finding that is not ignored, and the failure if there is one.

    Each cause is annotated once in a run: by the job that decides for those before it, and what it annotated not again
    by those after it.

    Args:
        manifest: the manifest of the run.
        runner: where the annotations go.
        project: the project's folder, which the paths in findings start from.
    """
    if manifest.is_part:
        return
    goes_on = manifest.command in {"publish", "verify", "announce"}
    for finding in manifest.findings:
        if finding.ignored is None and (not goes_on or finding.stage == manifest.command):
            _annotate(finding, runner, project)
    # A finding that explains the failure is annotated already.
    if manifest.failure is not None and not manifest.explaining:
        failure = manifest.failure
        message = (
            f"{failure.happened}\nLikely cause: {failure.cause}\nWhat to do: {recovery.what_to_do(failure)}"
        )
        runner.annotate("error", message, title=f"Slipway: {failure.stage}")
    for rule in manifest.broken_rules:
        runner.annotate("error", rule.reason, title=f"Slipway has a bug in the rule {rule.rule}")


def _annotate(finding: Finding, runner: Runner, project: Path) -> None:
    inside = finding.where.artifact is not None
    lead = f"{finding.where.artifact}: " if inside else ""
    message = f"{lead}{finding.message}\nWhy: {finding.why}\nFix: {finding.fix}"
    runner.annotate(
        LEVELS[finding.severity],
        message,
        title=finding.rule,
        # A path inside an artifact is not a path of the checkout, so GitHub has no line to show it at.
        file=None if inside or finding.where.file is None else project / finding.where.file,
        line=None if inside else finding.where.line,
    )
