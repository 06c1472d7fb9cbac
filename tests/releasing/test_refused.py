"""A release that is refused or overtaken: nothing is half public, and there is a way on and a way back."""

from __future__ import annotations

from pathlib import Path

import only_on
import pytest
from releasing import scene
from releasing.scene import Scene

pytestmark = only_on.posix("what interferes with git here is a script of a shell")


@pytest.fixture
def begun(tmp_path: Path) -> Scene:
    made = scene.make(tmp_path)
    (made.project / "kept.sh").write_bytes(b"#!/bin/sh\r\necho kept\r\n")
    (made.project / "kept.sh").chmod(0o755)
    made.commit("Add a script")
    made.git("push", "-q")
    made.git("update-index", "--assume-unchanged", "LICENSE")
    return made


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_a_remote_that_refuses_main_gets_neither_commit_nor_tag(begun: Scene, hook: str) -> None:
    refused = {"pre-receive": "grep -q refs/heads/main", "update": '[ "$1" = refs/heads/main ]'}[hook]
    begun.hook(hook, f"if {refused}; then echo 'main is protected'; exit 1; fi", at=begun.origin)
    before, public = begun.state(), begun.public()
    ended = begun.release("1.1.0")
    assert ended.exit_code == 3, ended
    assert "origin took neither main nor v1.1.0: nothing is public" in ended.stdout
    assert "main is protected" in ended.stdout
    assert begun.public() == public
    assert begun.release("--undo").exit_code == 0
    assert begun.state() == before
    ended = begun.release("1.1.0", "--pr")
    assert ended.exit_code == 0, ended
    assert set(begun.public()) - set(public) == {"refs/heads/release/1.1.0"}


@pytest.mark.parametrize("step", ["before add", "after add", "after commit", "after push"])
def test_undo_restores_head_index_and_files(begun: Scene, step: str) -> None:
    before, public = begun.state(), begun.public()
    begun.hook("pre-receive", "exit 1", at=begun.origin)
    begun.kill_at(step)
    assert begun.release("1.1.0").exit_code == -9
    begun.environ.pop("PATH")
    ended = begun.release("--undo")
    assert ended.exit_code == 0, ended
    assert begun.state() == before
    assert begun.public() == public
    assert begun.git("status", "--porcelain") == ""
    begun.live()
    assert begun.release("1.1.0").exit_code == 0


@pytest.mark.parametrize(
    "step",
    ["after update-ref -d refs/tags/v1.1.0", "before update-ref -m", "after update-ref -m"],
)
def test_killed_while_it_is_taken_back(begun: Scene, step: str) -> None:
    before = begun.state()
    begun.kill_at("after tag")
    begun.release("1.1.0")
    begun.kill_at(step, as_user=False)
    assert begun.release("--undo").exit_code == -9
    begun.live()
    ended = begun.release("--undo")
    assert ended.exit_code == 0, ended
    assert begun.state() == before


@pytest.mark.parametrize("step", ["after switch", "after commit", "before push"])
def test_undo_of_a_pull_request_that_was_not_pushed(begun: Scene, step: str) -> None:
    before = begun.state()
    begun.kill_at(step)
    assert begun.release("1.1.0", "--pr").exit_code == -9
    begun.live()
    ended = begun.release("--undo")
    assert ended.exit_code == 0, ended
    assert begun.state() == before


def test_after_the_push_there_is_no_way_back_but_a_way_on(begun: Scene) -> None:
    begun.release("1.1.0")
    before, public = begun.state(), begun.public()
    ended = begun.release("--undo")
    assert ended.exit_code == 2, ended
    assert "1.1.0 was pushed: the tag v1.1.0 is on origin." in ended.stdout
    assert "manage/project/tiny-project/release/1.1.0/" in ended.stdout
    assert "slipway release 1.1.1" in ended.stdout
    assert (begun.state(), begun.public()) == (before, public)


def test_whether_it_was_pushed_has_to_be_known(begun: Scene) -> None:
    begun.kill_at("before push")
    begun.release("1.1.0")
    begun.live()
    begun.git("remote", "set-url", "origin", str(begun.folder / "nowhere.git"))
    before = begun.state()
    ended = begun.release("--undo")
    assert ended.exit_code == 3, ended
    assert "Whether 1.1.0 was pushed is not known" in ended.stdout
    assert begun.state() == before


