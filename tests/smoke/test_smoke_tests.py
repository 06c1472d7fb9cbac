"""Which smoke tests run, with what, and what is reported of those that cannot."""

import sys
from pathlib import Path
from typing import Any

import artifacts
import msgspec
import only_on
import pytest
from slipway import system
from slipway.artifacts import artifact
from slipway.environments import interpreters
from slipway.environments.interpreters import Interpreter
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.records import Finding, Severity, SmokeResult, StageResult, Staging
from slipway.runner import detect
from slipway.smoke import choose
from slipway.smoke.smoke_test import SmokeTest
from slipway.stages import smoke
from tiny_plan import PLAN

HERE = ".".join(map(str, sys.version_info[:2]))
SEVERAL = tuple(
    Interpreter(Path(f"/python/{name}"), version, implementation, free)
    for name, version, implementation, free in (
        ("a", "3.11.9", "cpython", False),
        ("b", "3.13.1", "cpython", False),
        ("c", "3.14.0", "cpython", True),
        ("d", "3.11.11", "pypy", False),
    )
)


def manifest(*files: Path) -> Manifest:
    return Manifest(artifacts=tuple(artifact.record(artifact.read(file)) for file in files))


def inputs(files: tuple[Path, ...], **given: Any) -> Inputs:
    folder = files[0].parent
    return Inputs(**{"command": "smoke", "path": folder, "work": folder / "work", "files": files, **given})


