"""The wheels a matrix is to build, in cibuildwheel's words, and the set that comes of it."""

from pathlib import Path
from typing import Any

import artifacts
import pytest
from packaging.tags import parse_tag
from rules.declared import family
from slipway.artifacts import wheel, wheel_targets
from slipway.errors import InputError
from slipway.manifest import Addition
from slipway.options import Inputs
from slipway.records import ExpectedFile
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import judge
from slipway.runner import detect
from slipway.stages import plan

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.12"

[tool.setuptools]
ext-modules = [{ name = "demo._fast", sources = ["fast.c"] }]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "fast.c").write_text("")
    return tmp_path


def planned(project: Path, *platforms: str) -> tuple[ExpectedFile, ...]:
    inputs = Inputs(command="plan", path=project, work=project / "work", platforms=platforms)
    made = plan.run(None, inputs, detect({})).plan  # type: ignore[arg-type]
    assert made is not None
    return made.expected


def identifiers(expected: tuple[ExpectedFile, ...]) -> set[str]:
    return {file.identifier for file in expected if file.identifier}


def test_the_plan_lists_every_wheel_of_the_matrix(project: Path) -> None:
    expected = planned(project, "linux-x86_64", "windows-ARM64", "macos-arm64")
    listed = identifiers(expected)
    assert {
        "cp312-manylinux_x86_64",
        "cp313-musllinux_x86_64",
        "cp314t-manylinux_x86_64",
        "cp313-win_arm64",
        "cp313-macosx_arm64",
    } <= listed
    assert not any(name.startswith(("cp311", "pp")) for name in listed)
    assert expected[0].pattern == "demo-1.0.tar.gz"
    by_name = {file.identifier: file.pattern for file in expected}
    assert by_name["cp314t-manylinux_x86_64"] == "demo-1.0-cp314-cp314t-*manylinux*_x86_64.whl"


def test_the_projects_own_settings_decide(project: Path) -> None:
    table = '\n[tool.cibuildwheel]\nskip = "*musllinux*"\nenable = ["pypy"]\nmacos.archs = ["universal2"]\n'
    text = PYPROJECT.replace(">=3.12", ">=3.11") + table
    (project / "pyproject.toml").write_text(text)
    listed = identifiers(planned(project, "linux-x86_64", "macos-arm64"))
    assert "pp311-manylinux_x86_64" in listed
    assert "cp313-macosx_universal2" in listed
    assert not any("musllinux" in name or name.endswith("macosx_arm64") for name in listed)


def test_settings_that_cibuildwheel_refuses_are_told_in_its_words(project: Path) -> None:
    (project / "pyproject.toml").write_text(PYPROJECT + "\n[tool.cibuildwheel]\nbiuld = 'cp313-*'\n")
    with pytest.raises(InputError) as caught:
        planned(project, "linux-x86_64")
    assert any("biuld" in line for line in caught.value.log)


@pytest.mark.parametrize(
    ("tag", "identifier", "covered"),
    [
        ("cp313-cp313-manylinux_2_28_x86_64", "cp313-manylinux_x86_64", True),
        ("cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64", "cp313-manylinux_x86_64", True),
        ("cp313-cp313-linux_x86_64", "cp313-manylinux_x86_64", False),
        ("cp313-cp313-musllinux_1_2_x86_64", "cp313-manylinux_x86_64", False),
        ("cp313-cp313-musllinux_1_2_aarch64", "cp313-musllinux_aarch64", True),
        ("cp312-cp312-manylinux_2_28_x86_64", "cp313-manylinux_x86_64", False),
        ("cp314-cp314t-manylinux_2_28_x86_64", "cp314t-manylinux_x86_64", True),
        ("cp314-cp314-manylinux_2_28_x86_64", "cp314t-manylinux_x86_64", False),
        ("cp39-abi3-manylinux_2_28_x86_64", "cp313-manylinux_x86_64", True),
        ("cp39-abi3-manylinux_2_28_x86_64", "cp314t-manylinux_x86_64", False),
        ("cp314-abi3-win_amd64", "cp313-win_amd64", False),
        ("py3-none-win_arm64", "cp313-win_arm64", True),
        ("py3-none-macosx_11_0_arm64", "pp311-macosx_arm64", True),
        ("pp311-pypy311_pp73-manylinux_2_28_x86_64", "pp311-manylinux_x86_64", True),
        ("graalpy311-graalpy242_311_native-win_amd64", "gp311_242-win_amd64", True),
        ("cp313-cp313-macosx_11_0_universal2", "cp313-macosx_arm64", True),
        ("cp313-cp313-macosx_11_0_arm64", "cp313-macosx_universal2", False),
        ("cp313-cp313-win32", "cp313-win32", True),
        ("cp313-cp313-win_amd64", "cp313-win32", False),
    ],
)
def test_a_wheel_stands_for_what_it_installs_on(tag: str, identifier: str, *, covered: bool) -> None:
    target = wheel_targets.parse(identifier)
    assert target is not None
    assert wheel_targets.covers(parse_tag(tag), target) is covered


