"""`python3 tests wheels` sees what it is for, and looks everywhere."""

import re

import yaml
from maintenance import ROOT, locked_wheels
from slipway.planning.matrix import RUNNERS

PIN = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)


def pinned(text: str) -> set[str]:
    return set(PIN.findall(text))


def test_it_looks_at_all_platforms_and_at_the_pythons_of_our_own_tests() -> None:
    assert locked_wheels.TARGETS.keys() == RUNNERS.keys()
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    matrix = ci["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == [locked_wheels.PYTHONS[0], locked_wheels.PYTHONS[-1]]
    assert {label.partition("-")[0] for label in matrix["runner"]} == {"ubuntu", "macos", "windows"}


def test_it_looks_at_all_that_is_ever_installed() -> None:
    looked_at = set().union(*(pinned(lock.read_text("utf-8")) for lock in locked_wheels.LOCKS))
    for lock in locked_wheels.LOCKS[0].parent.glob("*.txt"):
        assert pinned(lock.read_text("utf-8")) - looked_at == set(), lock.name


def test_a_wheel_that_is_missing_is_named() -> None:
    (((platform, python), name),) = locked_wheels.KNOWN.items()
    assert locked_wheels.missing(platform, python) == name
