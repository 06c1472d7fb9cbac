"""Hooks of a backend: each is a process of its own, however often the backend itself was imported."""

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import only_on
import pytest
from command_line import forked
from left_running import eventually, is_running
from slipway import processes
from slipway.building.hooks import Hooks
from slipway.processes import Completed

Run = Callable[..., Completed]


@pytest.fixture
def hooks():
    with Hooks() as opened:
        yield opened


@pytest.fixture
def backends(tmp_path: Path) -> Path:
    """A folder from which the environment of the hooks imports."""
    environment = tmp_path / "environment"
    processes.run([sys.executable, "-m", "venv", "--without-pip", environment], cwd=tmp_path, timeout=120)
    return next(environment.glob("[Ll]ib/**/site-packages"))


@pytest.fixture
def run(hooks: Hooks, backends: Path, tmp_path: Path) -> Run:
    """Run the text of a script as a hook of `backend`, a module in that environment."""
    (backends / "backend.py").write_text("import helper\nSEEN = []\n")
    (backends / "helper.py").touch()
    (backends / "later.py").touch()
    (python,) = [path for path in (tmp_path / "environment").glob("*/python*") if path.stem == "python"]

    def run(
        code: str, *, timeout: float = 60, printed: list[str] | None = None, cwd: Path = tmp_path
    ) -> Completed:
        script = tmp_path / "script.py"
        script.write_text(textwrap.dedent(code))
        environ = {
            **processes.scrubbed_environment(),
            "_PYPROJECT_HOOKS_BUILD_BACKEND": "backend",
            "OF_THE_HOOK": "value",
        }
        lines = [] if printed is None else printed
        return hooks.run(
            [str(python), str(script), "one"], cwd=cwd, environ=environ, timeout=timeout, sink=lines.append
        )

    return run


def test_a_hook_leaves_nothing_in_the_next_one(run: Run, tmp_path: Path) -> None:
    first = run(
        "import backend, os, sys; backend.SEEN.append(1); os.environ['X'] = 'y'; os.chdir('/'); sys.argv.clear()"
    )
    printed: list[str] = []
    second = run(
        """
        import backend, os, sys
        print(backend.SEEN, os.environ.get("X"), os.getcwd(), sys.argv[1:], __name__, __file__ == sys.argv[0])
        print(repr(sys.stdin.read()), os.environ["OF_THE_HOOK"])
        """,
        printed=printed,
    )
    assert (first.returncode, second.returncode) == (0, 0)
    assert printed == [f"[] None {tmp_path} ['one'] __main__ True", "'' value"]


@only_on.linux("elsewhere each hook imports the backend")
def test_the_backend_is_imported_once_and_what_a_hook_used_of_it_too(run: Run, backends: Path) -> None:
    (backends / "backend.py").unlink()
    (backends / "backend").mkdir()
    (backends / "backend" / "__init__.py").write_text("print('imported')\n")
    (backends / "backend" / "builder.py").write_text("print('builder imported')\n")
    printed: list[str] = []
    for _ in range(3):
        run("import backend.builder, os; print(os.getppid())", printed=printed)
    assert printed.count("imported") == 1
    assert printed.count("builder imported") == 2, "once in the first hook, once for all the others"
    assert len({line for line in printed if line.isdecimal()}) == 1


@pytest.mark.parametrize(
    ("code", "returncode", "lines"),
    [
        ("import sys; print('no newline', end=''); sys.exit(7)", 7, ["no newline"]),
        ("print('a'); print(); print('b'); print()", 0, ["a", "", "b"]),
        ("raise SystemExit('said')", 1, ["said"]),
        ("import os; print('flushed', flush=True); os._exit(3)", 3, ["flushed"]),
    ],
)
def test_how_a_hook_ends_and_what_it_printed(run: Run, code: str, returncode: int, lines: list[str]) -> None:
    for _ in range(2):
        printed: list[str] = []
        done = run(code, printed=printed)
        assert done.returncode == returncode
        assert [*printed, ""][: len(lines)] == lines
        assert done.output.rstrip("\n").split("\n") == lines


@only_on.posix("there are no signals")
def test_a_hook_that_is_killed(run: Run) -> None:
    assert run("import os; os.kill(os.getpid(), 9)").returncode == -9
    assert run("print('next')").output.rstrip() == "next"


@only_on.linux("elsewhere each hook imports the backend")
def test_a_hook_that_ends_the_process_with_the_backend(run: Run) -> None:
    assert run("import os; os.kill(os.getppid(), 9)").returncode == -9


def test_a_hook_that_takes_too_long_ends_with_all_it_started(run: Run) -> None:
    printed: list[str] = []
    code = """
        import subprocess, sys, time
        print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
        time.sleep(600)
        """
    with pytest.raises(processes.TimedOut) as timed_out:
        run(code, timeout=4, printed=printed)
    eventually(lambda: not is_running(int(printed[0])), "its child to end")
    assert timed_out.value.seconds == 4
    assert printed[0] in timed_out.value.output


def test_what_a_hook_leaves_running_ends_with_the_environment(hooks: Hooks, run: Run) -> None:
    code = """
        import subprocess, sys
        left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL)
        print(left.pid)
        """
    printed: list[str] = []
    run(code, printed=printed)
    hooks.restart()
    eventually(lambda: not is_running(int(printed[0])), "what was left to end")


@pytest.mark.parametrize(
    "backend",
    [
        "raise ImportError('not here')",
        "import sys; sys.exit('not here')",
        "import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
    ],
)
def test_where_the_backend_cannot_be_shared_each_hook_imports_it(
    run: Run, backends: Path, backend: str
) -> None:
    (backends / "backend.py").write_text(backend)
    code = "import importlib\ntry:\n    import backend\nexcept BaseException as error:\n    print(error)\nprint('went on')"
    for _ in range(2):
        assert run(code).output.splitlines()[-1] == "went on"


@only_on.linux("elsewhere each hook imports the backend")
def test_what_a_hook_writes_to_every_file_that_is_open_harms_no_other(run: Run) -> None:
    code = """
        import os
        for number in range(3, 64):
            try:
                os.write(number, b'{"not": "names"}\\n')
                os.close(number)
            except OSError:
                pass
        """
    assert run(code).returncode == 0
    assert run("print('next')").output.rstrip() == "next"


SETUP = '''\
"""Leaves a module in the environment while the sdist is built, and needs it for the wheel."""

import site
import sys
from pathlib import Path

from setuptools import setup

left = Path(next(path for path in sys.path if path.endswith("site-packages")), "left_behind.py")
if "sdist" in sys.argv:
    left.touch()
elif "bdist_wheel" in sys.argv:
    import left_behind

setup(name="demo", version="1.0", py_modules=["demo"])
'''


def test_a_wheel_is_not_built_in_an_environment_that_the_sdist_changed(tmp_path: Path) -> None:
    project = tmp_path / "demo"
    project.mkdir()
    (project / "setup.py").write_text(SETUP)
    (project / "demo.py").touch()

    ended = forked("build", project, environ={"SLIPWAY_WORK": str(tmp_path / "work")})

    assert ended.exit_code == 1, str(ended)
    assert "left_behind" in str(ended)
    assert list(Path(tmp_path, "work", "dist").iterdir()) == []
