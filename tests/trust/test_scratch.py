"""Scratch folders: only what a run of this user left behind is removed, and nothing outside of it is touched."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import only_on
import pytest
from slipway.environments import disposable

OLD = 1_000_000_000


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def folder(place: Path, name: str, owner: str | None) -> Path:
    made = place / name
    made.mkdir()
    (made / "file").write_text("kept")
    if owner is not None:
        (made / disposable.MARKER).write_text(owner)
    os.utime(made, (OLD, OLD))
    return made


def ended() -> str:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return str(child.pid)


def sweep(temporary: Path) -> None:
    before = temporary.stat().st_mode
    with disposable.scratch() as path:
        assert path.parent == temporary.resolve()
        assert (path / disposable.MARKER).is_file()
    assert not path.exists()
    assert temporary.stat().st_mode == before


def test_what_a_killed_run_left_is_removed(temporary: Path) -> None:
    left = folder(temporary, "slipway-scratch-1", f"{ended()} 1")
    again = folder(temporary, "slipway-scratch-2", f"{os.getpid()} 1")
    sweep(temporary)
    assert not left.exists()
    assert not again.exists(), "its number belongs to another process now"


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("slipway-notes", None),
        ("slipway-scratch-notes", None),
        ("slipway-scratch-x", "no number"),
        ("slipway-scratch-x", ""),
        ("slipway-scratch-x", "9" * 400 + " 1"),
    ],
)
def test_what_is_not_ours_is_kept(name: str, owner: str | None, temporary: Path) -> None:
    kept = folder(temporary, name, owner)
    sweep(temporary)
    assert (kept / "file").read_text() == "kept"


def test_what_a_running_process_owns_is_kept(temporary: Path) -> None:
    with disposable.scratch() as path:
        os.utime(path, (OLD, OLD))
        sweep(temporary)
        assert path.exists()


def test_runs_one_after_the_other_have_the_same_folder_and_runs_beside_each_other_do_not(
    temporary: Path,
) -> None:
    with disposable.scratch() as first, disposable.scratch() as beside:
        assert beside != first
    (temporary / first.name).write_text("a file in its place")
    with disposable.scratch() as second:
        assert second == beside


def test_a_folder_that_another_run_has_made_again_is_not_claimed(temporary: Path) -> None:
    with disposable.scratch() as path:
        assert not disposable._is_claimed(path / disposable.MARKER)
        assert (path / disposable.MARKER).is_file()


@pytest.mark.skipif(not only_on.is_root(), reason="only root makes other users' folders")
def test_what_another_user_owns_is_kept(temporary: Path) -> None:
    whole = folder(temporary, "slipway-scratch-1", f"{ended()} 1")
    os.chown(whole, 65534, 65534)
    marker = folder(temporary, "slipway-scratch-2", f"{ended()} 1")
    os.chown(marker / disposable.MARKER, 65534, 65534)
    sweep(temporary)
    assert whole.exists()
    assert marker.exists()


@only_on.posix("a link needs a right there")
def test_no_link_is_followed(temporary: Path, tmp_path: Path) -> None:
    kept = folder(tmp_path, "precious", f"{ended()} 1")
    (temporary / "slipway-scratch-link").symlink_to(kept)
    marked = folder(temporary, "slipway-scratch-marked", None)
    (marked / disposable.MARKER).symlink_to(kept / disposable.MARKER)
    sweep(temporary)
    assert (kept / "file").read_text() == "kept"
    assert marked.exists()


@only_on.posix("it has no modes")
def test_removing_changes_nothing_outside(tmp_path: Path) -> None:
    above = tmp_path / "above"
    (above / "ours" / "locked").mkdir(parents=True)
    outside = above / "outside"
    outside.write_text("kept")
    outside.chmod(0o640)
    os.link(outside, above / "ours" / "locked" / "hard")
    (above / "ours" / "locked").chmod(0o500)
    above.chmod(0o1777)
    disposable.remove(above / "ours")
    (above / "link").symlink_to(tmp_path)
    disposable.remove(above / "link")
    assert above.stat().st_mode & 0o7777 == 0o1777
    assert outside.stat().st_mode & 0o777 == 0o640
    assert tmp_path.exists()
