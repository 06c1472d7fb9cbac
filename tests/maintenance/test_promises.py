"""The promises in docs/promises.md: each names tests that exist, in the words of the verdict."""

import ast
import re
from pathlib import Path

import pytest
from report.test_verdict import SENTENCES
from slipway.report import verdict

TESTS = Path(__file__).resolve().parents[1]
README, PAGE = ((TESTS.parent / name).read_text("utf-8") for name in ("README.md", "docs/promises.md"))
PROMISE = re.compile(r"^\d+\. (\*\*.*?\*\*)(.*\n(?: +.*\n)*)", re.MULTILINE)
PROMISES = [head + text for head, text in PROMISE.findall(PAGE)]
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", "".join(PROMISES))
VERDICTS = [
    " ".join((judged.headline, *judged.more))
    for judged in (verdict.of(manifest) for manifest, _ in SENTENCES.values())
]


def functions(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.FunctionDef)}


def test_there_are_four_and_each_names_a_test() -> None:
    assert len(PROMISES) == 4
    assert [promise for promise in PROMISES if "*Tests:*" not in promise or "::" not in promise] == []


def test_the_readme_makes_the_same_ones() -> None:
    assert [head for head, _ in PROMISE.findall(README)][:4] == [head for head, _ in PROMISE.findall(PAGE)]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_exists(file: str, name: str) -> None:
    assert name in functions(TESTS / file)


@pytest.mark.parametrize("words", re.findall(r'"([^"]+)"', "".join(PROMISES)))
def test_the_words_in_quotes_are_those_of_the_verdict(words: str) -> None:
    assert [one for one in VERDICTS if " ".join(words.split()) in one]
