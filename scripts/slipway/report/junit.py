"""The smoke tests and the findings in JUnit's XML, which the reports of tests of most CI systems read.

There is no one specification; this keeps to the schema of Jenkins, which the others read as well:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from slipway import findings
from slipway.manifest import Manifest
from slipway.records import Finding, SmokeResult, StageResult
from slipway.report import recovery, verdict
from slipway.report.source_place import inside
from slipway.runner.base import printable

ORIGINS = {"smoke": "file", "verify": "index"}
"""The stages that run smoke tests, with the origin of what they try."""

_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 does not allow, beside the control characters."""


def render(manifests: Mapping[str, Manifest]) -> str:
    """Return one document: a suite for each stage, in it a case for each smoke test and each finding.

    What blocks is a failure, what a project ignores and what was not tried is skipped, and what is worth knowing passes
    with its text. A stage without any is one case that passes.

    Args:
        manifests: the manifest of each project, by its folder from the top of the repository.
    """
    top = ET.Element("testsuites", name="slipway")
    for folder, manifest in manifests.items():
        for stage in _stages(manifest):
            top.append(_suite(manifest, stage, folder))
    for count in ("tests", "failures", "errors"):
        top.set(count, str(sum(int(suite.get(count, "0")) for suite in top)))
    ET.indent(top)
    document = ET.tostring(top, encoding="unicode")
    # A runner obeys `::command::` and `##[command]`; a reference is the same text to every reader of XML.
    shown = document.replace("::", "&#58;:").replace("##[", "##&#91;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{shown}\n'


def _stages(manifest: Manifest) -> list[StageResult]:
    """Return the stages that ran, each once, and those that something is said of."""
    ran = {stage.name: stage for stage in manifest.stages}
    named = [finding.stage or manifest.command for finding in manifest.findings]
    named += [manifest.failure.stage] if manifest.failure else []
    for name in named:
        ran.setdefault(name, StageResult(name=name, outcome="done", seconds=0))
    return [*ran.values()]


def _suite(manifest: Manifest, stage: StageResult, folder: str) -> ET.Element:
    found = [
        one for one in findings.ordered(manifest.findings) if (one.stage or manifest.command) == stage.name
    ]
    cases = [*_smoke(manifest, stage.name, found), *(_finding(one, manifest, folder) for one in found)]
    cases += [*_faults(manifest, stage)]
    if not cases:
        case = _case(stage.name, stage.name, stage.seconds)
        if stage.outcome == "skipped":
            _add(case, "skipped", stage.reason or "skipped")
        cases = [case]
    project = f"{manifest.name}: " if manifest.name else ""
    suite = ET.Element("testsuite", name=_text(f"{project}{stage.name}"), tests=str(len(cases)))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{stage.seconds:.3f}")
    suite.extend(cases)
    return suite


def _smoke(manifest: Manifest, stage: str, found: list[Finding]) -> Iterator[ET.Element]:
    for result in manifest.smoke_results:
        if result.origin == ORIGINS.get(stage):
            yield _tried(result, stage, found)
    for untried in manifest.untried if stage == "smoke" else ():
        case = _case(stage, untried.smoke_test)
        _add(case, "skipped", untried.reason)
        yield case


def _tried(result: SmokeResult, stage: str, found: list[Finding]) -> ET.Element:
    name = f"{result.artifact} on Python {result.python}, {', '.join(verdict.how(result))}"
    case = _case(stage, f"{name} ({result.job})" if result.job else name, result.seconds)
    if not result.passed:
        about = [one.message for one in found if one.where.artifact in {None, result.artifact}]
        _add(case, "failure", f"{name} failed.", "\n".join(about))
    elif said := [f"imported {', '.join(result.imported)}"] * bool(result.imported) + verdict.worked(result):
        ET.SubElement(case, "system-out").text = _text("\n".join(said))
    return case


def _finding(finding: Finding, manifest: Manifest, folder: str) -> ET.Element:
    where = finding.where
    file = inside(folder, where.file) if where.file and where.artifact is None else where.file
    place = " ".join(filter(None, (where.artifact, f"{file}:{where.line}" if file and where.line else file)))
    case = _case(
        f"{finding.stage or manifest.command}.{finding.rule}", f"{finding.rule}: {place or finding.message}"
    )
    text = f"{finding.severity.value}: {finding.message}\nWhy: {finding.why}\nFix: {finding.fix}"
    if finding.ignored is not None:
        _add(case, "skipped", f"ignored: {finding.ignored}")
    elif finding in manifest.blocking:
        _add(case, "failure", finding.message, text, kind=finding.severity.value)
    else:
        ET.SubElement(case, "system-out").text = _text(text)
    return case


def _faults(manifest: Manifest, stage: StageResult) -> Iterator[ET.Element]:
    failure = manifest.failure
    if failure is not None and failure.stage == stage.name:
        case = _case(stage.name, f"{stage.name} ended early", stage.seconds)
        text = f"Likely cause: {failure.cause}\nWhat to do: {recovery.what_to_do(failure)}"
        _add(case, "error", failure.happened, "\n".join((text, *failure.log)))
        yield case
    for rule in manifest.broken_rules:
        if rule.stage == stage.name:
            case = _case(f"{stage.name}.{rule.rule}", rule.rule)
            _add(case, "error", "Slipway has a bug in this rule.", rule.reason)
            yield case


def _case(group: str, name: str, seconds: float = 0) -> ET.Element:
    return ET.Element(
        "testcase", classname=_text(f"slipway.{group}"), name=_text(name), time=f"{seconds:.3f}"
    )


def _add(case: ET.Element, tag: str, message: str, text: str = "", *, kind: str = "") -> None:
    child = ET.SubElement(case, tag, message=_text(message))
    if kind:
        child.set("type", kind)
    child.text = _text(text) or None


def _text(text: str) -> str:
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(text))
