"""One cause is one finding, with every place it was seen in."""

from typing import Any

import msgspec
from slipway import findings
from slipway.manifest import Addition, Manifest
from slipway.records import Finding, Severity, Where

BASE = Finding(rule="a-rule", severity=Severity.ERROR, message="It is wrong.", why="W.", fix="F.", seen="x")
SOURCE = Where(file="pyproject.toml", line=3)


def found(**changes: Any) -> Finding:
    return msgspec.structs.replace(BASE, **changes)


def artifact(name: str) -> Where:
    return Where(artifact=name, file="PKG-INFO", line=4)


def test_what_source_and_artifacts_repeat_is_one_finding_with_all_places() -> None:
    first = Addition(findings=(found(where=SOURCE),))
    then = Addition(findings=(found(where=artifact("a.tar.gz")), found(where=artifact("a.whl"))))
    manifest = Manifest().with_addition(first, stage="validate").with_addition(then, stage="inspect")
    [finding] = manifest.findings
    assert finding.stage == "validate"
    assert findings.places(finding) == ("pyproject.toml:3", "a.tar.gz PKG-INFO:4", "a.whl PKG-INFO:4")


def test_another_value_is_another_finding() -> None:
    assert len(findings.merged([BASE, found(seen="y"), found(message="It differs.")])) == 2 + 1


def test_rules_that_share_a_cause_give_the_gravest() -> None:
    mild = found(rule="sdist-rule", severity=Severity.NOTE, cause="c: x", where=artifact("a.tar.gz"))
    grave = found(rule="wheel-rule", cause="c: x", where=artifact("a.whl"))
    [finding] = findings.merged([mild, grave])
    assert (finding.rule, finding.also) == ("wheel-rule", ("a.tar.gz PKG-INFO:4",))
    assert len(findings.merged([mild, found(cause="c: y")])) == 2


def test_of_one_cause_a_smoke_test_says_more_than_the_file() -> None:
    in_file = found(rule="wheel-rule", cause="c: x", where=artifact("a.whl"), stage="inspect")
    [finding] = findings.merged([in_file, found(rule="smoke-rule", cause="c: x", stage="smoke")])
    assert (finding.rule, finding.also) == ("smoke-rule", ("a.whl PKG-INFO:4",))


def test_what_a_project_ignores_stays_the_finding_of_its_rule() -> None:
    one, other = (found(rule=rule, cause="c: x", ignored="why") for rule in ("sdist-rule", "wheel-rule"))
    assert len(findings.merged([one, other])) == 2
    assert len(findings.merged([BASE, found(ignored="why")])) == 2


def test_what_several_jobs_and_pythons_say_is_one_finding() -> None:
    pythons = {
        "smoke-linux-3.12": "3.12.1",
        "smoke-linux-3.13": "3.13.0, 3.14.0t",
        "smoke-macos-3.12": "3.12.1",
    }
    said = [
        found(
            message=f"It fails with Python {python}.",
            job=job,
            stage="smoke",
            seen=f"/somewhere/{job}",
            where=Where(),
        )
        for job, python in pythons.items()
    ]
    [finding] = findings.merged(said)
    assert finding.message == "It fails with Python 3.12.1, 3.13.0, 3.14.0t."
    assert findings.places(finding) == tuple(f"({job})" for job in pythons)
