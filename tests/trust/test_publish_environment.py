"""The environment that publishes runs nothing that was put into it after it was made."""

import ast
import importlib.util
import os
import py_compile
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from installation.test_bootstrap import SETTING_UP, Machine, cache, machine, shared

__all__ = ["cache", "machine", "shared"]

CHANGED = "were changed since it was made"

PLANTED = "import os\nos.write(2, b'planted code runs\\n')\n"


def publish(machine: Machine, **variables: str) -> tuple[str, str]:
    """Run `publish` and return the folder of its environment and what it wrote to standard error."""
    ended = machine.run("publish", **variables)
    assert ended.returncode == 7, ended.stderr
    assert "planted code runs" not in ended.stderr
    return ast.literal_eval(ended.stdout)["prefix"], ended.stderr


def a_pth_file(packages: Path) -> None:
    (packages / "planted.pth").write_text("import os; os.write(2, b'planted code runs\\n')\n")


def a_changed_module(packages: Path) -> None:
    path = packages / "cargo.py"
    before = path.stat()
    path.write_text(PLANTED)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def a_sitecustomize(packages: Path) -> None:
    (packages / "sitecustomize.py").write_text(PLANTED)


def a_bytecode_file(packages: Path) -> None:
    source = packages / "planted.py"
    source.write_text(PLANTED)
    cached = Path(importlib.util.cache_from_source(str(packages / "cargo.py")))
    py_compile.compile(
        str(source),
        cfile=str(cached),
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    source.unlink()


def a_removed_file(packages: Path) -> None:
    next(packages.glob("cargo-*/RECORD")).unlink()


def a_linked_folder(packages: Path) -> None:
    elsewhere = packages.parents[3] / "elsewhere"
    shutil.rmtree(elsewhere, ignore_errors=True)
    packages.rename(elsewhere)
    packages.symlink_to(elsewhere)
    a_sitecustomize(elsewhere)


def a_pipe(packages: Path) -> None:
    os.mkfifo(packages / "pipe.py")
    a_sitecustomize(packages)


@pytest.mark.parametrize(
    "plant",
    [
        a_pth_file,
        a_changed_module,
        a_sitecustomize,
        a_bytecode_file,
        a_removed_file,
        a_linked_folder,
        a_pipe,
    ],
)
def test_an_environment_that_was_changed_is_made_again(
    machine: Machine, plant: Callable[[Path], None]
) -> None:
    prefix, _ = publish(machine)
    plant(next(Path(prefix).glob("lib/python*/site-packages")))

    _, changed = publish(machine)
    _, after = publish(machine)

    assert CHANGED in changed
    assert SETTING_UP in changed
    assert after == "", "one that nothing changed is used as it is"


def test_publishing_adds_nothing_to_it(machine: Machine) -> None:
    prefix, _ = publish(machine)
    publish(machine)
    assert list(Path(prefix).rglob("__pycache__")) == []


def test_the_installer_is_made_again_where_it_was_changed(machine: Machine) -> None:
    publish(machine)
    folder = next((machine.cache / "environments").glob("uv-*"))
    program = folder / "bin" / "uv"
    program.write_text(f"#!{sys.executable}\n{PLANTED}")
    machine.environment()
    machine.lock((machine.scripts / "requirements" / "slipway.txt").read_text() + "\n")

    ended = machine.run("check")

    assert ended.returncode == 7, ended.stderr
    assert "planted code runs" not in ended.stderr
    assert program.stat().st_size > 1000_000


def test_on_a_runner_it_is_always_a_new_one(machine: Machine, tmp_path: Path) -> None:
    kept, _ = publish(machine)
    temp = tmp_path / "runner temp"
    temp.mkdir()
    runner = {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(temp)}

    first, written = publish(machine, **runner)
    second, _ = publish(machine, **runner)

    assert SETTING_UP in written
    assert len({kept, first, second}) == 3
    assert all(Path(prefix).is_relative_to(temp) for prefix in (first, second))
    assert {path.name for path in Path(first).parents[1].iterdir()} == {"environments"}
    assert Path(first).parents[1].stat().st_mode & 0o777 == 0o700


def test_other_commands_on_a_runner_use_the_cache(machine: Machine, tmp_path: Path) -> None:
    runner = {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(tmp_path)}
    prefix = ast.literal_eval(machine.run("check", **runner).stdout)["prefix"]
    assert Path(prefix).is_relative_to(machine.cache)
