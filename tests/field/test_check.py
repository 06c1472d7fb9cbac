"""Released projects of many backends: the index took them and they work, so `check` may not block any of them."""

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import fingerprint, forked
from field import released

LIST = Path(__file__).with_name("check_projects.toml")

RELEASES = released.listed(LIST)

COMPILED = "markupsafe"


@pytest.mark.parametrize("name", RELEASES)
def test_check_lets_it_pass(name: str, tmp_path: Path) -> None:
    project = released.unpacked(RELEASES[name], tmp_path / "unpacked")
    before = fingerprint(project)

    run = forked("check", "--json", "--work", tmp_path / "work", project)

    assert run.exit_code == 0, str(run)
    manifest = run.manifest
    assert [artifact["kind"] for artifact in manifest["artifacts"]] == ["sdist", "wheel"]
    assert [leg for leg in manifest["smoke_results"] if not leg["passed"]] == []
    assert manifest["broken_rules"] == []
    warnings = {one["rule"] for one in manifest["findings"] if one["severity"] == "warning"}
    assert warnings == set(RELEASES[name].warnings), str(run)
    assert fingerprint(project) == before


def test_a_wheel_with_a_plain_linux_tag_is_one_the_index_will_not_take(tmp_path: Path) -> None:
    """Built by the bare frontend, as one does by hand; `check` itself has it repaired."""
    project = released.unpacked(RELEASES[COMPILED], tmp_path / "unpacked")
    build = [
        sys.executable,
        "-I",
        "-m",
        "build",
        "--wheel",
        "--installer=uv",
        "--outdir",
        tmp_path / "dist",
        project,
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").iterdir()
    assert "-linux_" in wheel.name

    run = forked("inspect", "--json", wheel)

    assert run.exit_code == 1, str(run)
    errors = [one for one in run.manifest["findings"] if one["severity"] == "error"]
    assert [one["rule"] for one in errors] == ["wheel-platform-tag-refused"]
    assert "PyPI takes no wheels for the platform tag" in errors[0]["message"]
