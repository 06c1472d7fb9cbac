"""Between two releases a version taken from git has a local part, which stops a release and nothing else."""

import subprocess
from pathlib import Path
from typing import Any

import tiny_project
from command_line import forked
from slipway.manifest import FILENAME

LOCAL = "1.0.1.dev3+gabcdef0"


def between_releases(folder: Path) -> Path:
    """Return a project in git whose backend makes a version with a local part."""
    project = tiny_project.make(folder / "project")
    for name in ("pyproject.toml", "_build_tools/own_backend.py"):
        file = project / name
        text = file.read_text("utf-8").replace('version = "1.0.0"', 'dynamic = ["version"]')
        file.write_text(text.replace("1.0.0", LOCAL), encoding="utf-8")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All of it"]):
        subprocess.run([*git, *command], cwd=project, check=True)
    return project


def rules(manifest: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in manifest["findings"]}


def test_a_check_passes_and_says_that_the_rule_did_not_count(tmp_path: Path) -> None:
    project = between_releases(tmp_path)
    run = forked("check", "--json", project)
    assert run.exit_code == 0, str(run)
    assert {one["version"] for one in run.manifest["artifacts"]} == {LOCAL}
    assert "version-local" not in rules(run.manifest)
    reasons = {one["rule"]: one["reason"] for one in run.manifest["skipped_rules"]}
    assert "nothing is published" in reasons["version-local"]
    report = (project / ".slipway" / "report.md").read_text("utf-8")
    assert f"{LOCAL} is a development version with a local part, which PyPI does not take." in report


def test_files_that_are_inspected_by_themselves_are_meant_for_an_index(tmp_path: Path) -> None:
    project = between_releases(tmp_path)
    assert forked("build", "--json", project).exit_code == 0
    files = sorted((project / ".slipway" / "dist").iterdir())
    run = forked("inspect", "--json", *files)
    assert run.exit_code == 1, str(run)
    assert {f["rule"] for f in run.manifest["findings"] if f["severity"] == "error"} == {"version-local"}


def test_a_run_that_publishes_is_blocked(tmp_path: Path) -> None:
    project = between_releases(tmp_path)
    assert forked("build", "--json", project).exit_code == 0
    written = project / ".slipway" / FILENAME
    told = written.read_text("utf-8")
    written.write_text(
        told.replace('"index": "none"', '"index": "pypi"').replace('"publish": false', '"publish": true')
    )
    run = forked("inspect", "--json", cwd=project)
    assert run.exit_code == 1, str(run)
    assert "version-local" in rules(run.manifest)
