"""The project's own tool for its changelog runs in a copy; what it changes there is handed back."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import fingerprint
from packaging.version import Version
from slipway.errors import InputError, ProjectError, ToolError
from slipway.releasing.changelog_command import run_command
from slipway.releasing.changes import apply, restore

VERSION = Version("1.3.0")
COLLECT = """\
import os, pathlib, subprocess, sys
log, news = pathlib.Path("CHANGES.md"), sorted(pathlib.Path("news").glob("*.md"))
log.write_text(f"# {sys.argv[1]}\\n\\n" + "".join(one.read_text() for one in news) + "\\n" + log.read_text())
for one in news:
    subprocess.run(["git", "rm", "-q", one], check=True)
pathlib.Path("CREDITS").write_text("Ada\\n")
pathlib.Path("trace.log").write_text(os.environ.get("MY_TOKEN", "none"))
print("collected", len(news))
"""
"""What such a tool does: enters fragments, removes them, makes a file, and leaves one that git ignores."""


def command(code: str) -> str:
    return f"{shlex.quote(Path(sys.executable).as_posix())} -c {shlex.quote(code)} {{version}}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "pyproject.toml": '[project]\nname = "spam"\nversion = "1.2.0"\n',
        "CHANGES.md": "# 1.2.0\n\n- B.\n",
        "news/1.md": "- A.\n",
        ".gitignore": "*.log\n",
    }
    root = tmp_path / "spam"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "1"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def test_what_it_changes_is_handed_back_and_nothing_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    before = fingerprint(project)
    printed: list[str] = []
    changes = run_command(project, command(COLLECT), VERSION, sink=printed.append)
    assert fingerprint(project) == before
    assert {change.file: (change.before, change.after) for change in changes} == {
        "CHANGES.md": (b"# 1.2.0\n\n- B.\n", b"# 1.3.0\n\n- A.\n\n# 1.2.0\n\n- B.\n"),
        "CREDITS": (None, b"Ada\n"),
        "news/1.md": (b"- A.\n", None),
    }
    assert "".join(printed).split() == ["collected", "1"]


def test_the_changes_are_made_once_and_taken_back(project: Path) -> None:
    texts = {
        path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    changes = run_command(project, command(COLLECT), VERSION)
    apply(project, changes)
    assert run_command(project, command(COLLECT), VERSION) == ()
    restore(project, changes)
    assert {path: path.read_bytes() for path in texts} == texts
    assert not (project / "CREDITS").exists()


def test_the_command_gets_no_credential(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    (project / ".gitignore").write_text("")
    changes = run_command(project, command(COLLECT), VERSION)
    assert {change.file: change.after for change in changes}["trace.log"] == b"none"


def test_a_changelog_at_the_top_of_the_repository_is_found(project: Path) -> None:
    (project / "packages" / "eggs").mkdir(parents=True)
    (project / "packages" / "eggs" / "pyproject.toml").write_text(
        '[project]\nname = "eggs"\nversion = "1.2.0"\n'
    )
    code = "import pathlib; pathlib.Path('../../CHANGES.md').write_text('# 1.3.0')"
    (change,) = run_command(project / "packages" / "eggs", command(code), VERSION)
    assert (change.file, change.after) == ("../../CHANGES.md", b"# 1.3.0")


REFUSED = {
    "not there": ("no-such-program --yes", InputError, "Install it"),
    "open quotation mark": ("towncrier 'build", InputError, "Quote it"),
    "no word": ("  ", InputError, "remove the setting"),
    "changes nothing": (command("print(1)"), InputError, "the option that writes the file"),
    "an error": (command("print('why'); raise SystemExit(2)"), ProjectError, "correct what it names"),
}


@pytest.mark.parametrize(("text", "error", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_goes_wrong(project: Path, text: str, error: type[InputError], remedy: str) -> None:
    before = fingerprint(project)
    with pytest.raises(error) as refused:
        run_command(project, text, VERSION)
    assert remedy in refused.value.remedy
    assert fingerprint(project) == before


def test_what_it_printed_is_shown(project: Path) -> None:
    with pytest.raises(ProjectError) as refused:
        run_command(project, command("print('why'); raise SystemExit(2)"), VERSION)
    assert refused.value.log == ("why",)


def test_it_is_ended_when_its_time_is_up(project: Path) -> None:
    with pytest.raises(ToolError) as refused:
        run_command(project, command("import time; time.sleep(60)"), VERSION, timeout=1)
    assert "--yes" in refused.value.remedy
