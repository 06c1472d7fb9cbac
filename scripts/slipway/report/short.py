"""A line for each finding, as editors and other programs read them: `file:line: severity: message [rule]`."""

from collections.abc import Iterator, Mapping

from slipway import findings
from slipway.manifest import Manifest
from slipway.records import Finding
from slipway.report import recovery
from slipway.report.source_place import inside, project_file
from slipway.runner.base import printable
from slipway.runner.github import without_commands


def render(manifests: Mapping[str, Manifest]) -> str:
    """Return the findings of a run, the gravest of each project first; what a project ignores is left out.

    Args:
        manifests: the manifest of each project, by its folder as paths are to begin with it.
    """
    lines = (line for folder, manifest in manifests.items() for line in _lines(manifest, folder))
    return "".join(f"{without_commands(printable(' '.join(line.split())))}\n" for line in lines)


def _lines(manifest: Manifest, folder: str) -> Iterator[str]:
    for finding in findings.ordered(manifest.findings):
        if finding.ignored is None:
            yield f"{_place(manifest, finding, folder)}: {finding.severity.value}: {_said(finding)} [{finding.rule}]"
    declared = inside(folder, project_file(manifest))
    if manifest.failure is not None and not manifest.explaining:
        failure = manifest.failure
        said = f"{failure.happened} {failure.cause} {recovery.what_to_do(failure)}"
        yield f"{declared}:1: error: {said} [{failure.stage}]"
    for rule in manifest.broken_rules:
        yield f"{declared}:1: error: Slipway has a bug in this rule: {rule.reason} [{rule.rule}]"


def _place(manifest: Manifest, finding: Finding, folder: str) -> str:
    where = finding.where
    if where.artifact is not None or where.file is None:
        return f"{inside(folder, project_file(manifest))}:1"
    return f"{inside(folder, where.file)}:{where.line or 1}"


def _said(finding: Finding) -> str:
    within = " ".join(
        filter(None, (finding.where.artifact, finding.where.file if finding.where.artifact else None))
    )
    return f"{within}: {finding.message}" if within else finding.message
