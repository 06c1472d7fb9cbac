"""What the sdist has and the wheel lacks."""

from pathlib import Path

import artifacts
import pytest
from rules.declared import declared_in
from slipway.artifacts import sdist, wheel
from slipway.rules.release import left_out
from slipway.rules.release.facts import ReleaseFacts
from slipway.rules.rule import judge

HELD = {"demo/__init__.py": "", "demo/parts/__init__.py": "", "demo/rates.json": "{}", "demo/py.typed": ""}


def found(folder: Path, in_sdist: dict[str, str], in_wheel: dict[str, str]) -> list[str]:
    release = ReleaseFacts(
        artifacts=(
            sdist.read(artifacts.sdist(in_sdist).at(folder)),
            wheel.read(artifacts.wheel(in_wheel).at(folder)),
        )
    )
    addition = judge(declared_in(left_out), release, ignored={})
    assert addition.broken_rules == ()
    return [finding.rule for finding in addition.findings]


@pytest.mark.parametrize("root", ["", "src/", "lib/"])
def test_a_wheel_with_everything_is_clear(tmp_path: Path, root: str) -> None:
    assert found(tmp_path, {f"{root}{path}": text for path, text in HELD.items()}, HELD) == []


@pytest.mark.parametrize(
    ("missing", "rule"),
    [
        ("demo/parts/__init__.py", "package-left-out-of-wheel"),
        ("demo/rates.json", "data-left-out-of-wheel"),
        ("demo/py.typed", "type-marker-left-out-of-wheel"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, missing: str, rule: str) -> None:
    in_wheel = {path: text for path, text in HELD.items() if path != missing}
    assert found(tmp_path, {f"src/{path}": text for path, text in HELD.items()}, in_wheel) == [rule]


@pytest.mark.parametrize(
    "path",
    [
        "src/demo/tests/__init__.py",
        "src/demo/parts/tests/rates.json",
        "src/demo/_build/__init__.py",
        "src/demo/_vendor/rates.json",
        "src/demo/fast.pyx",
        "src/demo/README.md",
        "src/other/__init__.py",
        "tests/__init__.py",
        "docs/conf.json",
    ],
)
def test_what_is_left_out_on_purpose_is_not(tmp_path: Path, path: str) -> None:
    held = {f"src/{name}": text for name, text in HELD.items()}
    assert found(tmp_path, {**held, path: ""}, HELD) == []


def test_a_part_of_a_package_that_the_wheel_has_is_no_missing_package(tmp_path: Path) -> None:
    in_sdist = {f"src/{path}": text for path, text in HELD.items()}
    in_wheel = {path: text for path, text in HELD.items() if path != "demo/parts/__init__.py"}
    assert found(tmp_path, in_sdist, {**in_wheel, "demo/parts/wires.py": ""}) == []
