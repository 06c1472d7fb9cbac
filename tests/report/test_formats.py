"""The formats for other programs: each is valid by its schema, and holds what the manifest says and nothing else."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
import tiny_project
from command_line import forked
from slipway import documentation
from slipway.manifest import Failure, Manifest
from slipway.records import Finding, Severity, SkippedRule, SmokeResult, StageResult, Untried, Where
from slipway.report import junit, sarif, short

SCHEMAS = Path(__file__).with_name("schemas")
XS = "{http://www.w3.org/2001/XMLSchema}"

ODD = 'a "value" <b>&amp; \x1b[31m\ufffe ::error::no ##[error]no\n::warning::no'
"""What a project could write to command a terminal, a runner or a reader of XML."""

SMOKED = SmokeResult(
    artifact="tiny-1.0-py3-none-any.whl",
    python="3.12.1",
    installer="uv",
    origin="file",
    passed=True,
    seconds=1234.5678,
    imported=("tiny",),
)


def finding(rule: str, severity: Severity, **fields) -> Finding:
    texts = {"message": f"{rule} is so.", "why": "It hurts.", "fix": "Mend it.", "stage": "validate"}
    return Finding(rule=rule, severity=severity, **{**texts, **fields})


FULL = Manifest(
    command="check",
    findings=(
        finding("readme-missing", Severity.WARNING),
        finding(
            "classifier-unknown", Severity.ERROR, message=ODD, where=Where(file="pyproject.toml", line=7)
        ),
        finding("classifier-unknown", Severity.ERROR, fix="Mend that.", where=Where(file="a b/ü.py")),
        finding("sdist-has-litter", Severity.NOTE, ignored="it is small"),
        finding(
            "wheel-has-litter",
            Severity.WARNING,
            stage="inspect",
            seen=ODD,
            where=Where(artifact=SMOKED.artifact, file="tiny/.DS_Store"),
            also=("tiny-1.0.tar.gz tiny/.DS_Store",),
        ),
        finding(
            "import-fails",
            Severity.ERROR,
            stage="smoke",
            message="tiny is broken.",
            where=Where(artifact=SMOKED.artifact),
        ),
    ),
    stages=(
        StageResult(name="plan", outcome="done", seconds=0.1),
        StageResult(name="validate", outcome="done", seconds=1.26),
        StageResult(name="inspect", outcome="done", seconds=0.3),
        StageResult(name="index", outcome="skipped", seconds=0, reason="nothing is released"),
        StageResult(name="smoke", outcome="done", seconds=2000.5),
    ),
    smoke_results=(SMOKED, msgspec.structs.replace(SMOKED, passed=False, python="3.13.1", imported=())),
    untried=(Untried(smoke_test="Python 3.14", reason="not on this machine"),),
)
STOPPED = Manifest(
    command="check",
    stages=(StageResult(name="build", outcome="failed", seconds=3),),
    failure=Failure(
        stage="build",
        happened=f"The build failed: {ODD}",
        cause="No.",
        remedy="Look.",
        log=(ODD, "last"),
        exit_code=3,
    ),
    broken_rules=(SkippedRule(rule="a-rule", reason=f"Traceback\n{ODD}", stage="build"),),
)
MANIFESTS = {"full": {"": FULL}, "stopped": {"": STOPPED}, "two": {"": FULL, "sub": STOPPED}, "none": {}}


# --- the schemas ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_bytes()))


def faults(element: ET.Element, schema: ET.Element) -> Iterator[str]:
    """What the schema says against an element: of XSD, it reads the parts that the schema of Jenkins is made of."""
    declared = schema.find(f"{XS}element[@name='{element.tag}']")
    if declared is None:
        yield f"{element.tag} is no element"
        return
    allowed = {one.get("name"): one for one in declared.iter(f"{XS}attribute")}
    yield from (f"{element.tag} has no attribute {name}" for name in element.keys() - allowed.keys())
    for name, attribute in allowed.items():
        if name not in element.keys() and attribute.get("use") == "required":  # noqa: SIM118 - not a dict
            yield f"{element.tag} needs {name}"
        named = schema.find(f"{XS}simpleType[@name='{attribute.get('type')}']//{XS}pattern")
        if named is not None and not re.fullmatch(named.get("value", ""), element.get(name or "", "")):
            yield f"{name}={element.get(name or '')!r} of {element.tag} has another form"
    inside = {one.get("ref") for one in declared.iter(f"{XS}element")}
    for child in element:
        if child.tag not in inside:
            yield f"{child.tag} stands in {element.tag}"
        yield from faults(child, schema)
    is_mixed = (
        declared.get("type") == "xs:string" or declared.find(f"{XS}complexType[@mixed='true']") is not None
    )
    if not is_mixed and (element.text or "").strip():
        yield f"{element.tag} holds text"


def parsed(document: str) -> ET.Element:
    return ET.fromstring(document.encode())  # noqa: S314 - our own


@pytest.mark.parametrize("manifests", MANIFESTS.values(), ids=MANIFESTS)
def test_each_format_is_valid_by_its_schema(sarif_schema, manifests):
    log = json.loads(sarif.render(manifests))
    assert [error.message for error in sarif_schema.iter_errors(log)] == []
    schema = parsed((SCHEMAS / "junit-10.xsd").read_text("utf-8"))
    assert list(faults(parsed(junit.render(manifests)), schema)) == []


# --- what they hold ------------------------------------------------------------------------------------------


def test_short_is_a_line_for_each_finding():
    shown = 'a "value" <b>&amp; \\u001b[31m\ufffe ::error::no # #[error]no ::warning::no'
    within = "tiny-1.0-py3-none-any.whl"
    assert short.render({"sub": FULL}).splitlines() == [
        f"sub/pyproject.toml:7: error: {shown} [classifier-unknown]",
        "sub/a b/ü.py:1: error: classifier-unknown is so. [classifier-unknown]",
        f"sub/pyproject.toml:1: error: {within}: tiny is broken. [import-fails]",
        "sub/pyproject.toml:1: warning: readme-missing is so. [readme-missing]",
        f"sub/pyproject.toml:1: warning: {within} tiny/.DS_Store: wheel-has-litter is so. [wheel-has-litter]",
    ]
    assert [line.rpartition(" ")[2] for line in short.render({"": STOPPED}).splitlines()] == [
        "[build]",
        "[a-rule]",
    ]


def test_a_rule_of_sarif_leads_to_its_page(monkeypatch, sarif_schema):
    monkeypatch.setattr(documentation, "source", lambda _: "https://github.com/someone/slipway/blob/v1")
    finding = Finding(
        rule="a-rule", family="wheel", severity=Severity.ERROR, message="M.", why="W.", fix="F."
    )
    log = json.loads(sarif.render({"": Manifest(command="inspect", findings=(finding,))}))
    sarif_schema.validate(log)
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://github.com/someone/slipway/blob/v1/docs/rules/wheel.md#a-rule"


def test_sarif_places_findings_in_files_of_the_repository():
    (run,) = json.loads(sarif.render({"sub": FULL}))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["classifier-unknown", "import-fails", "readme-missing", "wheel-has-litter"]
    assert [rules[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
    physical = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [(one["artifactLocation"]["uri"], one["region"]["startLine"]) for one in physical] == [
        ("sub/pyproject.toml", 7),
        ("sub/a%20b/%C3%BC.py", 1),
        ("sub/pyproject.toml", 1),
        ("sub/pyproject.toml", 1),
        ("sub/pyproject.toml", 1),
    ]
    assert run["results"][1]["message"]["text"].endswith("What to do: Mend that.")
    logical = run["results"][-1]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert logical == "tiny-1.0-py3-none-any.whl/tiny/.DS_Store"
    (invocation,) = json.loads(sarif.render({"": STOPPED}))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["descriptor"]["id"] for one in invocation["toolExecutionNotifications"]] == [
        "build",
        "a-rule",
    ]


def test_junit_fails_what_blocks_and_skips_what_was_not_tried():
    document = junit.render({"": FULL})
    top = parsed(document)
    assert {name: top.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "11",
        "failures": "4",
        "errors": "0",
    }
    cases = {case.get("name"): case for case in top.iter("testcase")}
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    assert failed == {
        "classifier-unknown: pyproject.toml:7",
        "classifier-unknown: a b/ü.py",
        "import-fails: tiny-1.0-py3-none-any.whl",
        "tiny-1.0-py3-none-any.whl on Python 3.13.1, uv",
    }
    assert cases["tiny-1.0-py3-none-any.whl on Python 3.13.1, uv"].findtext("failure") == "tiny is broken."
    skipped = {
        name: case.find("skipped").get("message")
        for name, case in cases.items()
        if case.find("skipped") is not None
    }
    assert skipped == {
        "index": "nothing is released",
        "Python 3.14": "not on this machine",
        "sdist-has-litter: sdist-has-litter is so.": "ignored: it is small",
    }
    # No line of it commands a runner, and a reader of XML sees the text as it was.
    assert "::" not in document
    assert "##[" not in document
    assert "::error::no ##[error]no" in cases["classifier-unknown: pyproject.toml:7"].find("failure").get(
        "message"
    )
    (error,) = [
        e for e in parsed(junit.render({"": STOPPED})).iter("error") if "build failed" in e.get("message")
    ]
    assert error.text.endswith("last")


# --- the command line ----------------------------------------------------------------------------------------


def test_stdout_holds_the_document_alone(tmp_path, sarif_schema):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    project = tiny_project.make(tmp_path / "packages" / "tiny")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.replace("[project.urls]", 'classifiers = ["No :: Such"]\n[project.urls]')
    )
    summary = tmp_path / "summary.md"
    on_github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_EVENT_NAME": "push"}

    ended = forked("validate", "--format=sarif", project, environ=on_github)
    assert ended.exit_code == 1, ended
    log = json.loads(ended.stdout)
    sarif_schema.validate(log)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "packages/tiny/pyproject.toml"
    assert place["region"]["startLine"] == text.count("\n", 0, text.index("[project.urls]")) + 1
    assert "classifier-unknown" in summary.read_text()

    ended = forked("validate", cwd=project, environ={"SLIPWAY_FORMAT": "short"})
    first, *others = ended.stdout.splitlines()
    assert re.fullmatch(r'pyproject\.toml:\d+: error: "No :: Such".+\[classifier-unknown\]', first), ended
    assert all(re.fullmatch(r"pyproject\.toml:\d+: note: .+ \[[a-z-]+\]", line) for line in others), ended

    ended = forked("validate", "--format=junit", "--all-projects", tmp_path)
    assert [suite.get("name") for suite in parsed(ended.stdout)] == [
        f"tiny-project: {s}" for s in ("plan", "validate", "index")
    ]

    assert (
        forked("validate", "--format=json", project).manifest["findings"][0]["rule"] == "classifier-unknown"
    )
    refused = forked("validate", "--format=short", "--json", project)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "ask for two documents" in refused.stderr
