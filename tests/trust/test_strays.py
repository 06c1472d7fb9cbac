"""Nothing that foreign code starts outlives its run."""

import sys
import threading
import time
from pathlib import Path

import only_on
import tiny_project
from command_line import slipway
from slipway import processes

pytestmark = only_on.linux("on macOS a daemon is not found, and on Windows there is none")

DAEMON = """
import os, time
from pathlib import Path
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        Path({mark!r} + ".new").write_text(str(os.getpid()))
        os.rename({mark!r} + ".new", {mark!r})
        time.sleep(3)
        Path({late!r}).touch()
        time.sleep(600)
    os._exit(0)
while not os.path.exists({mark!r}):
    time.sleep(0.01)
"""
"""Statements that leave a daemon behind: it is in a session of its own, and its parent has ended."""


def daemon(folder: Path) -> str:
    return DAEMON.format(mark=str(folder / "mark"), late=str(folder / "late"))


def is_there(number: str) -> bool:
    return Path("/proc", number).exists()


def test_a_daemon_ends_with_the_child_that_left_it(tmp_path: Path) -> None:
    processes.run([sys.executable, "-I", "-c", daemon(tmp_path)], cwd=tmp_path, timeout=30)
    assert not is_there((tmp_path / "mark").read_text())
    assert not (tmp_path / "late").exists()


def test_a_daemon_that_starts_daemons(tmp_path: Path) -> None:
    breeds = (
        "import os, sys\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    os.execv(sys.executable, [sys.executable, '-I', '-c', {daemon(tmp_path)!r} + 'time.sleep(600)'])\n"
        f"while not os.path.exists({str(tmp_path / 'mark')!r}):\n"
        "    pass\n"
    )
    processes.run([sys.executable, "-I", "-c", breeds], cwd=tmp_path, timeout=30)
    assert not is_there((tmp_path / "mark").read_text())


def test_a_build_leaves_no_daemon(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project", in_build=daemon(tmp_path))
    run = slipway("build", "--work", tmp_path / "work", project)
    assert run.exit_code == 0, str(run)
    assert not is_there((tmp_path / "mark").read_text())
    assert not (tmp_path / "late").exists()


def test_a_daemon_of_a_child_that_still_runs_is_left_alone_until_it_ends(tmp_path: Path) -> None:
    waits = (
        daemon(tmp_path) + f"\nwhile not os.path.exists({str(tmp_path / 'go')!r}):\n    time.sleep(0.01)\n"
    )
    argv = [sys.executable, "-I", "-c", waits]
    running = threading.Thread(target=lambda: processes.run(argv, cwd=tmp_path, timeout=60))
    running.start()
    while not (tmp_path / "mark").exists():
        assert running.is_alive()
        time.sleep(0.01)
    number = (tmp_path / "mark").read_text()
    processes.run([sys.executable, "-I", "-c", ""], cwd=tmp_path, timeout=30)
    assert is_there(number)
    (tmp_path / "go").touch()
    running.join(30)
    assert not is_there(number)
