"""Findings in SARIF 2.1.0, which code scanning and many editors read.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub takes of it, and that each result
needs a file of the repository: "SARIF support for code scanning" in its documentation.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from slipway import __version__, documentation, findings
from slipway.errors import ExitCode
from slipway.manifest import Manifest
from slipway.records import Finding, Severity
from slipway.report import recovery
from slipway.report.source_place import inside, project_file

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
TOP = "%SRCROOT%"
"""The name that SARIF and GitHub use for the top folder of the repository."""

PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
"""What GitHub calls the severities; those of SARIF have our own words."""

Node = dict[str, Any]


def render(manifests: Mapping[str, Manifest]) -> str:
    """Return a SARIF log with a run for each project, without what the projects ignore.

    Args:
        manifests: the manifest of each project, by its folder from the top of the repository.
    """
    runs = [_run(manifest, folder) for folder, manifest in manifests.items()]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2) + "\n"


def _run(manifest: Manifest, folder: str) -> Node:
    found = [finding for finding in findings.ordered(manifest.findings) if finding.ignored is None]
    first: dict[str, Finding] = {}
    for finding in found:
        first.setdefault(finding.rule, finding)
    numbers = {rule: number for number, rule in enumerate(first)}
    driver = {
        "name": "Slipway",
        "version": __version__,
        "rules": [_rule(finding) for finding in first.values()],
    }
    return {
        "tool": {"driver": driver},
        # GitHub keeps the alerts of each category apart: what stands before the last slash.
        "automationDetails": {"id": f"slipway/{manifest.name or folder or 'project'}/"},
        "originalUriBaseIds": {TOP: {"description": {"text": "The top folder of the repository."}}},
        "invocations": [_invocation(manifest)],
        "results": [
            _result(finding, manifest, folder, first=first[finding.rule], number=numbers[finding.rule])
            for finding in found
        ],
    }


def _rule(finding: Finding) -> Node:
    address = documentation.address(finding)
    return {
        "id": finding.rule,
        **({"helpUri": address} if address else {}),
        "shortDescription": {"text": finding.rule.replace("-", " ").capitalize()},
        "fullDescription": {"text": finding.why},
        "help": {
            "text": f"Why it matters: {finding.why}\nWhat to do: {finding.fix}",
            "markdown": f"**Why it matters.** {finding.why}\n\n**What to do.** {finding.fix}",
        },
        "defaultConfiguration": {"level": finding.severity.value},
        "properties": {"problem.severity": PROBLEMS[finding.severity], "tags": ["packaging"]},
    }


def _result(finding: Finding, manifest: Manifest, folder: str, *, first: Finding, number: int) -> Node:
    parts = [finding.message]
    parts += [f"Also: {place}" for place in finding.also]
    # The help of a rule is that of its first finding; a fix may be more exact than another one.
    parts += [f"What to do: {finding.fix}"] if finding.fix != first.fix else []
    seen = {"seen": finding.seen, "expected": finding.expected, "stage": finding.stage}
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": finding.severity.value,
        "message": {"text": "\n".join(parts)},
        "locations": [_location(finding, manifest, folder)],
        "properties": {name: value for name, value in seen.items() if value is not None},
    }


def _location(finding: Finding, manifest: Manifest, folder: str) -> Node:
    where = finding.where
    if where.artifact is None and where.file is not None:
        return {"physicalLocation": _place(inside(folder, where.file), where.line or 1)}
    # Only a file of the repository can be shown; what was found in an artifact is shown where it is declared.
    location: Node = {"physicalLocation": _place(inside(folder, project_file(manifest)), 1)}
    if where.artifact is not None:
        path = "/".join(filter(None, (where.artifact, where.file)))
        location["logicalLocations"] = [{"fullyQualifiedName": path, "kind": "resource"}]
        location["message"] = {"text": f"In {path}"}
    return location


def _place(path: str, line: int) -> Node:
    return {"artifactLocation": {"uri": quote(path), "uriBaseId": TOP}, "region": {"startLine": line}}


def _invocation(manifest: Manifest) -> Node:
    ended = int(manifest.exit_code)
    return {
        "executionSuccessful": ended in {ExitCode.CLEAN, ExitCode.FINDINGS},
        "exitCode": ended,
        "toolExecutionNotifications": [*_notifications(manifest)],
    }


def _notifications(manifest: Manifest) -> Iterator[Node]:
    if manifest.failure is not None:
        failure = manifest.failure
        text = (
            f"{failure.happened}\nLikely cause: {failure.cause}\nWhat to do: {recovery.what_to_do(failure)}"
        )
        yield {"level": "error", "message": {"text": text}, "descriptor": {"id": failure.stage}}
    for rule in manifest.broken_rules:
        yield {"level": "error", "message": {"text": rule.reason}, "descriptor": {"id": rule.rule}}
