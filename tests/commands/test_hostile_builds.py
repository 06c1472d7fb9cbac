"""Builds and imports that hang, print commands for the runner, or look for what is not theirs."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import left_running
import only_on
import pytest
import tiny_project
from command_line import Ended, fingerprint, forked, slipway

COMMANDS = (
    "::error::PWNED",
    "  ::warning file=a.py,line=1::PWNED",
    "::set-output name=publish::PWNED",
    "::add-mask::e",
    "::stop-commands::guessed",
    "::guessed::",
    "##[error]PWNED",
    "safe\\r::error::PWNED",
)
"""Lines that a runner would obey; the last one hides its command behind a carriage return."""

LIMIT = "20" if only_on.WINDOWS else "2"
"""Seconds in which two generations of processes have begun."""

PRINTS = "".join(f'print("{line}", flush=True)\n' for line in COMMANDS)


def hanging(marks: Path) -> str:
    """Statements that leave two generations of processes behind and never end; each tells its number."""
    grandchild = (
        f"import os, pathlib, time; pathlib.Path({str(marks)!r}, str(os.getpid())).touch(); time.sleep(600)"
    )
    child = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {grandchild!r}]); time.sleep(600)"
    return (
        "import os, pathlib, subprocess, sys, time\n"
        f"pathlib.Path({str(marks)!r}, str(os.getpid())).touch()\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"while len(os.listdir({str(marks)!r})) < 2:\n"
        "    time.sleep(0.01)\n"
        'print("still waiting for an answer", flush=True)\n'
        "time.sleep(600)\n"
    )


def alive(marks: Path) -> list[str]:
    """The processes that left a mark and still run; the system takes a moment to end what was killed."""
    deadline = time.monotonic() + 10
    while running(marks) and time.monotonic() < deadline:
        time.sleep(0.01)
    return running(marks)


def running(marks: Path) -> list[str]:
    return [mark.name for mark in marks.iterdir() if left_running.is_running(int(mark.name))]


def test_a_build_that_hangs(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    project = tiny_project.make(tmp_path / "project", in_build=hanging(marks))
    before = fingerprint(project)

    run = slipway("check", "--json", "--build-timeout", LIMIT, "--work", tmp_path / "work", project)

    assert run.exit_code == 3, str(run)
    failure = run.manifest["failure"]
    assert f"not done after {LIMIT} s" in failure["happened"]
    assert "build_sdist" in failure["happened"]
    assert "--build-timeout" in failure["remedy"]
    assert failure["log"][-1] == "still waiting for an answer"
    assert len(list(marks.iterdir())) == 2
    assert alive(marks) == []
    assert fingerprint(project) == before


def test_an_import_that_hangs(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    project = tiny_project.make(tmp_path / "project", in_import=hanging(marks))

    run = slipway("check", "--json", "--smoke-timeout", LIMIT, "--work", tmp_path / "work", project)

    assert run.exit_code == 1, str(run)
    found = [finding for finding in run.manifest["findings"] if finding["stage"] == "smoke"]
    assert found
    assert all("tiny_project" in finding["message"] for finding in found)
    assert alive(marks) == []


def test_processes_that_a_build_leaves_behind(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    sleeper = (
        f"import os, pathlib, time; pathlib.Path({str(marks)!r}, str(os.getpid())).touch(); time.sleep(600)"
    )
    project = tiny_project.make(
        tmp_path / "project",
        in_build=(
            "import subprocess, sys, time\n"
            f"subprocess.Popen([sys.executable, '-c', {sleeper!r}])\n"
            f"while not os.listdir({str(marks)!r}):\n"
            "    time.sleep(0.01)\n"
        ),
    )
    run = slipway("check", "--work", tmp_path / "work", project)
    assert run.exit_code == 0, str(run)
    assert len(list(marks.iterdir())) == 1
    assert alive(marks) == []


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str | None]:
    """The variables of a job on a GitHub runner, and the files it reads back from its steps."""
    files = {
        "GITHUB_OUTPUT": "output",
        "GITHUB_STEP_SUMMARY": "summary",
        "GITHUB_ENV": "env",
        "GITHUB_PATH": "path",
    }
    for name in files.values():
        (tmp_path / name).touch()
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"repository": {"fork": False}}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_SERVER_URL": "https://github.com",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "a-secret-of-the-job",
        "SOME_API_TOKEN": "another-secret-of-the-job",
        **{variable: str(tmp_path / name) for variable, name in files.items()},
    }


def obeyed(output: str) -> Iterator[tuple[str, str]]:
    """The commands a runner would obey: name and message.

    A line is a command when it begins with `::` after white space, or holds `##[`; between `stop-commands` with a
    token and that token nothing is (actions/runner, src/Runner.Common/ActionCommand.cs and
    src/Runner.Worker/ActionCommandManager.cs). A carriage return ends a line like a line feed does.
    """
    token = None
    for line in re.split(r"\r\n|\r|\n", output):
        found = re.match(r"\s*::([\w-]+)(?: [^:]*)?::(.*)", line)
        if token is not None:
            token = None if found and found[1] == token else token
        elif found and found[1] == "stop-commands":
            token = found[2]
        elif found:
            yield found[1], found[2]
        elif legacy := re.search(r"##\[([\w-]+)[^\]]*\](.*)", line):
            yield legacy[1], legacy[2]


def assert_nothing_obeyed(run: Ended) -> None:
    for output in (run.stderr, run.stdout):
        commands = list(obeyed(output))
        assert [message for _, message in commands if "PWNED" in message.partition("%0A")[0]] == [], output
        assert not {"set-output", "add-mask", "guessed", "set-env", "add-path"} & {
            name for name, _ in commands
        }


@pytest.mark.parametrize("arguments", [(), ("--verbose",)])
def test_a_build_that_prints_commands_for_the_runner(
    arguments: tuple[str, ...], runner: dict[str, str | None], tmp_path: Path
) -> None:
    project = tiny_project.make(tmp_path / "project", in_build=PRINTS, in_import=PRINTS)
    run = forked("check", *arguments, "--work", tmp_path / "work", project, environ=runner)
    assert run.exit_code == 0, str(run)
    assert "PWNED" in run.stderr, "what a build prints is shown on a runner"
    assert_nothing_obeyed(run)
    assert "PWNED" not in Path(str(runner["GITHUB_OUTPUT"])).read_text()


@pytest.mark.parametrize("where", ["in_build", "in_import"])
def test_an_error_that_speaks_in_commands(where: str, runner: dict[str, str | None], tmp_path: Path) -> None:
    raises = PRINTS + 'raise RuntimeError("\\n".join(["", "::error::PWNED", "##[error]PWNED"]))\n'
    project = (
        tiny_project.make(tmp_path / "project", in_build=raises)
        if where == "in_build"
        else tiny_project.make(tmp_path / "project", in_import=raises)
    )
    run = forked("check", "--work", tmp_path / "work", project, environ=runner)
    assert run.exit_code == 1, str(run)
    assert_nothing_obeyed(run)


def test_a_build_sees_nothing_of_the_job(runner: dict[str, str | None], tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    tell = f"import json, os\nPath({str(seen)!r}).write_text(json.dumps(dict(os.environ)))\n"
    project = tiny_project.make(tmp_path / "project", in_build=tell)
    run = slipway("build", "--work", tmp_path / "work", project, environ=runner)
    assert run.exit_code == 0, str(run)
    environ = json.loads(seen.read_text())
    assert [name for name in environ if name.startswith(("GITHUB_", "ACTIONS_", "SLIPWAY_"))] == []
    assert "secret" not in seen.read_text()


def test_a_build_that_changes_its_source(tmp_path: Path) -> None:
    project = tiny_project.make(
        tmp_path / "project",
        in_build="Path('README.md').unlink()\nPath('src/added.py').write_text('')\nos.chmod('LICENSE', 0)\n",
    )
    before = fingerprint(project)
    run = forked("build", "--work", tmp_path / "work", project)
    assert run.exit_code == 0, str(run)
    assert fingerprint(project) == before
