"""How rules are declared: names that can be searched for, texts beside functions, types, and a stage that judges."""

import ast
import functools
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from slipway.rules import catalogue

SCRIPTS = Path(__file__).parents[2] / "scripts"
RULES = SCRIPTS / "slipway" / "rules"

SCREEN = 30
"""Lines that the texts of a rule may take, so that its function begins on the same screen."""

DECORATORS = (".rule", ".error", ".warning", ".note")

Declared = tuple[ast.Call, ast.FunctionDef, str]


@functools.cache
def declared() -> tuple[Declared, ...]:
    """Every use of a rule's decorator, with the function below it and the place."""
    return tuple(_declared())


def _declared() -> Iterator[Declared]:
    for path in sorted(RULES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for call in node.decorator_list:
                    if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(DECORATORS):
                        yield call, node, f"{path.relative_to(SCRIPTS)}:{call.lineno}"


def names(call: ast.Call) -> list[ast.expr]:
    """What gives the rules of one decorator their names."""
    pair = [word.value for word in call.keywords if word.arg in {"for_sdist", "for_wheel"}]
    return pair or call.args[:1]


def test_no_name_is_built_from_parts():
    built = [
        f"{place}: {ast.unparse(call)[:60]}"
        for call, _, place in declared()
        if not names(call)
        or not all(isinstance(name, ast.Constant) and isinstance(name.value, str) for name in names(call))
    ]
    assert built == []


def test_every_name_that_is_declared_is_in_the_catalogue_and_the_other_way_round():
    named = [ast.literal_eval(name) for call, _, _ in declared() for name in names(call)]
    assert sorted(named) == sorted(rule.name for rule in catalogue.every())


def test_texts_and_function_stand_together():
    between = [function.lineno - (call.end_lineno or 0) for call, function, _ in declared()]
    assert statistics.median(between) < 10
    long = [place for call, function, place in declared() if function.lineno - call.lineno > SCREEN]
    assert long == []


def test_every_check_names_the_type_of_its_facts():
    untyped = [
        f"{place}: {function.name}({argument.arg})"
        for _, function, place in declared()
        for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if argument.annotation is None or "Any" in ast.unparse(argument.annotation).replace(".", " ").split()
    ]
    assert untyped == []


def module(dotted: str) -> Path | None:
    path = SCRIPTS.joinpath(*dotted.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def imports(tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("slipway"):
            for name in (node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)):
                if path := module(name):
                    yield path


def judged_in(tree: ast.Module) -> Iterator[str]:
    """The families whose rules a module hands to `judge`, all of them or some."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("slipway.rules."):
            for alias in node.names:
                used = sum(
                    isinstance(n, ast.Name) and n.id == (alias.asname or alias.name) for n in ast.walk(tree)
                )
                if alias.name == "RULES" and used:
                    yield (node.module or "").split(".")[2]


@pytest.fixture(scope="module")
def judged() -> set[str]:
    """The families that are judged in the stages, in `init`, in `doctor` or in what these import."""
    commands = ("workflows/init.py", "repository/doctor.py")
    waiting = [
        *(SCRIPTS / "slipway" / "stages").glob("*.py"),
        *(SCRIPTS / "slipway" / name for name in commands),
    ]
    seen: set[Path] = set()
    families: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or path.is_relative_to(RULES):
            continue
        seen.add(path)
        tree = ast.parse(path.read_text("utf-8"))
        families |= set(judged_in(tree))
        waiting += imports(tree)
    return families


def test_every_family_is_judged_by_a_stage_or_by_a_command(judged):
    assert {rule.family for rule in catalogue.every()} == judged
