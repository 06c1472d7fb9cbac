"""The job that builds once more lies, or does not run: the release ends, and nothing of it is taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from artifacts import wheel
from artifacts.built import Built
from comparing.test_second_build import repacked
from slipway.comparison import BuiltTwice
from slipway.manifest import Failure, Manifest
from slipway.records import SECOND_BUILD
from slipway.report import markdown, outputs
from trust import jobs
from trust.jobs import NAME, VERSION, Jobs, bytes_of, folder_digests, rules

WHEEL = f"{NAME}-{VERSION}-py3-none-any.whl"
SDIST = f"{NAME}-{VERSION}.tar.gz"


def again(run: Jobs, **files: bytes | None) -> None:
    """Let the second builder hand over what the first one did, but for some files; None leaves one out."""
    named = {"wheel": WHEEL, "sdist": SDIST}
    changed = run.files | {named.get(name, name): data for name, data in files.items()}
    shutil.rmtree(folder(run))
    run.build(SECOND_BUILD, {name: data for name, data in changed.items() if data is not None})


def folder(run: Jobs) -> Path:
    return run.parts / f"slipway.{NAME}.{SECOND_BUILD}.1"


def evil(run: Jobs) -> bytes:
    built = repacked(Built(WHEEL, run.files[WHEEL]), "demo/__init__.py", b"raise SystemExit('evil')\n")
    assert built.data != run.files[WHEEL]
    return built.data


def lacks_a_file(run: Jobs) -> None:
    again(run, wheel=None)


def makes_one_more(run: Jobs) -> None:
    again(run, **{f"{NAME}-{VERSION}-py311-none-any.whl": evil(run)})


def makes_another_version(run: Jobs) -> None:
    other = wheel(name=NAME, version="9.9")
    again(run, **{"wheel": None, other.filename: other.data})


def makes_other_content(run: Jobs) -> None:
    again(run, wheel=evil(run))


def claims_that_it_agrees(run: Jobs) -> None:
    again(run, wheel=evil(run))
    claimed = tuple(BuiltTwice(filename=name, verdict="identical") for name in run.files)
    tested = run.results(run.first("smoke"))
    run.hand_over(
        SECOND_BUILD,
        Manifest(built_twice=claimed, artifacts=jobs.records(run.files), smoke_results=tested),
    )


def puts_out_the_digests_of_the_first(run: Jobs) -> None:
    again(run, wheel=evil(run))
    run.built[SECOND_BUILD] = msgspec.structs.replace(run.built["build"], job=SECOND_BUILD)


def is_far_too_large(run: Jobs) -> None:
    again(run, wheel=run.files[WHEEL] + bytes(100 * len(run.files[WHEEL])))


def is_a_bomb(run: Jobs) -> None:
    again(run, wheel=wheel({"demo/__init__.py": bytes(80 * 2**20)}, name=NAME, version=VERSION).data)


def is_no_archive(run: Jobs) -> None:
    again(run, sdist=b"no archive")


def puts_out_nothing(run: Jobs) -> None:
    del run.built[SECOND_BUILD]


def did_not_run(run: Jobs) -> None:
    del run.built[SECOND_BUILD]
    shutil.rmtree(folder(run))


def failed(run: Jobs) -> None:
    del run.built[SECOND_BUILD]
    failure = Failure(stage="build", happened="The disk is full.", cause="It is.", remedy="Again.")
    run.hand_over(SECOND_BUILD, Manifest(failure=failure))


def built_another_commit(run: Jobs) -> None:
    assert run.plan.git is not None
    plan = msgspec.structs.replace(run.plan, git=msgspec.structs.replace(run.plan.git, commit="0" * 40))
    run.build(SECOND_BUILD, run.files, plan=plan)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    return Jobs(tmp_path_factory.mktemp("jobs"), second_build=True)


LIES: dict[Callable[[Jobs], None], set[str]] = {
    lacks_a_file: {"second-build-made-other-files"},
    makes_one_more: {"second-build-made-other-files"},
    makes_another_version: {"second-build-made-other-files"},
    makes_other_content: {"second-build-differs"},
    claims_that_it_agrees: {"second-build-differs"},
    puts_out_the_digests_of_the_first: {"handover-not-planned"},
    is_far_too_large: {"second-build-differs"},
    is_a_bomb: {"second-build-differs"},
    is_no_archive: {"second-build-differs"},
    puts_out_nothing: {"job-built-nothing"},
    did_not_run: {"job-missing"},
    failed: {"job-failed"},
    built_another_commit: {"plans-differ"},
}
"""Each lie with the rule that finds it."""


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_the_second_builder_lies(lie: Callable[[Jobs], None], run: Jobs) -> None:
    shutil.rmtree(run.parts)
    run.honest()
    lie(run)
    decided = run.decide(only=("plan", "gather", "agree"))
    honest = {name: jobs.digest(data) for name, data in run.files.items()}

    assert rules(decided) == LIES[lie]
    assert decided.exit_code == 1
    assert bytes_of(decided) == honest
    assert folder_digests(run.folder / "check" / "dist") == honest
    assert SECOND_BUILD not in {one.job for one in decided.smoke_results}


def test_two_builds_that_agree_are_said_above_the_button(run: Jobs) -> None:
    shutil.rmtree(run.parts)
    run.honest()
    decided = run.decide()
    assert decided.exit_code == 0
    assert {one.filename: one.verdict for one in decided.built_twice} == dict.fromkeys(run.files, "identical")
    assert markdown.render(decided).count("A second build made the same bytes: all 2 files.") == 1
    assert not any("second" in one.filename for one in decided.artifacts)

    later = repacked(Built(WHEEL, run.files[WHEEL]), date_time=(2021, 2, 3, 4, 5, 6)).data
    again(run, wheel=later)
    decided = run.decide()
    assert decided.exit_code == 0
    assert [one.rule for one in decided.findings if one.stage == "agree"] == ["second-build-in-another-form"]
    line = (
        f"A second build made the same content in another form (what differs: modification times): {WHEEL}."
    )
    assert line in markdown.render(decided)
    assert bytes_of(decided)[WHEEL] == jobs.digest(run.files[WHEEL])


def test_the_wheels_of_a_compiled_project_are_named_as_not_built_again(tmp_path: Path) -> None:
    run = Jobs(tmp_path, compiled=True, second_build=True)
    decided = run.decide(only=("plan", "gather", "agree"))
    assert (decided.exit_code, rules(decided)) == (0, set())
    verdicts = {one.filename[-3:]: one.verdict for one in decided.built_twice}
    assert verdicts == {".gz": "identical", "whl": "missing"}
    assert "A second build did not make these: demo-1.0-cp313-" in markdown.render(decided)


def test_who_does_not_ask_for_it_gets_no_job_and_takes_nothing_of_one(tmp_path: Path) -> None:
    run = Jobs(tmp_path)
    named = {one.name: one for one in outputs.OUTPUTS}["second-build"]
    assert named.value(Manifest(plan=run.plan), run.inputs("plan")) == ""
    run.build(SECOND_BUILD, run.files)
    assert rules(run.decide(only=("plan", "gather"))) == {"handover-not-planned"}
    asked = replace(run, folder=tmp_path / "asked", second_build=True)
    assert named.value(Manifest(plan=asked.plan), asked.inputs("plan")) == f"slipway.{NAME}.{SECOND_BUILD}."