def smoked(*files: Path, **given: Any) -> Addition:
    return smoke.run(manifest(*files), inputs(files, **given), detect({}))


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the machine has more Pythons than it may have; which smoke tests are chosen is what is looked at."""
    monkeypatch.setattr(interpreters, "choose_all", lambda _requires, _wanted: SEVERAL)


def spelled(test: SmokeTest) -> str:
    how: list[str] = ["pip"] if test.options.installer == "pip" else []
    how += ["lowest dependencies"] if test.options.resolution != "highest" else []
    how += [f"extra {test.options.extra}"] if test.options.extra else []
    in_brackets = f" ({', '.join(how)})" if how else ""
    return f"{test.candidate.artifact} on Python {test.interpreter.label}{in_brackets}"


def chosen(*files: Path, **given: Any) -> list[str]:
    return [spelled(one) for one in choose.choose(manifest(*files), inputs(files, **given)).tests]


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("tag", "pythons"),
    [
        ("py3-none-any", ["3.11.9", "3.13.1", "3.14.0t", "pypy 3.11.11"]),
        ("py2.py3-none-any", ["3.11.9", "3.13.1", "3.14.0t", "pypy 3.11.11"]),
        ("py312-none-any", ["3.13.1", "3.14.0t"]),
        ("cp311-cp311-any", ["3.11.9"]),
        ("cp314-cp314t-any", ["3.14.0t"]),
        ("cp39-abi3-any", ["3.11.9", "3.13.1"]),
        ("pp311-pypy311_pp73-any", ["pypy 3.11.11"]),
        ("cp312-cp312-any", []),
        ("py3-none-macosx_99_0_arm64", []),
        ("cp311-cp311-win_ia64", []),
    ],
)
def test_a_wheel_is_tried_where_its_tags_let_it(tmp_path: Path, tag: str, pythons: list[str]) -> None:
    file = artifacts.wheel(tag=tag, tags=[tag]).at(tmp_path)
    assert chosen(file) == [f"{file.name} on Python {python}" for python in pythons]


@pytest.mark.usefixtures("several")
def test_every_dimension_is_taken_once_and_the_slow_ones_on_one_python(tmp_path: Path) -> None:
    fields = {"Provides-Extra": ["fast", "web"], "Requires-Dist": ["gear>=1", 'wind; extra == "fast"']}
    wheel = artifacts.wheel(fields=fields).at(tmp_path)
    sdist = artifacts.sdist(fields=fields).at(tmp_path)
    tests = chosen(wheel, sdist, thorough=True)
    on_main = [one.partition(" on Python 3.13.1")[2] for one in tests if one.startswith(wheel.name)]
    assert {" (pip)", " (lowest dependencies)", " (extra fast)", " (extra web)"} <= set(on_main)
    assert sum(one.startswith(wheel.name) for one in tests) == 4 + 4
    assert sum(one.startswith(sdist.name) for one in tests) == 4 + 1


def test_only_the_first_way_to_install_is_taken_by_default(tmp_path: Path) -> None:
    file = artifacts.wheel(fields={"Provides-Extra": ["fast"]}).at(tmp_path)
    assert len(chosen(file)) == 1


def tried(
    *files: Path, staging: Staging | None = None, findings: tuple[Finding, ...] = (), **given: Any
) -> tuple[list[str], list[str]]:
    """Return what is chosen, and what is reported as untried, where the same run has built the files."""
    built = StageResult(name="build", outcome="done", seconds=1.0)
    plan = msgspec.structs.replace(PLAN, staging=staging)
    made = msgspec.structs.replace(manifest(*files), plan=plan, stages=(built,), findings=findings)
    choice = choose.choose(made, inputs(files, **given))
    names = [test.candidate.artifact for test in choice.tests]
    return names, [one.smoke_test for one in choice.untried if "sdist" in one.reason]


def test_an_sdist_is_proven_by_the_pure_wheel_that_was_built_from_it(tmp_path: Path) -> None:
    wheel, sdist = artifacts.wheel().at(tmp_path), artifacts.sdist().at(tmp_path)
    compiled = artifacts.wheel(tag="cp39-abi3-any", tags=["cp39-abi3-any"]).at(tmp_path)
    names, left = tried(sdist, wheel, command="check")
    assert names == [wheel.name]
    assert left == [f"to install {sdist.name} on Python {HERE}"]
    both = [sdist.name, wheel.name]
    assert tried(sdist, wheel, command="smoke") == (both, [])
    assert set(tried(sdist, wheel, command="check", thorough=True)[0]) == set(both)
    assert tried(sdist, command="check") == ([sdist.name], [])
    staging = Staging(version="1.0.dev1", base="1.0", reason="for a test")
    assert tried(sdist, wheel, command="check", staging=staging) == (both, [])
    warned = Finding(rule="extras-equal", severity=Severity.WARNING, message="", why="", fix="")
    assert tried(sdist, wheel, command="check", findings=(warned,)) == (both, [])
    assert tried(sdist, compiled, command="check")[0] == [sdist.name, compiled.name]


def test_what_is_claimed_and_not_tried_is_reported(tmp_path: Path) -> None:
    file = artifacts.wheel(
        fields={"Classifier": [f"Programming Language :: Python :: {v}" for v in (HERE, "3.15")]}
    )
    choice = choose.choose(manifest(path := file.at(tmp_path)), inputs((path,)))
    assert "Python 3.15" in {one.smoke_test for one in choice.untried}
    in_matrix = choose.choose(manifest(path), inputs((path,), job="smoke-linux-x86_64-3.12"))
    assert in_matrix.untried == ()
    asked = choose.choose(manifest(path), inputs((path,), thorough=True))
    assert {one.reason for one in asked.untried if one.smoke_test == "Python 3.15"} <= {"not on this machine"}


def test_what_the_metadata_allows_and_nobody_tried_is_reported(tmp_path: Path) -> None:
    """Also what is no longer maintained, and in the job that decides for all others."""
    path = artifacts.wheel(fields={"Requires-Python": ">=3.7,<3.15"}).at(tmp_path)
    choice = choose.choose(manifest(path), inputs((path,)))
    [old] = [one for one in choice.untried if "Requires-Python allows it" in one.reason]
    assert old.smoke_test.startswith("Python 3.7, 3.8")
    results = tuple(result(f"3.{minor}.1") for minor in (7, 11, 12, 14))
    whole = msgspec.structs.replace(manifest(path), smoke_results=results)
    left = " ".join(one.smoke_test for one in choose.untried_by_jobs(whole, inputs((path,))))
    assert "3.8" in left
    assert "3.13" in left
    assert not [
        minor for minor in ("3.7", "3.11", "3.12", "3.14", "3.15") if minor in left.replace(",", "").split()
    ]


def test_what_a_classifier_promises_and_nobody_tried_is_reported(tmp_path: Path) -> None:
    """Without a bound in the metadata as well; but not what Requires-Python excludes."""
    named = [f"Programming Language :: Python :: {minor}" for minor in ("3", "3.7", "3.8", HERE)]
    for bound, promised in ((None, "Python 3.7, 3.8"), (">=3.8", "Python 3.8")):
        fields = {"Classifier": named, "Requires-Python": bound}
        choice = choose.choose(manifest(path := artifacts.wheel(fields=fields).at(tmp_path)), inputs((path,)))
        [old] = [one.smoke_test for one in choice.untried if "a classifier promises it" in one.reason]
        assert old == promised


def result(python: str) -> SmokeResult:
    return SmokeResult(
        artifact="demo-1.0-py3-none-any.whl",
        python=python,
        installer="uv",
        origin="file",
        passed=True,
        seconds=1.0,
    )


def test_what_worked_is_in_the_result(tmp_path: Path) -> None:
    """A script that answers, a plugin that loads, and the project's tests, with the last line they printed."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "look.py").write_text("import demo\nprint('2 passed')\n")
    points = "[console_scripts]\ntool = demo:main\nbad = demo:fail\n[some.plugins]\nplug = demo\n"
    code = "import sys\ndef main(): print('usage')\ndef fail(): sys.exit(3)\n"
    path = artifacts.wheel({"demo/__init__.py": code}, entry_points=points).at(tmp_path)
    [seen] = smoked(path, test_command="python tests/look.py").smoke_results
    assert [(one.kind, one.name, one.said) for one in seen.ran] == [
        ("script", "tool", ""),
        ("plugin", "some.plugins: plug", ""),
        ("test-command", "python tests/look.py", "2 passed"),
    ]