def test_undo_keeps_what_somebody_wrote_into_a_file(begun: Scene) -> None:
    before = begun.state()
    begun.hook("pre-commit", "exit 1")
    begun.release("1.1.0")
    log = begun.project / "CHANGELOG.md"
    log.write_text(f"{log.read_text()}Written by hand.\n")
    ended = begun.release("--undo")
    assert ended.exit_code == 0, ended
    assert begun.state() == before
    kept = ended.stdout.partition("git cat-file -p ")[2].partition("`")[0]
    assert begun.git("cat-file", "-p", kept).endswith("Written by hand.")


def test_undo_leaves_commits_alone_that_stand_on_the_releases(begun: Scene) -> None:
    begun.kill_at("before push")
    begun.release("1.1.0")
    begun.live()
    (begun.project / "more.txt").touch()
    begun.commit("More")
    before = begun.state()
    ended = begun.release("--undo")
    assert ended.exit_code == 2, ended
    assert "There are commits on top of the release's own" in ended.stdout
    assert begun.state() == before
    assert begun.release("--continue").exit_code == 0
    assert begun.log()[:2] == ["More", "Release 1.1.0"]


def race(begun: Scene) -> str:
    """Let somebody push right before our push, and return their commit."""
    begun.hook("pre-push", f"[ -e '{begun.notes}/raced' ] || sh '{begun.folder}/race.sh'")
    other = begun.folder / "racer"
    begun.git("clone", "-q", str(begun.origin), str(other), where=begun.folder)
    (other / "other.txt").write_text("Something else.\n")
    begun.git("add", "-A", where=other)
    begun.git("commit", "-qm", "Somebody else's", where=other)
    script = f"touch '{begun.notes}/raced'\nunset GIT_DIR\ncd '{other}' && git push -q origin main\n"
    (begun.folder / "race.sh").write_text(script)
    return begun.git("rev-parse", "HEAD", where=other)


@pytest.mark.parametrize("pull", [("--rebase",), ("--no-rebase", "--no-edit")], ids=["rebase", "merge"])
def test_a_race_with_another_push_ends_without_loss(begun: Scene, pull: tuple[str, ...]) -> None:
    theirs = race(begun)
    ended = begun.release("1.1.0")
    assert ended.exit_code == 3, ended
    assert "origin has commits of main that are not here: nothing of 1.1.0 was pushed." in ended.stdout
    assert "`git pull --rebase`, then `slipway release --continue`" in ended.stdout
    assert begun.public()["refs/heads/main"] == theirs
    assert "refs/tags/v1.1.0" not in begun.public()
    begun.git("pull", "-q", *pull)
    ended = begun.release("--continue")
    assert ended.exit_code == 0, ended
    public = begun.public()
    assert public["refs/tags/v1.1.0"] == public["refs/heads/main"]
    begun.git("merge-base", "--is-ancestor", theirs, "v1.1.0")
    assert begun.git("log", "--format=%s", "v1.1.0").splitlines().count("Release 1.1.0") == 1
    tree = begun.git("rev-parse", "v1.1.0^{tree}")
    assert begun.checked()[-1] == ["v1.1.0", tree, "True"], "what was pulled is checked as well"
    assert len(begun.checked()) == 2


def test_what_was_pulled_may_stop_the_release(begun: Scene) -> None:
    race(begun)
    begun.release("1.1.0")
    begun.git("pull", "-q", "--rebase")
    (begun.notes / "finding").touch()
    ended = begun.release("--continue")
    assert ended.exit_code == 2, ended
    assert "1.1.0 is not pushed" in ended.stdout
    assert "refs/tags/v1.1.0" not in begun.public()
    (begun.notes / "finding").unlink()
    assert begun.release("--continue").exit_code == 0


