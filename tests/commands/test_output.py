"""What is printed where: one JSON document, plain lines, colours in a terminal, and one exit code for each outcome."""

import contextlib
import errno
import json
import os
import re
import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import jsonschema
import only_on
import pytest
import tiny_project
from command_line import SCRIPTS, Ended, argv, environment, forked

SCHEMA = SCRIPTS / "slipway" / "manifest.schema.json"

COLOUR = re.compile(r"\x1b\[(?:\d+;)*3[0-7]m")

ESCAPE = "\x1b"


def test_the_schema_is_a_valid_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_bytes()))


def healthy(folder: Path) -> Path:
    return tiny_project.make(folder)


def failing_build(folder: Path) -> Path:
    return tiny_project.make(folder, in_build="raise SystemExit('no')")


def failing_import(folder: Path) -> Path:
    return tiny_project.make(folder, in_import="import a_module_that_nobody_has\n")


def no_project(folder: Path) -> Path:
    folder.mkdir()
    return folder


OUTCOMES: dict[str, tuple[str, Callable[[Path], Path], int]] = {
    "plan": ("plan", healthy, 0),
    "validate": ("validate", healthy, 0),
    "build": ("build", healthy, 0),
    "check": ("check", healthy, 0),
    "rehearse": ("rehearse", healthy, 0),
    "check with findings": ("check", failing_import, 1),
    "rehearse with findings": ("rehearse", failing_import, 1),
    "check without a project": ("check", no_project, 2),
    "check of a build that fails": ("check", failing_build, 1),
    "rehearse of a build that fails": ("rehearse", failing_build, 1),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_json_is_one_document_that_the_schema_describes(outcome: str, tmp_path: Path) -> None:
    command, make, exit_code = OUTCOMES[outcome]
    project = make(tmp_path / "project")
    run = forked(command, "--json", "--work", tmp_path / "work", project)

    assert run.exit_code == exit_code, str(run)
    manifest = json.loads(run.stdout)
    assert validate(manifest) == []
    assert manifest["command"] == command
    kept = tmp_path / "work" / "manifest.json"
    if manifest["plan"] is not None:
        assert json.loads(kept.read_bytes()) == manifest
    assert ESCAPE not in run.stdout + run.stderr
    not_installed, installed = (
        {(one["artifact"], one["python"]) for one in manifest[kind]} for kind in ("untried", "smoke_results")
    )
    assert not_installed.isdisjoint(installed)
    # A rehearsal that goes on to its end installs the sdist from its index.
    is_left = outcome in {"check", "check with findings", "rehearse with findings"}
    assert any(artifact for artifact, _ in not_installed) == is_left


def validate(manifest: object) -> list[str]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_bytes()))
    return [error.message for error in validator.iter_errors(manifest)]


def test_what_goes_on_from_a_manifest_prints_json_too(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    assert forked("build", "--work", tmp_path / "work", project).exit_code == 0
    dist = tmp_path / "work" / "dist"
    for command in ("inspect", "smoke"):
        run = forked(command, "--json", *sorted(dist.iterdir()), cwd=tmp_path)
        assert run.exit_code == 0, str(run)
        assert validate(json.loads(run.stdout)) == []
        assert len(json.loads(run.stdout)["artifacts"]) == 2


def test_the_schema_knows_a_document_that_is_not_a_manifest() -> None:
    assert validate({"schema_version": "one"}) != []


def test_a_pipe_gets_plain_lines(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    run = forked("check", "--work", tmp_path / "work", project, environ={"TERM": "xterm-256color"})
    assert run.exit_code == 0, str(run)
    assert ESCAPE not in run.stdout + run.stderr
    stages = ["Plan …", "Validate …", "Build …", "Inspect …", "Index …", "Compare …", "Smoke …", "Ignores …"]
    assert [line for line in run.stderr.splitlines() if line.endswith("…")] == stages
    verdict = "✓ tiny-project 1.0.0 builds, passes inspection and installs and imports with uv on Python"
    assert verdict in run.stdout
    assert "No index was asked: none is named with --index." in run.stdout


in_terminals = only_on.posix("its terminals are no files")


def in_terminal(*arguments: str | Path, environ: Mapping[str, str | None]) -> Ended:
    """Run a command whose stdout and stderr are a terminal of 80 columns; what it shows stands in stdout."""
    import pty  # Windows has none of these
    import termios
    from fcntl import ioctl

    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    child = subprocess.Popen(
        argv(*arguments),
        env=environment({"TERM": "xterm-256color", "COLUMNS": None, "LINES": None, "CI": None, **environ}),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.closing(os.fdopen(ours, "rb", buffering=0)) as stream:
        while chunk := read(stream.fileno()):
            shown += chunk
    return Ended(child.wait(60), shown.decode(), "")


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError as error:
        # Linux says so when the last process has closed its end of a pseudo-terminal.
        if error.errno == errno.EIO:
            return b""
        raise


@in_terminals
def test_a_terminal_gets_colours_and_progress(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    run = in_terminal("check", "--work", tmp_path / "work", project, environ={})
    assert run.exit_code == 0, run.stdout
    assert COLOUR.search(run.stdout)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", run.stdout)
    assert re.search(r"✓ Build \d+\.\d s", plain)
    assert "tiny-project 1.0.0 builds, passes inspection" in plain


@in_terminals
def test_no_color_is_honoured_in_a_terminal(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project", in_import="import a_module_that_nobody_has\n")
    run = in_terminal("check", "--work", tmp_path / "work", project, environ={"NO_COLOR": "1"})
    assert run.exit_code == 1, run.stdout
    assert not COLOUR.search(run.stdout)
    assert "import-fails" in run.stdout


@in_terminals
def test_a_dumb_terminal_gets_plain_lines(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    run = in_terminal("check", "--work", tmp_path / "work", project, environ={"TERM": "dumb"})
    assert run.exit_code == 0, run.stdout
    assert ESCAPE not in run.stdout
    assert "Build …" in run.stdout


@in_terminals
def test_a_build_cannot_move_the_cursor_of_the_terminal(tmp_path: Path) -> None:
    moves = 'print("\\x1b[2J\\x1b]0;title\\x07gone", flush=True)\n'
    project = tiny_project.make(tmp_path / "project", in_build=moves + "raise SystemExit('no')\n")
    run = in_terminal("check", "--verbose", "--work", tmp_path / "work", project, environ={})
    assert run.exit_code == 1, run.stdout
    assert "gone" in run.stdout
    assert "\x1b[2J" not in run.stdout
    assert "\x1b]0;" not in run.stdout


def test_the_report_is_kept_beside_the_manifest(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project", in_import="import a_module_that_nobody_has\n")
    run = forked("check", "--work", tmp_path / "work", project)
    assert run.exit_code == 1, str(run)
    report = (tmp_path / "work" / "report.md").read_text("utf-8")
    assert "import-fails" in report
    assert "a_module_that_nobody_has" in report


def test_the_work_folder_keeps_itself_out_of_git(tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "project")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    assert forked("check", project).exit_code == 0
    status = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
    )
    assert [line for line in status.stdout.splitlines() if not line.startswith("A ")] == []