def judged(tmp_path: Path, tags: list[str], wanted: list[str], **changes: Any) -> Addition:
    """Judge a set of wheels against the identifiers that were planned, as the gate does."""
    files = [artifacts.wheel(tag=tag, tags=[tag], purelib=False).at(tmp_path) for tag in tags]
    expected = plan.expected_wheels("demo", "1.0", wanted, here=False)
    made = made_plan(tmp_path, expected)
    release = ReleaseFacts(
        artifacts=tuple(wheel.read(file) for file in files), plan=made, **{"whole": True, **changes}
    )
    return judge(family("release"), release, ignored={})


def made_plan(folder: Path, expected: tuple[ExpectedFile, ...]) -> Any:
    (folder / "pyproject.toml").write_text(PYPROJECT)
    inputs = Inputs(command="check", path=folder, work=folder / "work")
    made = plan.run(None, inputs, detect({})).plan  # type: ignore[arg-type]
    import msgspec

    return msgspec.structs.replace(made, expected=expected)


WANTED = ["cp312-manylinux_x86_64", "cp313-manylinux_x86_64", "cp312-win_arm64", "cp313-win_arm64"]
WHOLE = [
    "cp312-cp312-manylinux_2_28_x86_64",
    "cp313-cp313-manylinux_2_28_x86_64",
    "cp312-cp312-win_arm64",
    "cp313-cp313-win_arm64",
]


def rules(addition: Addition) -> list[str]:
    assert addition.broken_rules == ()
    return [finding.rule for finding in addition.findings]


def test_a_whole_set_is_clear(tmp_path: Path) -> None:
    assert rules(judged(tmp_path, WHOLE, WANTED)) == []


def test_one_wheel_for_the_stable_abi_is_enough_for_a_platform(tmp_path: Path) -> None:
    tags = ["cp312-abi3-manylinux_2_28_x86_64", "cp312-abi3-win_arm64"]
    assert rules(judged(tmp_path, tags, WANTED)) == []


def test_a_missing_platform_is_told_once(tmp_path: Path) -> None:
    addition = judged(tmp_path, WHOLE[:2], WANTED)
    assert rules(addition) == ["planned-wheel-missing"]
    assert addition.findings[0].message == "2 wheels are missing for win_arm64: cp312, cp313."


def test_an_unrepaired_wheel_does_not_stand_for_the_planned_one(tmp_path: Path) -> None:
    addition = judged(tmp_path, ["cp312-cp312-linux_x86_64", *WHOLE[1:]], WANTED)
    assert set(rules(addition)) == {"planned-wheel-missing", "unplanned-wheel"}


def test_a_wheel_that_nobody_planned_blocks(tmp_path: Path) -> None:
    addition = judged(tmp_path, [*WHOLE, "cp311-cp311-win_arm64"], WANTED)
    assert rules(addition) == ["unplanned-wheel"]


def test_two_wheels_for_one_target_are_seen(tmp_path: Path) -> None:
    double = "cp312-cp312-manylinux_2_28_x86_64.manylinux_2_34_x86_64"
    assert rules(judged(tmp_path, [*WHOLE, double], WANTED)) == ["wheel-tags-overlap"]


def test_one_machine_alone_is_not_blamed_for_what_others_make(tmp_path: Path) -> None:
    addition = judged(tmp_path, WHOLE[:1], WANTED, whole=False)
    assert rules(addition) == []
    assert "planned-wheel-missing" in {rule.rule for rule in addition.skipped_rules}
