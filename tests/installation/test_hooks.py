"""What other tools start: the hooks of pre-commit, and the lines that docs/integrations.md gives to copy."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import tiny_project
import yaml
from command_line import ROOT, slipway

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
PAGE = (ROOT / "docs" / "integrations.md").read_text("utf-8")


def run(hook: str, folder: Path):
    """A hook as pre-commit runs it with `language: python`: its entry and its arguments, at the top of the repository."""
    program, *words = HOOKS[hook]["entry"].split()
    assert program == "slipway"
    return slipway(*words, *HOOKS[hook].get("args", []), cwd=folder)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny_project.make(tmp_path_factory.mktemp("hooks") / "tiny")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def test_the_hooks_judge_source_and_dist(repository):
    assert run("slipway-validate", repository).exit_code == 0
    missing = run("slipway-inspect", repository)
    assert (missing.exit_code, "There is no file" in missing.stdout) == (2, True), missing

    built = slipway("build", "--work", repository / "work", repository)
    assert built.exit_code == 0, built
    (repository / "dist").mkdir()
    empty = run("slipway-inspect", repository)
    assert (empty.exit_code, "There is no sdist and no wheel" in empty.stderr) == (2, True), empty
    for file in (repository / "work" / "dist").iterdir():
        file.rename(repository / "dist" / file.name)
    inspected = run("slipway-inspect", repository)
    assert inspected.exit_code == 0, inspected
    assert "tiny_project-1.0.0-py3-none-any.whl" in inspected.stdout
    assert "tiny_project-1.0.0.tar.gz" in inspected.stdout


def test_the_source_is_judged_when_a_file_changes_that_decides_about_the_package():
    judged = re.compile(HOOKS["slipway-validate"]["files"]).search
    watched = "pyproject.toml core/setup.py README.md LICENSE licence.txt CHANGELOG.rst src/a/__init__.py src/a/py.typed"
    assert [path for path in watched.split() if not judged(path)] == ["licence.txt"]
    assert judged(".github/workflows/release.yml")
    assert not any(map(judged, ("src/a/module.py", "docs/index.md", "tests/test_setup.pyc", "setup.python")))


def test_the_problem_matcher_of_the_page_reads_the_short_format(tmp_path):
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (task,) = json.loads(block)["tasks"]
    project = tiny_project.make(tmp_path / "tiny")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('name = "', 'nmae = "a"\nname = "', 1))
    lines = slipway(*task["command"].split()[1:], cwd=project).stdout.splitlines()
    pattern = task["problemMatcher"]["pattern"]
    found = re.fullmatch(pattern["regexp"], lines[0])
    assert found is not None, lines
    parts = {part: found[pattern[part]] for part in ("file", "line", "severity", "code")}
    assert parts == {
        "file": "pyproject.toml",
        "line": str(text.count("\n", 0, text.index('name = "')) + 1),
        "severity": "warning",
        "code": "pyproject-key-unknown",
    }


def test_a_shell_completes_commands_options_values_and_rules():
    def complete(*words: str) -> list[str]:
        environ = {
            "_SLIPWAY_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        }
        return [line.removeprefix("plain,") for line in slipway(environ=environ).stdout.split()]

    assert complete("slipway", "check", "--format", "s") == ["short", "sarif"]
    assert "classifier-unknown" in complete("slipway", "explain", "classifier")
    assert "_SLIPWAY_COMPLETE=bash_source slipway" in PAGE
