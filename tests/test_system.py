"""What differs between systems: files that another program holds, the homes of children, locks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import loopback_answers
import only_on
import pytest
from command_line import SCRIPTS
from left_running import PATIENCE, ends
from slipway import system


def test_a_file_that_is_held_for_a_moment_is_replaced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows replaces no file that is open; who has it open closes it while this waits."""
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    old.write_text("old")
    holder = old.open()
    monkeypatch.setattr(system.time, "sleep", lambda _: holder.close())
    system.retried(lambda: new.replace(old))
    holder.close()
    assert old.read_text() == "new"


def failing(times: int, error: OSError) -> Callable[[], int]:
    calls = iter(range(times + 1))

    def action() -> int:
        if (number := next(calls)) < times:
            raise error
        return number

    return action


@pytest.mark.parametrize("code", [5, 32, 33, 145])
def test_what_windows_says_of_a_file_in_use_is_tried_again(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(system.time, "sleep", slept.append)
    error = PermissionError("in use")
    error.winerror = code
    assert system.retried(failing(3, error)) == 3
    assert slept == list(system.PAUSES[:3])
    with pytest.raises(PermissionError):
        system.retried(failing(99, error))


def test_what_no_waiting_changes_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(system.time, "sleep")
    for error in (PermissionError(13, "denied"), FileNotFoundError(2, "not there")):
        with pytest.raises(type(error)):
            system.retried(failing(1, error))


def test_a_child_keeps_what_it_writes_about_itself_in_its_home(tmp_path: Path) -> None:
    """The folders are those that a program finds by the rules of its system."""
    code = (
        "import os, pathlib; print(pathlib.Path.home()); print(os.path.expanduser('~'));"
        "print(os.environ.get('APPDATA', pathlib.Path.home())); print(os.environ.get('LOCALAPPDATA', pathlib.Path.home()));"
        "print(os.environ.get('HOMEDRIVE', '') + os.environ.get('HOMEPATH', str(pathlib.Path.home())))"
    )
    environ = {**os.environ, **system.home_variables(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert [line for line in done.stdout.splitlines() if not Path(line).is_relative_to(tmp_path)] == []


def test_a_file_is_locked_once_and_again_when_it_was_let_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = f"import sys; sys.path.insert(0, {str(Path(system.__file__).parents[1])!r})\n"
    other += f"from slipway import system\nheld = open({str(path)!r}, 'a+b')\nprint(system.is_locked(held.fileno()))"

    def elsewhere() -> str:
        argv = [sys.executable, "-I", "-c", other]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()

    with path.open("a+b") as stream:
        assert system.is_locked(stream.fileno())
        assert elsewhere() == "False"
    assert elsewhere() == "True"


HANG = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("number").write_text(str(child.pid))
pathlib.Path("number").rename("ready")
time.sleep(600)
"""
"""A child that starts another one, says so, and never ends."""

INTERRUPTED = """
import pathlib, signal, sys, threading, time
sys.path.insert(0, sys.argv[1])
from concurrent.futures import ThreadPoolExecutor
from slipway import processes, system
from slipway.index import clock, transport

def press():
    while not pathlib.Path("ready").exists():
        time.sleep(0.01)
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.{signal})
    else:  # where a signal is a call in a thread of its own
        signal.raise_signal(signal.{signal})

def hang():
    processes.run([sys.executable, "-I", "-c", {hang!r}], cwd=pathlib.Path(), timeout=600)

def work():
    with ThreadPoolExecutor(1) as pool:
        processes.result(pool.submit(hang))

def ask():
    pathlib.Path("ready").touch()
    transport.session().get(sys.argv[2], timeout=600)

def wait():
    pathlib.Path("ready").touch()
    clock.CLOCK.sleep(600)

signal.signal(signal.{signal}, lambda *_: processes.stop())
threading.Thread(target=press, daemon=True).start()
try:
    {waits}()
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGBREAK" if only_on.WINDOWS else "SIGTERM"])
@pytest.mark.parametrize("waits", ["hang", "work", "ask", "wait"])
def test_every_wait_ends_when_the_run_is_stopped(waits: str, name: str, tmp_path: Path) -> None:
    """Each would take ten minutes; what the child of a child began ends as well."""
    assert hasattr(signal, name)
    code = INTERRUPTED.format(signal=name, hang=HANG, waits=waits)
    with loopback_answers.serve(silent=True) as server:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code, str(Path(system.__file__).parents[1]), server.address],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.stdout == "stopped\n", done.stderr
    if number := (tmp_path / "ready").read_text():
        assert ends(int(number))


@pytest.mark.parametrize(
    ("windows", "word", "typed"),
    [
        (False, "a b", "'a b'"),
        (False, "a", "a"),
        (True, r"C:\my project", '"C:\\my project"'),
        (True, r"C:\project", r"C:\project"),
    ],
)
def test_a_word_is_quoted_as_its_system_reads_it(
    windows: bool,  # noqa: FBT001
    word: str,
    typed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "BACKSLASH_IN_PATHS", windows)
    assert system.typed(word) == typed


def test_a_process_ends_after_its_threads_and_with_what_it_has_printed() -> None:
    script = """
import atexit, sys, threading
sys.path.insert(0, sys.argv[1])
from slipway import system
atexit.register(print, "registered")
if sys.argv[2] == "thread":
    main = threading.main_thread()
    # It is not before the interpreter ends that its main thread counts as ended.
    threading.Thread(target=lambda: (main.join(), print("thread"))).start()
print("printed")
system.end(3)
"""
    for kind, shown in (("alone", "printed\nregistered\n"), ("thread", "printed\nthread\nregistered\n")):
        argv = [sys.executable, "-I", "-c", script, str(SCRIPTS), kind]
        ended = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        assert (ended.returncode, ended.stdout, ended.stderr) == (3, shown, "")


@only_on.linux("it has no such device elsewhere")
def test_a_process_whose_output_cannot_be_written_does_not_end_well() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from slipway import system; print('a'); system.end(0)"
    )
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        argv = [sys.executable, "-I", "-c", script, str(SCRIPTS)]
        ended = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert ended.returncode != 0
    assert b"No space left on device" in ended.stderr
