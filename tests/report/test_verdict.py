"""The verdict says what the run saw, clause by clause, and nothing else."""

from typing import Any

import msgspec
import pytest
import tiny_plan
from slipway.errors import ExitCode
from slipway.manifest import Failure, Manifest
from slipway.publication import OnIndex, Receipt
from slipway.records import Artifact, Finding, Ran, Severity, SmokeResult, StageResult, Staging
from slipway.report import markdown, terminal, verdict

ARTIFACTS = tuple(
    Artifact(filename=name, kind=kind, size=1, sha256="a" * 64, name="tiny", version="1.0")  # type: ignore[arg-type]
    for name, kind in (("tiny-1.0.tar.gz", "sdist"), ("tiny-1.0-py3-none-any.whl", "wheel"))
)
INSTALLED = SmokeResult(
    artifact="tiny-1.0-py3-none-any.whl",
    python="3.12.1",
    installer="uv",
    origin="file",
    passed=True,
    seconds=0.1,
    imported=("tiny",),
)
NEW, KNOWN = (OnIndex(index="PyPI", project=project, version=False) for project in (False, True))


STAGING = Staging(version="1.0.dev7701", base="1.0", reason="which the project declares and no tag names yet")
STAGED = msgspec.structs.replace(tiny_plan.PLAN, version=STAGING.version, staging=STAGING)
STAGED_VERSION = (
    "1.0.dev7701 is a staging version for TestPyPI, made for this run so that the commit can be published there again; it "
    "sorts below 1.0, which the project declares and no tag names yet."
)


