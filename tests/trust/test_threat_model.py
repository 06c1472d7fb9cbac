"""The page on threats stays true to the tests: each promise names tests that exist, and its limit."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parent / "docs" / "threat-model.md").read_text("utf-8")


def functions(file: Path) -> set[str]:
    """Return the names of all functions in a file; none if there is no such file."""
    if not file.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.FunctionDef)}


def test_the_tests_that_it_names_exist() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 20
    assert [f"{file}::{name}" for file, name in named if name not in functions(TESTS / file)] == []


def test_no_other_way_of_naming_a_test_is_used() -> None:
    assert PAGE.count("::") == len(re.findall(r"`[\w/]+\.py::test_\w+`", PAGE))


def test_every_promise_has_a_test_and_a_limit() -> None:
    promises = re.findall(r"^\d+\. .*\n(?: +.*\n)*", PAGE, re.MULTILINE)
    assert [int(promise.partition(".")[0]) for promise in promises] == list(range(1, len(promises) + 1))
    assert len(promises) > 5
    assert [one for one in promises if "*Tests:*" not in one or "*Limit:*" not in one] == []
