"""A release by pull request, whichever way it is merged."""

from __future__ import annotations

from pathlib import Path

import only_on
import pytest
from releasing import scene
from releasing.scene import Scene


@pytest.fixture
def begun(tmp_path: Path) -> Scene:
    return scene.make(tmp_path)


def merge(begun: Scene, way: str) -> str:
    """Merge the branch on the remote as GitHub does, and return the commit that brings the release."""
    other = begun.folder / "maintainer"
    begun.git("clone", "-q", str(begun.origin), str(other), where=begun.folder)
    (other / "before.txt").touch()
    begun.git("add", "-A", where=other)
    begun.git("commit", "-qm", "Before the merge", where=other)
    branch = "origin/release/1.1.0"
    if way == "merge":
        begun.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1", branch, where=other)
    elif way == "squash":
        begun.git("merge", "-q", "--squash", branch, where=other)
        begun.git("commit", "-qm", "Release 1.1.0 (#1)", where=other)
    else:
        begun.git("cherry-pick", branch, where=other)
    merged = begun.git("rev-parse", "HEAD", where=other)
    begun.git("push", "-q", "origin", "main", ":release/1.1.0", where=other)
    return merged


@pytest.mark.parametrize("way", ["merge", "squash", "rebase"])
def test_after_the_merge_the_commit_that_was_merged_is_tagged(begun: Scene, way: str) -> None:
    """Somebody pushes on: that one is not part of the release."""
    ended = begun.release("1.1.0", "--pr")
    assert ended.exit_code == 0, ended
    assert "After the merge: git pull, then slipway release --continue" in ended.stdout
    assert "refs/tags/v1.1.0" not in begun.public()
    merged = merge(begun, way)
    log = begun.folder / "maintainer" / "CHANGELOG.md"
    log.write_text(log.read_text().replace("## Unreleased\n", "## Unreleased\n\n- A later thing.\n"))
    begun.git("commit", "-qam", "After the merge", where=log.parent)
    begun.git("push", "-q", "origin", "main", where=log.parent)
    main = begun.public()["refs/heads/main"]
    begun.git("pull", "-q", "--rebase")
    ended = begun.release("--continue")
    assert ended.exit_code == 0, ended
    public = begun.public()
    assert (public["refs/tags/v1.1.0"], public["refs/heads/main"]) == (merged, main)
    assert begun.checked()[-1] == ["v1.1.0", begun.git("rev-parse", f"{merged}^{{tree}}"), "True"]


def test_before_the_merge_it_says_what_it_waits_for(begun: Scene) -> None:
    begun.release("1.1.0", "--pr")
    for words in (("--continue",), ("1.1.0",), ("1.1.0", "--pr")):
        ended = begun.release(*words)
        assert ended.exit_code == 2, ended
        assert "1.1.0 is not on main here yet." in ended.stdout
    merge(begun, "squash")
    assert "The merge was not pulled, or the pull request was closed" in begun.release("--continue").stdout
    begun.git("pull", "-q")
    assert begun.release("1.1.0").exit_code == 0


def test_a_pull_request_that_is_given_up(begun: Scene) -> None:
    before = begun.state()
    begun.release("1.1.0", "--pr")
    ended = begun.release("--undo")
    assert ended.exit_code == 2, ended
    assert "`git push origin --delete release/1.1.0`" in ended.stdout
    begun.git("push", "-q", "origin", "--delete", "release/1.1.0")
    assert begun.release("--undo").exit_code == 0
    after = begun.state()
    assert {key: after[key] for key in after if key != "index"} == {
        key: before[key] for key in before if key != "index"
    }
    assert begun.git("status", "--porcelain") == ""
    assert begun.release("1.1.0").exit_code == 0


def test_another_clone_can_go_on(begun: Scene) -> None:
    """There is no journal: the version and the changelog in the tree say what is to be tagged."""
    begun.release("1.1.0", "--pr")
    merged = merge(begun, "squash")
    begun.git("clone", "-q", str(begun.origin), str(begun.folder / "second"), where=begun.folder)
    ended = begun.release("--continue", path="../second")
    assert ended.exit_code == 0, ended
    assert begun.public()["refs/tags/v1.1.0"] == merged


@only_on.posix("the hook is a script of a shell")
def test_killed_while_the_merged_commit_is_tagged(begun: Scene) -> None:
    begun.release("1.1.0", "--pr")
    merged = merge(begun, "rebase")
    begun.git("pull", "-q", "--rebase")
    for step in ("before tag", "after tag", "after push"):
        begun.kill_at(step)
        begun.release("--continue")
        begun.live()
    ended = begun.release("--continue")
    assert ended.exit_code == 0, ended
    assert begun.public()["refs/tags/v1.1.0"] == merged


def test_the_address_where_the_pull_request_is_opened(begun: Scene) -> None:
    begun.git("config", f"url.{begun.origin}.insteadOf", "git@github.com:acme/demo.git")
    begun.git("remote", "set-url", "origin", "git@github.com:acme/demo.git")
    ended = begun.release("1.1.0", "--pr")
    assert "https://github.com/acme/demo/compare/main...release/1.1.0?expand=1" in ended.stdout, ended
