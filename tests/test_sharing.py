"""Work that a fork of this process shares."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import only_on
import pytest
from command_line import SCRIPTS
from slipway import sharing, waiting

pytestmark = [
    only_on.linux("there is no fork elsewhere"),
    # Python 3.12 and later warn of threads, which pytest has and a run of Slipway must not have here.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

NUMBERS = {number: number % 7 + 1 for number in range(200)}


def test_every_number_is_worked_on_once(tmp_path: Path) -> None:
    def work(number: int) -> tuple[int, int]:
        (tmp_path / str(number)).touch(exist_ok=False)
        return number * 2, os.getpid()

    found = sharing.shared(work, NUMBERS)
    assert {number: doubled for number, (doubled, _) in found.items()} == {one: one * 2 for one in NUMBERS}
    assert os.getpid() in {process for _, process in found.values()}
    assert sharing.shared(work, {}) == {}


def test_what_a_fork_took_that_dies_is_worked_on_again(tmp_path: Path) -> None:
    here, died = os.getpid(), tmp_path / "died"

    def work(number: int) -> int:
        if os.getpid() != here:
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        wait_for(died)
        return number

    assert sharing.shared(work, NUMBERS) == {number: number for number in NUMBERS}


@pytest.mark.parametrize("where", ["works", "waits"])
def test_a_fork_ends_when_this_process_is_interrupted(tmp_path: Path, where: str) -> None:
    here, name = os.getpid(), tmp_path / "process"

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    def work(number: int) -> int:
        if os.getpid() != here:
            name.with_suffix(".new").write_text(str(os.getpid()), "utf-8")
            name.with_suffix(".new").replace(name)
            signal.pause()
        wait_for(name)
        if where == "works":
            interrupt()
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        return number

    before = signal.signal(signal.SIGALRM, interrupt)
    with pytest.raises(KeyboardInterrupt):
        sharing.shared(work, {1: 1, 2: 1})
    signal.signal(signal.SIGALRM, before)
    with pytest.raises(ProcessLookupError):
        os.kill(int(name.read_text("utf-8")), 0)


def test_a_fork_returns_what_it_worked_out() -> None:
    process, text = sharing.Fork(lambda: (os.getpid(), "x" * 100_000)).result()
    assert process != os.getpid()
    assert len(text) == 100_000


def test_work_is_done_here_where_the_fork_dies(tmp_path: Path) -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    fork = sharing.Fork(work)
    wait_for(tmp_path / "died")
    assert fork.result() == here


def test_a_fork_that_nobody_waited_for_ends_with_this_process(tmp_path: Path) -> None:
    name = tmp_path / "process"
    script = f"""
import os, pathlib, signal, sys, time
sys.path.insert(0, {str(SCRIPTS)!r})
from slipway import sharing, system
name = pathlib.Path({str(name)!r})
def work():
    name.with_suffix(".new").write_text(str(os.getpid()))
    name.with_suffix(".new").replace(name)
    signal.pause()
sharing.Fork(work)
while not name.exists():
    time.sleep(0.001)
system.end(0)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(int(name.read_text("utf-8")), 0)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.001)


def test_what_was_put_off_is_done_beside_the_fork() -> None:
    here, done = os.getpid(), list[int]()
    waiting.put_off(lambda: done.append(os.getpid()))

    assert sharing.shared(lambda number: number, NUMBERS) == {number: number for number in NUMBERS}
    assert done == [here]
