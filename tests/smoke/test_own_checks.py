"""The project's own checks: run beside the installed wheel, in a copy of the checkout, each with a finding of its own."""

from __future__ import annotations

from pathlib import Path

import command_line
import pytest
import tiny_project
from artifacts.wheels import wheel
from slipway.artifacts import artifact
from slipway.errors import InputError
from slipway.manifest import Addition, Manifest
from slipway.options import Inputs
from slipway.runner.terminal import PlainRunner
from slipway.stages import checks

SEEN = """\
import os, pathlib, sys
import demo
assert "site-packages" in demo.__file__, demo.__file__
assert pathlib.Path("README.md").is_file()
assert not any("TOKEN" in name for name in os.environ), sorted(os.environ)
assert pathlib.Path.home() != pathlib.Path(sys.argv[1])
for place in (pathlib.Path("README.md"), pathlib.Path("written.txt")):
    place.write_text("changed")
assert str(pathlib.Path.cwd()) == sys.argv[2], (os.getcwd(), sys.argv)
"""
UNTOUCHED = "import pathlib; assert not pathlib.Path('written.txt').exists()"


def run(
    project: Path, *commands: tuple[str, str], requires: tuple[str, ...] = (), **options: object
) -> Addition:
    """Run the stage on a wheel of a package `demo`."""
    work = project / ".slipway"
    (work / "dist").mkdir(parents=True, exist_ok=True)
    built = wheel().at(work / "dist")
    manifest = Manifest(command="check", artifacts=(artifact.record(artifact.read(built)),))
    inputs = Inputs(
        command="check",
        path=project,
        work=work,
        checks=commands,
        check_requires=requires,
        **options,  # type: ignore[arg-type]
    )
    return checks.run(manifest, inputs, PlainRunner())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tiny_project.make(tmp_path / "demo", name="demo")


def test_each_that_fails_is_one_finding(project: Path) -> None:
    addition = run(
        project,
        ("docs", "python -c \"print('page 1', flush=True); raise SystemExit('a broken link')\""),
        ("fine", "python -c pass"),
        ("style", "a-linter-that-is-not-there --strict"),
    )
    assert [one.rule for one in addition.findings] == ["own-check-fails", "own-check-fails"]
    docs, style = addition.findings
    assert docs.message.startswith("The check docs (`python -c print('page 1'")
    assert "ended with exit code 1 with Python 3." in docs.message
    assert docs.seen == "page 1\na broken link"
    assert "The check style (`a-linter-that-is-not-there --strict`) could not be started" in style.message
    assert "check-requires" in style.fix


def test_they_see_the_wheel_a_copy_and_nothing_secret(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_TOKEN", "pypi-secret")
    (project / "seen.py").write_text(SEEN)
    before = command_line.fingerprint(project / "src")
    addition = run(
        project,
        ("seen", f'python seen.py "{Path.home()}" {{project}}'),
        ("after", f'python -c "{UNTOUCHED}"'),
    )
    assert addition.findings == (), [one.seen for one in addition.findings]
    assert command_line.fingerprint(project / "src") == before
    assert "changed" not in (project / "README.md").read_text()
    assert not (project / "written.txt").exists()


def test_what_they_need_is_installed_beside_the_wheel(project: Path, tmp_path: Path) -> None:
    tool = {"lint_demo.py": "def main():\n    print('all is well')\n"}
    wheel(tool, name="lint_demo", entry_points="[console_scripts]\nlint-demo = lint_demo:main\n").at(
        house := tmp_path
    )
    command = ("lint", "lint-demo src")
    assert run(project, command, requires=("lint-demo",), wheelhouse=house).findings == ()
    [one] = run(project, command, requires=("lint-nothing",), wheelhouse=house).findings
    assert one.rule == "own-checks-cannot-run"
    assert "lint-nothing" in (one.seen or "")


def test_one_that_never_ends_is_ended(project: Path) -> None:
    (project / "hang.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    # Long enough for the installation, which has as many seconds.
    [one] = run(project, ("hang", "python hang.py"), smoke_timeout=5.0).findings
    assert "was not done after 5 s" in one.message
    assert one.seen == "begun"


def test_a_command_that_cannot_be_read_is_wrong_input(project: Path) -> None:
    with pytest.raises(InputError, match="The check docs in"):
        run(project, ("docs", 'sphinx-build "docs'))


def test_check_runs_them_last_and_says_so(project: Path) -> None:
    settings = project / "pyproject.toml"
    declared = (
        settings.read_text() + '\n[tool.slipway.checks]\nreadme = "python -c \\"open(\'README.md\')\\""\n'
    )
    settings.write_text(declared)
    ended = command_line.forked("check", project, "--index", "none")
    assert ended.exit_code == 0, ended
    assert "check readme: passed" in ended.stderr
    assert "passes the checks of the project" in " ".join(ended.stdout.split())
    settings.write_text(declared.replace("open('README.md')", "open('MISSING.md')"))
    ended = command_line.forked("check", project, "--index", "none", "--json")
    assert ended.exit_code == 1
    [one] = [one for one in ended.manifest["findings"] if one["severity"] == "error"]
    assert one["rule"] == "own-check-fails"
    assert "MISSING.md" in one["seen"]
