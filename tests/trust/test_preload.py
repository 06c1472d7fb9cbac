"""A build that overwrites Slipway changes nothing in the run that it belongs to."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_project
from command_line import SCRIPTS, START, environment
from slipway import preload

EVERYTHING = "**/*"

FORGED = """\
import os, sys
os.write(2, ("loaded too late: " + __file__ + chr(10)).encode())
os._exit(0)
"""
"""What the build puts into every file of Slipway: whatever loads it ends well."""

OVERWRITES = """\
for path in Path({folder!r}).glob({pattern!r}):
    if path.suffix in {{".py", ".txt", ".yml"}}:
        path.write_text({text!r})
    elif path.suffix == ".pyc":
        path.unlink()
"""

RECORDED = """\
import atexit, json, pathlib, sys, sysconfig
sys.path.insert(0, sys.argv.pop(1))
record = pathlib.Path(sys.argv.pop(1))
from slipway import pipeline
imported, run = [], pipeline.Stage.run

class Recorder:
    def find_spec(self, name, path=None, target=None):
        imported.append(name)

def recorded(stage, *arguments):
    if stage.name in ("build", "smoke") and not any(isinstance(one, Recorder) for one in sys.meta_path):
        # What was read before comes from the first finder, and no other one is asked.
        sys.meta_path.insert(1, Recorder())
        sys.addaudithook(opened)
    return run(stage, *arguments)

def opened(event, arguments):
    path = arguments[0] if event == "open" and isinstance(arguments[0], str) else ""
    if path.startswith(folders) and pathlib.PurePath(path).suffix in (".py", ".pyc", ".so", ".txt", ".json", ".yml"):
        imported.append(path)

folders = (str(pathlib.Path(sys.path[0]).resolve()), sys.prefix, sysconfig.get_path("stdlib"))
pipeline.Stage.run = recorded
atexit.register(lambda: record.write_text(json.dumps(imported)))
from slipway.cli import main
main()
"""
"""Runs a command and writes down each module that is looked for, and each file of code or of data of Slipway, its
environment and the standard library that is opened, after foreign code may have run."""

LOADED_LATER = ("pygments.lexers", "cyclonedx_py")
"""Of other packages than Slipway, what is loaded after foreign code ran; preload.py says why. The last one is only looked
for, to be started."""

README = """\
A project
=========

.. image:: https://example.org/a.png

.. note:: Text.

.. contents::

.. list-table::

   * - a

.. code-block:: python

   import this

A reference_ and :math:`x`.

.. _reference: https://example.org
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SCRIPTS, tmp_path / "scripts"))


def overwriting(tmp_path: Path, copy: Path, pattern: str, **changes: str) -> Path:
    attack = OVERWRITES.format(folder=str(copy), pattern=pattern, text=FORGED)
    return tiny_project.make(tmp_path / "project", in_build=attack, **changes)