def changed(record: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(record, **changes)


def ended(*stages: str, command: str = "check", skipped: str = "", **changes: Any) -> Manifest:
    """Return the manifest of a command that ran these stages, and skipped the index for a reason."""
    results = [StageResult(name=name, outcome="done", seconds=1.0) for name in stages]
    if skipped:
        results.append(StageResult(name="index", outcome="skipped", seconds=0.0, reason=skipped))
    return Manifest(command=command, stages=tuple(results), **{"artifacts": ARTIFACTS, **changes})


BUILT = ("plan", "validate", "build", "inspect")

SENTENCES: dict[str, tuple[Manifest, str]] = {
    "a plan": (ended("plan", command="plan", artifacts=()), "The project has a plan."),
    "a source": (
        ended("plan", "validate", command="validate", artifacts=()),
        "The project passes validation; nothing was built.",
    ),
    "files": (ended("inspect", command="inspect"), "tiny 1.0 passes inspection. No index was asked."),
    "a build": (ended("plan", "build", command="build"), "tiny 1.0 builds. No index was asked."),
    "a check": (
        ended(*BUILT, "smoke", smoke_results=(INSTALLED,), skipped="no index was asked: why"),
        (
            "tiny 1.0 builds, passes inspection and installs and imports with uv on Python 3.12.1. "
            "No index was asked: why."
        ),
    ),
    "checks of the project, and nothing known": (
        ended(*BUILT, "smoke", "checks", "audit", skipped="no index was asked: why"),
        (
            "tiny 1.0 builds, passes inspection and passes the checks of the project. No vulnerability is known of the "
            "versions that it installs today. No index was asked: why."
        ),
    ),
    "a wheel that fits no Python of this machine": (
        ended(*BUILT, "smoke"),
        "tiny 1.0 builds and passes inspection.",
    ),
    "nothing to import": (
        ended("smoke", command="smoke", smoke_results=(changed(INSTALLED, imported=()),)),
        "tiny 1.0 installs with uv on Python 3.12.1. Nothing of it was imported. No index was asked.",
    ),
    "several Pythons and installers, scripts, plugins, tests": (
        ended(
            "smoke",
            smoke_results=(
                changed(INSTALLED, python="3.9.2", installer="pip"),
                changed(
                    INSTALLED,
                    python="3.13.0t",
                    ran=(
                        Ran(kind="script", name="tiny"),
                        Ran(kind="script", name="tinier"),
                        Ran(kind="plugin", name="pytest11: tiny"),
                        Ran(kind="test-command", name="pytest", said="3 passed"),
                    ),
                ),
            ),
        ),
        (
            "tiny 1.0 installs and imports with pip and uv on Python 3.9 and 3.13t, starts 2 scripts, loads 1 plugin "
            "and passes its tests."
        ),
    ),
    "a new name": (
        ended(*BUILT, "index", on_index=NEW),
        (
            "tiny 1.0 builds, passes inspection and can be published to PyPI. "
            "PyPI has no project tiny yet: the name is new."
        ),
    ),
    "a name that is taken": (
        ended(*BUILT, "index", on_index=KNOWN),
        (
            "tiny 1.0 builds, passes inspection and can be published to PyPI by an owner of the project. "
            "PyPI has the project tiny: you must be one of its owners."
        ),
    ),
    "a version that is taken": (
        ended(*BUILT, "index", on_index=changed(KNOWN, version=True)),
        "tiny 1.0 builds and passes inspection. PyPI has files of tiny 1.0 already.",
    ),
    "a dry run": (
        ended(command="publish", on_index=KNOWN),
        (
            "tiny 1.0 can be published to PyPI by an owner of the project. "
            "PyPI has the project tiny: you must be one of its owners."
        ),
    ),
    "a staging version": (
        ended(*BUILT, "index", on_index=changed(KNOWN, index="TestPyPI"), plan=STAGED),
        (
            "tiny 1.0 builds, passes inspection and can be published to TestPyPI by an owner of the project. "
            f"{STAGED_VERSION} TestPyPI has the project tiny: you must be one of its owners."
        ),
    ),
    "a release on its way": (
        ended(
            "publish",
            command="publish",
            on_index=KNOWN,
            receipts=(Receipt(filename="f", sha256="a", index="pypi", outcome="uploaded"),),
        ),
        "tiny 1.0 is published: PyPI has 1 file of it.",
    ),
    "a release": (
        ended(
            "verify", command="verify", on_index=KNOWN, smoke_results=(changed(INSTALLED, origin="index"),)
        ),
        (
            "tiny 1.0 is released: PyPI serves exactly these files, and from there it installs and imports with uv on "
            "Python 3.12.1."
        ),
    ),
    "the newest release on an index": (
        ended("released", "rebuild", command="verify", smoke_results=(changed(INSTALLED, origin="index"),)),
        (
            "tiny 1.0 installs and imports with uv on Python 3.12.1 and still builds with the newest build requirements "
            "that it allows."
        ),
    ),
    "nothing released": (
        Manifest(
            command="verify",
            stages=(
                StageResult(
                    name="released", outcome="skipped", seconds=0.0, reason="PyPI has no release of tiny"
                ),
                StageResult(name="rebuild", outcome="done", seconds=1.0),
            ),
        ),
        (
            "The project still builds with the newest build requirements that it allows; no release was tried: PyPI has no "
            "release of tiny."
        ),
    ),
    "a rehearsal": (
        ended(*BUILT, "publish", "verify", command="rehearse", smoke_results=(INSTALLED,)),
        (
            "tiny 1.0 passes its rehearsal: it builds, passes inspection and installs and imports with uv on Python "
            "3.12.1; an index on this machine took it and serves exactly these files. PyPI itself was not asked."
        ),
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_each_clause_stands_where_it_was_seen(case: str) -> None:
    manifest, sentences = SENTENCES[case]
    judged = verdict.of(manifest)
    assert " ".join((judged.headline, *judged.more)) == sentences


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("1.0.dev3", "1.0.dev3 is a development version."),
        ("1.0rc1", "1.0rc1 is a pre-release."),
        ("1.0+gabc", "1.0+gabc is a local version, which PyPI does not take."),
        (
            "1.1.dev3+gabc",
            "1.1.dev3+gabc is a development version with a local part, which PyPI does not take.",
        ),
    ],
)
def test_a_version_that_is_not_final_is_called_so(version: str, sentence: str) -> None:
    artifacts = tuple(changed(one, version=version) for one in ARTIFACTS)
    assert sentence in verdict.of(ended(*BUILT, artifacts=artifacts)).more
    assert sentence in verdict.of(ended(*BUILT, "verify", command="rehearse", artifacts=artifacts)).more


def finding(**changes: Any) -> Finding:
    made = Finding(rule="a-rule", severity=Severity.ERROR, message="It is wrong.", why="W.", fix="F.")
    return changed(made, **changes)


def failure(exit_code: ExitCode, **changes: Any) -> Failure:
    made = Failure(
        stage="build",
        happened="The sdist could not be built.",
        cause="A cause.",
        remedy="R.",
        log=("Traceback", "ValueError: no such thing as demo!"),
        exit_code=int(exit_code),
    )
    return changed(made, **changes)


def test_what_blocks_a_staging_version_says_which_version_it_is() -> None:
    manifest = ended(*BUILT, plan=STAGED, findings=(finding(),))
    assert verdict.of(manifest).more == (STAGED_VERSION,)
    assert STAGED_VERSION in markdown.render(manifest)
    assert STAGED_VERSION in " ".join(line.text.strip() for line in terminal.lines(manifest, width=100))


def test_a_finding_that_explains_a_failed_build_leads_and_the_log_is_folded() -> None:
    manifest = ended("plan", artifacts=(), findings=(finding(),), failure=failure(ExitCode.FINDINGS))
    judged = verdict.of(manifest)
    assert judged.mood == "blocked"
    assert judged.headline.startswith("The project is not ready: 1 finding must be fixed first")
    assert manifest.exit_code is ExitCode.FINDINGS
    shown = [line.text for line in terminal.lines(manifest, width=100)]
    assert not [line for line in shown if "Traceback" in line]
    assert shown.index("error: It is wrong.") < shown.index("✗ The sdist could not be built.")
    report = markdown.render(manifest)
    assert (
        report.index("It is wrong.")
        < report.index("The sdist could not be built.")
        < report.index("Traceback")
    )
    assert "<details><summary>The last lines of the log</summary>" in report


def test_a_finding_explains_a_failure_of_the_network_only_where_the_tool_names_its_value() -> None:
    unreachable = failure(
        ExitCode.TOOL, stage="smoke", log=("failed to fetch `demo @ https://host.invalid/d.whl`",)
    )
    other = ended("plan", findings=(finding(seen="MIT License"),), failure=unreachable)
    assert other.exit_code is ExitCode.TOOL
    assert verdict.of(other).mood == "failed"
    named = ended("plan", findings=(finding(seen="demo @ https://host.invalid/d.whl"),), failure=unreachable)
    assert named.exit_code is ExitCode.FINDINGS


def test_what_ran_is_in_the_terminal_and_in_the_report() -> None:
    manifest = SENTENCES["several Pythons and installers, scripts, plugins, tests"][0]
    shown = [line.text.strip() for line in terminal.lines(manifest, width=100)]
    report = markdown.render(manifest)
    for sentence in ("started with --help: tiny, tinier", "passed, the tests: pytest: 3 passed"):
        assert sentence in shown
        assert f"- {sentence}" in report
    assert "loaded: pytest11: tiny" in shown


def test_what_was_not_imported_gets_no_tick() -> None:
    manifest = SENTENCES["nothing to import"][0]
    shown = [line.text for line in terminal.lines(manifest, width=100)]
    assert "  · tiny-1.0-py3-none-any.whl on Python 3.12.1: nothing was imported (0.1 s)" in shown
    assert "- ⚪ nothing imported: `tiny-1.0-py3-none-any.whl`" in markdown.render(manifest)