def test_a_wheel_for_another_platform_is_reported_as_untried(tmp_path: Path) -> None:
    tag = "cp312-cp312-win_ia64"
    addition = smoked(artifacts.wheel(tag=tag, tags=[tag]).at(tmp_path))
    assert addition.smoke_results == ()
    assert addition.findings == ()
    assert "another platform" in addition.untried[0].reason


def test_an_extra_that_is_none_is_bad_input(tmp_path: Path) -> None:
    file = artifacts.wheel(fields={"Provides-Extra": ["fast"]}).at(tmp_path)
    with pytest.raises(InputError, match="no extra 'fats'") as caught:
        smoked(file, extras=("fats",))
    assert "fast" in caught.value.remedy


@pytest.mark.parametrize(
    "option", [{"constraint": ("no.txt",)}, {"wheelhouse": Path("no")}, {"find_links": ("no",)}]
)
def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path, option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="There is no no"):
        smoked(artifacts.wheel().at(tmp_path), **option)


def test_a_command_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="smoke-command"):
        smoked(artifacts.wheel().at(tmp_path), smoke_command="python -c 'print(")


def gears(folder: Path) -> Path:
    folder.mkdir()
    for version in ("1.0", "2.0"):
        held = {"gear.py": f"VERSION = {version!r}\n"}
        artifacts.wheel(held, name="gear", version=version).at(folder)
    return folder


@pytest.mark.parametrize(
    ("given", "version"),
    [({}, "2.0"), ({"constraint": ("limits.txt",)}, "1.0"), ({"resolution": ("lowest-direct",)}, "1.0")],
)
def test_dependencies_are_chosen_as_asked(tmp_path: Path, given: dict[str, Any], version: str) -> None:
    (tmp_path / "limits.txt").write_text("gear<2\n")
    file = artifacts.wheel(fields={"Requires-Dist": ["gear>=1"]}).at(tmp_path)
    # As users call it, whatever the environment's own name for it is.
    command = f"python3 -c \"import gear; assert gear.VERSION == '{version}', gear.VERSION\""
    addition = smoked(file, wheelhouse=gears(tmp_path / "house"), smoke_command=command, **given)
    assert [f.message for f in addition.findings] == []
    assert [result.resolution for result in addition.smoke_results] == list(
        given.get("resolution", ("highest",))
    )


