"""A release beside the one before it on the index."""

import pytest
from rules.declared import declared_in
from slipway.index.listing import Listing, ServedFile
from slipway.records import Artifact
from slipway.rules.index import previous_release
from slipway.rules.index.facts import IndexFacts
from slipway.rules.rule import judge

BEFORE = (
    "demo-1.0.tar.gz",
    "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
    "demo-1.0-cp312-cp312-macosx_11_0_universal2.whl",
    "demo-1.0-cp312-cp312-win_arm64.whl",
)


def facts(*now: str, before: tuple[str, ...] = BEFORE, version: str = "1.1") -> IndexFacts:
    artifacts = tuple(
        Artifact(filename=name, kind="wheel" if name.endswith(".whl") else "sdist", size=1, sha256="0")
        for name in now
    )
    listing = Listing(exists=True, files=tuple(ServedFile(filename=name, url="") for name in before))
    return IndexFacts(
        index="pypi",
        warehouse=True,
        project="demo",
        version=version,
        artifacts=artifacts,
        listing=listing,
        now=0.0,
    )


def dropped(*now: str, **changes: object) -> list[str]:
    addition = judge(declared_in(previous_release), facts(*now, **changes), ignored={})  # type: ignore[arg-type]
    assert addition.broken_rules == ()
    return [finding.message.split(" and ")[0] for finding in addition.findings]


def test_the_same_platforms_are_enough_whatever_their_age() -> None:
    now = (
        "demo-1.1-cp313-cp313-manylinux_2_34_x86_64.whl",
        "demo-1.1-cp313-cp313-macosx_12_0_arm64.whl",
        "demo-1.1-cp313-cp313-macosx_12_0_x86_64.whl",
        "demo-1.1-cp39-abi3-win_arm64.whl",
    )
    assert dropped(*now) == []


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        (
            ("manylinux_2_28_x86_64", "win_arm64"),
            ["wheels for macosx arm64, ", "wheels for macosx x86_64, "],
        ),
        (("musllinux_1_2_x86_64", "win_arm64", "macosx_11_0_universal2"), ["wheels for manylinux x86_64, "]),
    ],
)
def test_a_platform_that_is_gone_is_told(now: tuple[str, ...], missing: list[str]) -> None:
    told = dropped(*(f"demo-1.1-cp313-cp313-{tag}.whl" for tag in now))
    assert told == [f"The release before had {what}".rstrip(", ") + "," for what in missing]


def test_a_project_that_became_pure_loses_nobody() -> None:
    assert dropped("demo-1.1-py3-none-any.whl") == []


@pytest.mark.parametrize(
    "before",
    [(), ("demo-2.0-cp312-cp312-win32.whl",), ("demo-1.0rc1-cp312-cp312-win32.whl",), ("demo-1.0.exe",)],
)
def test_without_an_earlier_release_nothing_is_compared(before: tuple[str, ...]) -> None:
    addition = judge(
        declared_in(previous_release), facts("demo-1.1-cp312-cp312-win_amd64.whl", before=before), ignored={}
    )
    assert [rule.rule for rule in addition.skipped_rules] == ["fewer-platforms-than-before"]


def test_dropping_one_on_purpose_is_one_line() -> None:
    addition = judge(
        declared_in(previous_release),
        facts("demo-1.1-cp313-cp313-manylinux_2_28_x86_64.whl"),
        ignored={"fewer-platforms-than-before": "nobody used them"},
    )
    assert {finding.ignored for finding in addition.findings} == {"nobody used them"}
