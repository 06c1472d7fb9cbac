"""A staging version has the attempt in it that built: the job that decides finds out which, and believes no file."""

from pathlib import Path

import msgspec
import pytest
from artifacts import sdist, wheel
from msgspec.structs import replace
from slipway.manifest import Manifest
from slipway.records import Built
from trust.jobs import DISPATCH, NAME, Jobs, bytes_of, digest, folder_digests, rules

FIRST, SECOND = "1.0.1.dev7701", "1.0.1.dev7702"


def dispatched(folder: Path, *, attempt: int = 1) -> Jobs:
    """Return the jobs of a dispatch whose project has the released version 1.0, and the job that decides after them."""
    run = Jobs(folder, event=DISPATCH, version=FIRST)
    run.event = replace(run.event, attempt=attempt)
    return run


def files(version: str) -> dict[str, bytes]:
    return {
        b.filename: b.data for b in (wheel(name=NAME, version=version), sdist(name=NAME, version=version))
    }


def test_a_later_attempt_decides_about_what_the_first_one_built(tmp_path: Path) -> None:
    """`Re-run failed jobs` starts the job that decides again, and not the one that built."""
    for attempt in (1, 2, 12):
        run = dispatched(tmp_path / str(attempt), attempt=attempt)
        decided = run.decide()
        assert rules(decided) == set()
        assert decided.planned().version == FIRST
        assert bytes_of(decided) == {name: digest(data) for name, data in run.files.items()}


def test_a_build_that_was_started_again_has_another_version(tmp_path: Path) -> None:
    run = dispatched(tmp_path, attempt=2)
    run.plan, run.files = run.plan_again(), files(SECOND)
    assert run.plan.version == SECOND
    run.build("build", run.files, attempt=2)
    for job in run.plan.jobs:
        if job.kind == "smoke":
            run.smoke(job.name, attempt=2)
    decided = run.decide()
    assert rules(decided) == set()
    assert set(bytes_of(decided)) == set(files(SECOND))


def test_wheels_of_a_later_attempt_have_the_version_of_the_sdist(tmp_path: Path) -> None:
    run = Jobs(tmp_path, event=DISPATCH, version=FIRST, compiled=True)
    run.event = replace(run.event, attempt=2)
    wheels = run.first("wheels")
    made = {name: data for name, data in run.files.items() if name.endswith(".whl")}
    run.build(wheels, made, attempt=2, smoke_results=run.results(wheels))
    decided = run.decide()
    assert rules(decided) == set()
    assert set(bytes_of(decided)) == set(run.files)


@pytest.mark.parametrize("attempt", [-1, 0, 3, 99, 1000])
def test_an_attempt_that_cannot_be_is_not_believed(attempt: int, tmp_path: Path) -> None:
    """The output of the job claims an attempt that was never started, with files of the version that it leads to."""
    run = dispatched(tmp_path, attempt=2)
    forged = files(f"1.0.1.dev77{attempt:02}")
    run.hand_over("build", Manifest(), forged, attempt=attempt)
    run.built["build"] = Built(
        job="build", attempt=attempt, files={name: digest(data) for name, data in forged.items()}
    )
    decided = run.decide()
    assert decided.planned().version == SECOND
    assert "file-not-planned" in rules(decided)
    assert decided.exit_code != 0


def test_files_cannot_name_another_version_or_attempt(tmp_path: Path) -> None:
    """The manifest of the job that built, which foreign code can write, says another version: it is found, not followed."""
    for forged in ("2.0", SECOND, "1.0.1.dev7799"):
        run = dispatched(tmp_path / forged, attempt=2)
        assert run.plan.staging is not None
        chosen = msgspec.structs.replace(run.plan.staging, version=forged)
        run.plan = msgspec.structs.replace(run.plan, version=forged, staging=chosen)
        run.build("build", files(forged))
        decided = run.decide()
        assert {"plans-differ", "file-not-planned"} <= rules(decided)
        assert decided.planned().version == FIRST
        assert folder_digests(run.folder / "check" / "dist").keys() <= set(files(forged))
