"""Child processes: what they see, what is kept of them, and that nothing of them is left."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import only_on
import pytest
from left_running import ends
from slipway import processes

PYTHON = sys.executable

LIMIT = 3.0 if only_on.WINDOWS else 1.5
"""Seconds in which a child has started another one, for a test of what happens then."""


def run(code: str, tmp_path: Path, **options: object) -> processes.Completed:
    return processes.run([PYTHON, "-I", "-c", code], cwd=tmp_path, timeout=30, **options)  # type: ignore[arg-type]


def test_exit_code_output_and_errors(tmp_path: Path) -> None:
    done = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", tmp_path)
    assert (done.returncode, done.output, done.errors) == (7, "out\n", "err\n")
    assert done.tail() == ("out", "err")


def test_a_sink_gets_every_line_as_it_comes_and_both_streams_together(tmp_path: Path) -> None:
    lines: list[str] = []
    code = "import sys; print('one', flush=True); print('two', file=sys.stderr, flush=True); print('three', end='')"
    done = run(code, tmp_path, sink=lines.append)
    assert lines == ["one", "two", "three"]
    assert done.errors == ""


def test_a_child_gets_no_input_and_no_shell(tmp_path: Path) -> None:
    assert run("print(repr(input()))", tmp_path).returncode == 1
    done = processes.run(
        [PYTHON, "-c", "import sys; print(sys.argv[1])", "$(id); *"], cwd=tmp_path, timeout=30
    )
    assert done.output == "$(id); *\n"


def test_bytes_that_are_no_utf_8_and_a_line_without_end(tmp_path: Path) -> None:
    lines: list[str] = []
    code = "import sys; sys.stdout.buffer.write(b'\\xff\\r\\n' + b'x' * 200_000)"
    done = run(code, tmp_path, sink=lines.append)
    assert lines[0] == "\N{REPLACEMENT CHARACTER}"
    assert max(map(len, lines)) <= processes.LINE_LIMIT
    assert done.output.count("x") == 200_000


def test_of_a_child_that_prints_without_end_the_last_lines_are_kept(tmp_path: Path) -> None:
    done = run(f"for n in range({processes.KEPT_LINES + 10}): print(n)", tmp_path)
    kept = done.output.splitlines()
    assert len(kept) == processes.KEPT_LINES
    assert kept[-1] == str(processes.KEPT_LINES + 9)


@pytest.mark.parametrize(
    "name",
    [
        *("PYTHONPATH", "PIP_INDEX_URL", "UV_INDEX", "SLIPWAY_TOKEN", "TWINE_PASSWORD", "INPUT_TOKEN"),
        *("GITHUB_TOKEN", "GITHUB_OUTPUT", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "VIRTUAL_ENV"),
        *("AWS_SECRET_ACCESS_KEY", "MY_API_KEY", "DB_PASSWORD", "npm_token"),
    ],
)
def test_what_children_do_not_see(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "value")
    assert name not in processes.scrubbed_environment()


@pytest.mark.parametrize("name", ["PATH", "HOME", "LANG", "CC", "CFLAGS", "http_proxy", "CMAKE_ARGS"])
def test_what_children_do_see(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "value")
    seen = processes.scrubbed_environment()
    # Windows makes no difference between large and small letters, and Python writes large ones.
    assert seen[name.upper() if only_on.WINDOWS else name] == "value"


def test_what_is_added_is_not_scrubbed() -> None:
    assert processes.scrubbed_environment({"UV_NO_CONFIG": "1"})["UV_NO_CONFIG"] == "1"


GRANDCHILD = (
    "import pathlib, subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "pathlib.Path('number').write_text(str(child.pid))\n"
    "print('started', flush=True)\n"
)


def test_when_the_time_is_up_the_grandchildren_end_too(tmp_path: Path) -> None:
    argv = [PYTHON, "-I", "-c", GRANDCHILD + "time.sleep(600)"]
    with pytest.raises(processes.TimedOut) as raised:
        processes.run(argv, cwd=tmp_path, timeout=LIMIT)
    assert raised.value.seconds == LIMIT
    assert raised.value.output == "started\n"
    assert ends(int((tmp_path / "number").read_text()))


def test_what_a_child_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    done = run(GRANDCHILD, tmp_path)
    assert done.returncode == 0
    assert ends(int((tmp_path / "number").read_text()))


def test_end_all_ends_what_other_threads_started(tmp_path: Path) -> None:
    ended: list[processes.Completed] = []
    marker = tmp_path / "started"
    code = f"import pathlib, time; pathlib.Path({str(marker)!r}).touch(); time.sleep(600)"
    thread = threading.Thread(target=lambda: ended.append(run(code, tmp_path)))
    thread.start()
    while not marker.exists():
        assert thread.is_alive()
        time.sleep(0.01)
    processes.end_all()
    thread.join(10)
    assert ended[0].returncode != 0


def test_after_a_stop_nothing_starts_any_more(tmp_path: Path) -> None:
    """In a process of its own: a stop is for ever."""
    code = (
        "import pathlib, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from slipway import processes\n"
        "for action in (processes.stop, lambda: processes.run([sys.executable, '-c', ''], cwd=pathlib.Path(), timeout=9)):\n"
        "    try:\n"
        "        action()\n"
        "    except KeyboardInterrupt:\n"
        "        print('stopped')\n"
    )
    scripts = Path(processes.__file__).parents[1]
    done = subprocess.run(
        [PYTHON, "-I", "-c", code, str(scripts)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "stopped\nstopped\n"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        processes.run([tmp_path / "nothing"], cwd=tmp_path, timeout=9)
    assert list(tmp_path.iterdir()) == []


ON_TERMINAL = """
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from slipway import processes
child = "import os, sys; print(os.getsid(0), os.getpgrp()); print(open('/dev/tty').readline().strip())"
argv = [sys.executable, "-I", "-c", child]
done = processes.run(argv, cwd=pathlib.Path(), timeout=30, on_terminal=True)
print(done.output.splitlines() == [f"{os.getsid(0)} {os.getpgrp()}", "a passphrase"], done)
"""


@only_on.posix("the terminals are those of POSIX")
def test_a_child_can_ask_on_the_terminal() -> None:
    import pty  # there is none on Windows

    scripts = Path(processes.__file__).parents[1]
    number, terminal = pty.fork()
    if number == 0:
        os.execv(PYTHON, [PYTHON, "-I", "-c", ON_TERMINAL, str(scripts)])  # noqa: S606 - no shell is wanted
    os.write(terminal, b"a passphrase\n")
    printed = b""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 1000):
            printed += part
    os.waitpid(number, 0)
    assert b"True Completed" in printed, printed


@only_on.posix("sessions are those of POSIX")
def test_what_a_child_of_the_user_starts_in_a_session_of_its_own_goes_on(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "agent = subprocess.Popen(sleep, start_new_session=True, stdout=-3, stderr=-3)\n"
        "print(agent.pid)\n"
    )
    done = processes.run(
        [PYTHON, "-I", "-c", code],
        cwd=tmp_path,
        timeout=30,
        on_terminal=True,
    )
    os.kill(int(done.output), signal.SIGKILL)


def test_a_child_on_the_terminal_ends_when_its_time_is_up(tmp_path: Path) -> None:
    with pytest.raises(processes.TimedOut):
        processes.run(
            [PYTHON, "-c", "import time; time.sleep(600)"], cwd=tmp_path, timeout=0.2, on_terminal=True
        )
