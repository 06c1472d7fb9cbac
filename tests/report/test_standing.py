"""Where a release stands, as it is printed: a small table, one next step, nothing that moves a cursor."""

import pytest
from slipway.report import standing
from slipway.standing import Sight, Standing, Step

STEP = Step(name="complete", because="PyPI has all of it.")


def shown(*seen: Sight, step: Step = STEP, **more: object) -> list[str]:
    record = Standing(
        project="demo", version="1.0", version_from="by the tag at HEAD", seen=seen, step=step, **more
    )  # type: ignore[arg-type]
    return list(standing.lines(record))


def test_a_row_for_each_place_and_one_next_step() -> None:
    lines = shown(
        Sight(what="tag v1.0", where="origin", state="missing"),
        Sight(what="demo-1.0.tar.gz", where="PyPI", state="there", detail="since 2026-01-01"),
        Sight(what="release v1.0", where="GitHub", state="unknown", detail="no answer"),
    )
    assert lines[:5] == [
        "demo 1.0, by the tag at HEAD",
        "",
        "  ✗ tag v1.0         origin  missing",
        "  ✓ demo-1.0.tar.gz  PyPI    there: since 2026-01-01",
        "  ? release v1.0     GitHub  unknown: no answer",
    ]
    assert [line for line in lines if line.startswith("Next: ")] == ["Next: nothing to do"]


def test_dozens_of_wheels_are_one_row() -> None:
    files = tuple(Sight(what=f"demo-1.0-{n}.whl", where="PyPI", state="there") for n in range(60))
    lines = shown(*files, Sight(what="demo-1.0.tar.gz", where="PyPI", state="missing"))
    assert "  ✓ 60 files         PyPI  there" in lines
    assert "  ✗ demo-1.0.tar.gz  PyPI  missing" in lines
    assert len(lines) < 10


def test_a_bad_release_gets_its_page_and_a_reason() -> None:
    step = Step(name="closed", because="Closed.", command="slipway release 1.0.1")
    page = "https://index.example/manage/project/demo/release/1.0/"
    lines = shown(
        Sight(what="demo-1.0.tar.gz", where="PyPI", state="missing"),
        step=step,
        days_left=-1,
        yank_page=page,
        yank_reason="It has no sdist.",
    )
    assert "PyPI has closed this release for new files, 14 days after its first." in lines
    assert "Next: slipway release 1.0.1" in lines
    assert lines[-2:] == ["To take 1.0 back, yank it with this reason: It has no sdist.", f"  {page}"]


def test_what_ended_the_last_run_is_quoted() -> None:
    step = Step(name="begun-here", because="Why.", command="slipway publish", failed="It broke. Mend it.")
    assert "The last run ended with this: It broke. Mend it." in shown(step=step)


def test_nothing_that_was_read_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    seen = (Sight(what="\x1b[2J\x07", where="origin\r", state="there", detail="\x9b31m"),)
    standing.show(Standing(project="demo", version="1.0", version_from="\x08", seen=seen, step=STEP))
    assert not [sign for sign in capsys.readouterr().out if ord(sign) < 32 and sign != "\n"]
