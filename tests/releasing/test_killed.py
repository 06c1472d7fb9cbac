"""Killed for real at each step and started again: the same end, one commit, one tag."""

from __future__ import annotations

from pathlib import Path

import only_on
import pytest
from releasing import scene
from releasing.scene import Scene

pytestmark = only_on.posix("what interferes with git here is a script of a shell")


@pytest.fixture
def begun(tmp_path: Path) -> Scene:
    return scene.make(tmp_path)


def assert_released(begun: Scene, *, subjects: tuple[str, ...] = ("Release 1.1.0", "Begin")) -> None:
    public = begun.public()
    assert set(public) == {"refs/heads/main", "refs/tags/v1.0.0", "refs/tags/v1.1.0"}
    assert public["refs/tags/v1.1.0"] == public["refs/heads/main"] == begun.git("rev-parse", "HEAD")
    assert begun.git("cat-file", "-t", "v1.1.0") == "tag"
    assert tuple(begun.log()) == subjects
    assert begun.git("status", "--porcelain") == ""
    assert begun.git("show", "v1.1.0:pyproject.toml").count('version = "1.1.0"') == 1
    assert begun.git("show", "v1.1.0:CHANGELOG.md").count("## 1.1.0 (") == 1
    assert begun.checked()[-1] == ["v1.1.0", begun.git("rev-parse", "v1.1.0^{tree}"), "True"]


STEPS = ["before add", "after add", "after commit", "before tag", "after tag", "before push", "after push"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(begun: Scene, step: str) -> None:
    """Asked for with --bump, which would lead to another version once the first one is written."""
    begun.kill_at(step)
    ended = begun.release("--bump", "minor")
    assert ended.exit_code == -9, ended
    assert ("refs/tags/v1.1.0" in begun.public()) is (step == "after push")
    begun.live()
    ended = begun.release("--bump", "minor")
    assert ended.exit_code == 0, ended
    assert_released(begun)


def test_killed_between_two_files(begun: Scene) -> None:
    begun.kill_at("before add")
    begun.release("1.1.0")
    begun.git("checkout", "-q", "--", "pyproject.toml")
    begun.live()
    ended = begun.release("--continue")
    assert ended.exit_code == 0, ended
    assert_released(begun)


HOOKS = {
    "while-committing": ("pre-commit", "exit 1"),
    "while-committing-and-git-goes-on": ("pre-commit", "exit 0"),
    "while-tagging": (
        "reference-transaction",
        "grep -q refs/tags/v1.1.0 || exit 0; [ $1 = prepared ] || exit 0",
    ),
    "while-pushing-and-git-goes-on": ("pre-push", "exit 0"),
}


@pytest.mark.parametrize("moment", HOOKS)
def test_killed_inside_git(begun: Scene, moment: str) -> None:
    """By a hook, so that git is in the middle of it; what git then does, it does alone."""
    name, rest = HOOKS[moment]
    body = f"{rest}; {begun.kill}; exit 1" if "refs/tags" in rest else f"{begun.kill}; {rest}"
    begun.hook(name, body)
    ended = begun.release("1.1.0")
    assert ended.exit_code == -9, ended
    begun.live()
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    assert_released(begun)


def test_killed_when_the_remote_has_taken_it(begun: Scene) -> None:
    begun.hook("post-receive", begun.kill, at=begun.origin)
    assert begun.release("1.1.0").exit_code == -9
    begun.live()
    public = begun.public()
    ended = begun.release("--continue")
    assert ended.exit_code == 0, ended
    assert begun.public() == public
    assert_released(begun)


@only_on.linux("it finds the command in /proc")
def test_killed_during_the_check_nothing_has_happened(begun: Scene) -> None:
    """With the real check, killed by the code of the project that it runs."""
    backend = begun.project / "_build_tools" / "own_backend.py"
    find = "import os, pathlib\nn = os.getpid()\n"
    find += "while b'\\0release\\0' not in pathlib.Path(f'/proc/{n}/cmdline').read_bytes():\n"
    find += "    n = int(pathlib.Path(f'/proc/{n}/stat').read_text().rpartition(')')[2].split()[1])\n"
    backend.write_text(f"{backend.read_text()}\n{find}os.kill(n, 9)\n")
    begun.commit("Kill who builds it")
    begun.git("push", "-q")
    before, public = begun.state(), begun.public()
    ended = begun.release("1.1.0", checked=True)
    assert ended.exit_code == -9, ended
    assert (begun.state(), begun.public()) == (before, public)
    assert "There is nothing to take back" in begun.release("--undo").stdout


@pytest.mark.parametrize("step", ["after switch", "after commit", "after push"])
def test_killed_on_the_way_to_a_pull_request(begun: Scene, step: str) -> None:
    begun.kill_at(step)
    assert begun.release("1.1.0", "--pr").exit_code == -9
    begun.live()
    ended = begun.release("1.1.0", "--pr")
    assert ended.exit_code == 0, ended
    assert "from release/1.1.0 into main" in ended.stdout
    assert begun.git("symbolic-ref", "--short", "HEAD") == "main"
    public = begun.public()
    assert set(public) == {"refs/heads/main", "refs/heads/release/1.1.0", "refs/tags/v1.0.0"}
    assert begun.log("release/1.1.0") == ["Release 1.1.0", "Begin"]
    assert begun.log("main") == ["Begin"]


def test_an_interrupted_release_says_how_it_goes_on(begun: Scene) -> None:
    begun.hook("pre-push", f"kill -INT $(cat '{begun.notes}/pid'); sleep 600")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 130, ended
    assert "Stopped in the middle of the release of 1.1.0." in ended.stdout
    assert "--continue" in ended.stdout
    begun.live()
    assert begun.release("--continue").exit_code == 0
    assert_released(begun)