@pytest.mark.parametrize("hides", [True, False])
def test_a_script_with_windows_is_started_only_where_it_finds_no_screen(
    hides: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "SCREEN_BY_VARIABLE", hides)
    mark = tmp_path / "opened"
    code = f"from pathlib import Path\n\n\ndef main():\n    Path({str(mark)!r}).touch()\n"
    entry = "[gui_scripts]\ndemo = demo:main\n"
    file = artifacts.wheel({"demo/__init__.py": code}, entry_points=entry).at(tmp_path)
    assert smoked(file).findings == ()
    assert mark.exists() is hides


def test_a_smoke_test_runs_far_from_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "__init__.py").write_text("raise RuntimeError('the checkout was imported')\n")
    script = tmp_path / "look.py"
    script.write_text("import os, demo\nassert 'site-packages' in demo.__file__\nassert os.listdir() == []\n")
    addition = smoked(artifacts.wheel().at(tmp_path), smoke_command="python {project}/look.py")
    assert [f.seen for f in addition.findings] == []


def test_secrets_of_the_caller_do_not_reach_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOAD_TOKEN", "hush")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    code = "import os\nassert 'UPLOAD_TOKEN' not in os.environ and 'PYTHONPATH' not in os.environ\n"
    addition = smoked(artifacts.wheel({"demo/__init__.py": code}).at(tmp_path))
    assert [f.seen for f in addition.findings] == []


def test_pip_installs_as_uv_does(tmp_path: Path) -> None:
    entry = "[console_scripts]\ndemo = demo:main\n"
    file = artifacts.wheel({"demo/__init__.py": "def main(): ...\n"}, entry_points=entry).at(tmp_path)
    addition = smoked(file, installer=("uv", "pip"))
    assert [f.message for f in addition.findings] == []
    assert [(result.installer, result.imported) for result in addition.smoke_results] == [
        ("uv", ("demo",)),
        ("pip", ("demo",)),
    ]


def test_what_several_smoke_tests_have_in_common_is_reported_once(tmp_path: Path) -> None:
    file = artifacts.wheel({"demo/__init__.py": "import gear\n"}).at(tmp_path)
    addition = smoked(file, installer=("uv",), resolution=("highest",), python=(HERE, "all"))
    assert len(addition.smoke_results) >= 1
    assert len([f for f in addition.findings if f.rule == "import-fails"]) == 1
    for result in addition.smoke_results:
        assert result.python in addition.findings[0].message


def test_installed_pythons_include_the_own_one_and_each_once() -> None:
    found = interpreters.installed()
    assert interpreters.own().path in [one.path for one in found]
    minors = [one.minor for one in found]
    assert len(minors) == len(set(minors))
    assert all(one.path.is_absolute() for one in found)


@only_on.posix("a link needs a right there")
def test_a_python_of_the_tool_cache_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = interpreters.own()
    folder = tmp_path / "Python" / own.version / "x64" / "bin"
    folder.mkdir(parents=True)
    (folder / "python3").symlink_to(own.path)
    monkeypatch.setenv("RUNNER_TOOL_CACHE", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert interpreters.find(own.version, remedy="").version == own.version


def test_a_python_that_is_not_here_is_bad_input() -> None:
    with pytest.raises(InputError, match=r"`3\.99`"):
        interpreters.choose_all(None, ("3.99",))


@pytest.mark.parametrize(
    ("interpreter", "minor", "label"),
    [
        (SEVERAL[0], "3.11", "3.11.9"),
        (SEVERAL[2], "3.14t", "3.14.0t"),
        (SEVERAL[3], "pypy 3.11", "pypy 3.11.11"),
    ],
)
def test_an_interpreter_is_named_as_people_name_it(interpreter: Interpreter, minor: str, label: str) -> None:
    assert (interpreter.minor, interpreter.label) == (minor, label)