def test_somebody_else_released_the_same_version(begun: Scene) -> None:
    begun.kill_at("before push")
    begun.release("1.1.0")
    begun.live()
    begun.git("push", "-q", "origin", "HEAD~1:refs/tags/v1.1.0")
    ended = begun.release("--continue")
    assert ended.exit_code == 2, ended
    assert "origin has a tag v1.1.0 that was not made here." in ended.stdout
    public = begun.public()
    assert begun.release("--undo").exit_code == 0
    assert begun.log("HEAD", where=begun.project)[0] != "Release 1.1.0"
    assert begun.public() == public


def test_a_hook_that_refuses_is_heard_and_its_advice_can_be_followed(begun: Scene) -> None:
    begun.hook("pre-commit", "echo 'the hook says no' >&2; exit 1")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 3, ended
    assert "`git commit` failed; nothing of 1.1.0 is public." in ended.stdout
    assert "the hook says no" in ended.stdout
    begun.live()
    assert begun.release("--continue").exit_code == 0
    assert begun.log()[0] == "Release 1.1.0"


def test_what_a_hook_changes_is_checked_too(begun: Scene) -> None:
    begun.hook("pre-commit", "echo tidy >> CHANGELOG.md; git add CHANGELOG.md")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    trees = [tree for _, tree, _ in begun.checked()]
    assert len(trees) == 2
    assert trees[1] == begun.git("rev-parse", "v1.1.0^{tree}") != trees[0]


def test_a_hook_that_changes_a_file_and_refuses(begun: Scene) -> None:
    """As formatters do: the next attempt would commit something else than what was written."""
    begun.hook("pre-commit", "echo tidy >> CHANGELOG.md; exit 1")
    assert begun.release("1.1.0").exit_code == 3
    begun.live()
    ended = begun.release("--continue")
    assert ended.exit_code == 2, ended
    assert "CHANGELOG.md is no longer what the release wrote." in ended.stdout
    assert "git commit -am 'Release 1.1.0'" in ended.stdout
    begun.git("commit", "-qam", "Release 1.1.0")
    assert begun.release("--continue").exit_code == 0
    assert begun.checked()[-1][1] == begun.git("rev-parse", "v1.1.0^{tree}")


def test_another_release_waits_for_the_one_under_way(begun: Scene) -> None:
    begun.kill_at("before push")
    begun.release("1.1.0")
    begun.live()
    before = begun.state()
    for words in (("1.2.0",), ("--bump", "major"), ("1.1.0", "--pr"), ("1.1.0", "--dry-run")):
        ended = begun.release(*words)
        assert ended.exit_code == 2, ended
        assert "The release of 1.1.0 is under way in this checkout." in ended.stdout
    assert "slipway release --undo" in begun.release().stdout
    assert begun.state() == before


@pytest.mark.parametrize("setting", ["tag.gpgSign", "tag.forceSignAnnotated"])
def test_what_git_is_set_up_to_sign_is_signed(begun: Scene, setting: str) -> None:
    signer = begun.hook(
        "signer", "cat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo SIGNED", at=begun.notes
    )
    for name, value in (("gpg.program", str(signer)), ("commit.gpgSign", "true"), (setting, "true")):
        begun.git("config", name, value)
    ended = begun.release("1.1.0")
    assert ended.exit_code == 0, ended
    assert "gpgsig SIGNED" in begun.git("cat-file", "commit", "HEAD")
    assert begun.git("cat-file", "tag", "v1.1.0").endswith("SIGNED")
    assert begun.git("cat-file", "tag", "v1.1.0", where=begun.origin).endswith("SIGNED")


def test_what_git_cannot_sign_is_not_pushed(begun: Scene) -> None:
    begun.git("config", "tag.gpgSign", "true")
    begun.git("config", "gpg.program", "false")
    ended = begun.release("1.1.0")
    assert ended.exit_code == 3, ended
    assert "`git tag` failed" in ended.stdout
    assert "refs/tags/v1.1.0" not in begun.public()
    begun.git("config", "--unset", "tag.gpgSign")
    assert begun.release("--continue").exit_code == 0


@pytest.mark.parametrize("prefix", ["--force-", "a..b", "v*"])
def test_a_prefix_that_makes_no_tag_is_refused(begun: Scene, prefix: str) -> None:
    ended = begun.release("1.1.0", f"--tag-prefix={prefix}")
    assert ended.exit_code == 2, ended
    assert "is no name for a tag of git" in ended.stdout
