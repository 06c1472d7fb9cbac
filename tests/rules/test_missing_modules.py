"""Why a module of the project is in no artifact, by what the source has, and what is said to bring it in."""

import pytest
from slipway.project.tracked import Tracked
from slipway.rules.missing_modules import explain

PATTERN = ("lib/", ".gitignore:3")


@pytest.mark.parametrize(
    ("backend", "in_sdist", "tracked", "cause", "fix"),
    [
        ("setuptools", ["demo/lib.py"], ["demo/lib.py"], "the sdist has it as demo/lib.py", "`packages`"),
        (
            "setuptools",
            ["demo/__init__.py", "demo/lib/__init__.py"],
            [],
            "demo/lib/__init__.py",
            "find_packages()",
        ),
        (
            "setuptools",
            ["demo/__init__.py"],
            ["demo/lib/a.py"],
            "demo/lib has no __init__.py",
            "demo/lib/__init__.py",
        ),
        ("setuptools", [], ["src/demo/lib/a.py"], "src/demo/lib has no __init__.py", "Add an empty file"),
        (
            "setuptools",
            [],
            ["lib/demo/lib/__init__.py"],
            "git tracks it as lib/demo/lib/__init__.py",
            "MANIFEST.in",
        ),
        (
            "hatchling",
            ["src/demo/lib.py"],
            ["src/demo/lib.py"],
            "the sdist has it",
            "[tool.hatch.build.targets.wheel]",
        ),
        ("poetry-core", [], ["demo/lib.py"], "neither the sdist nor the wheel", "[tool.poetry]"),
        ("meson-python", [], ["demo/lib.py"], "neither the sdist nor the wheel", "py.install_sources"),
        ("uv-build", [], ["src/demo/lib.py"], "neither the sdist nor the wheel", "module-name"),
        ("setuptools", ["demo/lib.pyx"], [], "its source demo/lib.pyx is there", "Build the extension"),
        (None, ["demo/lib.py"], [], "the sdist has it", "the build backend"),
    ],
)
def test_where_the_source_of_a_module_is(
    backend: str | None, in_sdist: list[str], tracked: list[str], cause: str, fix: str
) -> None:
    why = explain("demo.lib", in_sdist=in_sdist, tracked=Tracked(paths=frozenset(tracked)), backend=backend)
    assert why is not None
    assert cause in why.cause
    assert fix in why.fix


@pytest.mark.parametrize(
    ("backend", "is_named"),
    [
        ("hatchling", True),
        ("maturin", True),
        ("scikit-build-core", True),
        ("poetry-core", False),
        ("flit-core", False),
    ],
)
def test_a_pattern_of_git_is_the_cause_where_the_backend_follows_it(backend: str, *, is_named: bool) -> None:
    path = "src/demo/lib/__init__.py"
    tracked = Tracked(paths=frozenset({path}), absent=(path,), ignored={path: PATTERN})
    why = explain("demo.lib", in_sdist=[], tracked=tracked, backend=backend)
    assert why is not None
    assert ("`lib/` in .gitignore:3" in why.cause) is is_named
    assert ("!/src/demo/lib/" in why.fix) is is_named


def test_a_module_at_the_top_with_a_name_of_many_belongs_into_the_package() -> None:
    tracked = Tracked(paths=frozenset({"scripts/tool.py"}))
    why = explain("scripts.tool", in_sdist=[], tracked=tracked, backend="setuptools")
    assert why is not None
    assert "Move scripts/tool.py into the package" in why.fix


def test_a_file_outside_git_is_named() -> None:
    tracked = Tracked(loose={"demo.wire_pb2": "src/demo/wire_pb2.py"})
    why = explain("demo.wire_pb2", in_sdist=[], tracked=tracked, backend="hatchling")
    assert why is not None
    assert "git does not track it" in why.cause
    assert 'artifacts = ["src/demo/wire_pb2.py"]' in why.fix


@pytest.mark.parametrize("tracked", [None, Tracked(paths=frozenset({"demo/other.py", "docs/lib.py"}))])
def test_what_the_project_does_not_have_is_not_explained(tracked: Tracked | None) -> None:
    assert explain("demo.lib", in_sdist=["demo/other.py"], tracked=tracked, backend="setuptools") is None