def run(copy: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-I", str(START), str(copy), *map(str, arguments)]
    return subprocess.run(
        argv,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    "pattern",
    [
        EVERYTHING,
        "slipway/commands.py",
        "slipway/pipeline.py",
        "slipway/report/verdict.py",
        "slipway/rules/smoke/imports.py",
        "slipway/smoke/probe.py",
        "slipway/smoke/run.py",
        "slipway/stages/inspect.py",
        "slipway/stages/smoke.py",
    ],
)
def test_a_build_that_overwrites_slipway_does_not_change_the_verdict(
    pattern: str, copy: Path, tmp_path: Path
) -> None:
    project = overwriting(tmp_path, copy, pattern, in_import="raise RuntimeError('cannot be imported')\n")

    ended = run(copy, "check", "--json", "--work", tmp_path / "work", project)

    assert "loaded too late" not in ended.stderr
    assert ended.returncode == 1, ended.stderr
    assert "import-fails" in {finding["rule"] for finding in json.loads(ended.stdout)["findings"]}
    assert FORGED in {path.read_text() for path in copy.glob(pattern) if path.suffix == ".py"}


def test_a_package_that_overwrites_slipway_does_not_change_the_verdict(copy: Path, tmp_path: Path) -> None:
    attack = "from pathlib import Path\n" + OVERWRITES.format(
        folder=str(copy), pattern=EVERYTHING, text=FORGED
    )
    project = tiny_project.make(tmp_path / "project", in_import=f"{attack}raise RuntimeError('no')\n")

    built = run(copy, "build", "--work", tmp_path / "work", project)
    ended = run(copy, "smoke", "--work", tmp_path / "other", *(tmp_path / "work" / "dist").glob("*"))

    assert built.returncode == 0, built.stderr
    assert "loaded too late" not in ended.stderr
    assert ended.returncode == 1, ended.stderr
    assert "import-fails" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["check", "--sbom"], {}),
        (["check", "--json"], {}),
        (["check"], {"GITHUB_ACTIONS": "true"}),
        (["rehearse"], {}),
    ],
    ids=["check", "json", "runner", "rehearse"],
)
@pytest.mark.parametrize("in_import", ["", "import absent\n"], ids=["works", "fails"])
def test_nothing_is_loaded_after_foreign_code_ran(
    arguments: list[str], variables: dict[str, str], in_import: str, tmp_path: Path
) -> None:
    record = tmp_path / "record.json"
    project = tiny_project.make(tmp_path / "project", in_import=in_import)
    backend = project / "_build_tools" / "own_backend.py"
    written = backend.read_text("utf-8").replace("text/markdown", "text/x-rst")
    readme = "A project that builds in a moment, as a readme says at length.\n"
    backend.write_text(written.replace(readme, README), "utf-8")

    argv = [sys.executable, "-I", "-c", RECORDED, str(SCRIPTS), str(record)]
    argv += [*arguments, "--work", str(tmp_path / "work"), str(project)]
    ended = subprocess.run(
        argv, env=environment(variables), capture_output=True, text=True, check=False, timeout=120
    )

    assert ended.returncode == (1 if in_import else 0), ended.stdout + ended.stderr
    imported = set(json.loads(record.read_text()))
    assert {name for name in imported if name.partition(".")[0] == "slipway"} == set()
    assert {name for name in imported if not name.startswith(LOADED_LATER)} == set()


def test_commands_that_run_no_foreign_code_load_nothing_ahead(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from slipway import preload\n"
    code += "preload.read = lambda *a, **k: sys.exit('read ahead')\nfrom slipway.cli import main; main()"
    for command in ("plan", "validate"):
        argv = [sys.executable, "-I", "-c", code, str(SCRIPTS), command, str(project)]
        ended = subprocess.run(argv, env=environment(), capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr


def test_what_only_type_checkers_import_is_not_loaded() -> None:
    source = """
from typing import TYPE_CHECKING
import always
if TYPE_CHECKING:
    from types_of import one
    import types_too
else:
    import otherwise
from after import two
def late():
    from when_run import three
"""
    code = compile(source, "module", "exec")
    found = [module for module, _, _ in preload._imports(code, "slipway", with_functions=True)]
    assert [module for module in found if module not in {"types_of", "types_too"}] == [
        *("typing", "always", "otherwise", "after", "when_run"),
    ]
    assert "types_of" not in found


READ = """
import pathlib, sys
sys.path[:0] = sys.argv[1:]
from slipway import preload

preload.read(["slipway.conversation", "package.member", "slipway.artifacts.linkage"])
# It reads a file beside it when it is executed.
print("slipway.artifacts.linkage" in sys.modules, "slipway.conversation" in sys.modules)
for path in pathlib.Path(sys.argv[2]).rglob("*.py"):
    path.write_text("raise SystemExit('loaded too late')")
pathlib.Path(sys.argv[2], "missing.py").write_text("raise SystemExit('loaded too late')")
preload.load(["slipway.conversation", "package.member"])
import package.member
print(package.member.neighbour.VALUE, package.member.missing, package.member.__file__)
"""


def test_what_was_read_stays_and_what_was_missing_stays_missing(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "neighbour.py").write_text("VALUE = 1\n")
    member = package / "member.py"
    member.write_text(
        "from . import neighbour\ntry:\n    import missing\nexcept ImportError:\n    missing = 'missing'\n"
    )

    argv = [sys.executable, "-I", "-c", READ, str(SCRIPTS), str(tmp_path)]
    ended = subprocess.run(argv, env=environment(), capture_output=True, text=True, check=False)

    assert ended.stdout.split() == ["True", "False", "1", "missing", str(member)], ended.stderr
