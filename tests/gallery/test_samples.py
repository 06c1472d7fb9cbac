"""Projects as people begin with them, from tutorials and guides: checked or rehearsed, and given their workflow."""

import tomllib
from pathlib import Path

import pytest
from command_line import forked
from gallery import test_gallery as gallery
from workflows import act, consumer

SAMPLES = Path(__file__).with_name("samples")


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.toml")))
def test_from_the_first_check_to_the_workflow(name: str, tmp_path: Path) -> None:
    table = tomllib.loads(SAMPLES.joinpath(f"{name}.toml").read_text("utf-8"))
    project = tmp_path / name
    gallery.write(project, table["files"])
    act.repository(project, remote=consumer.REMOTE)

    run = forked(table["command"], "--json", "--work", tmp_path / "work", project)

    assert run.exit_code == 0, str(run)
    manifest = run.manifest
    assert gallery.seen(manifest, ignored=False) == set(table.get("findings", ()))
    notes = {finding["rule"] for finding in manifest["findings"] if finding["severity"] == "note"}
    assert notes == set(table.get("notes", ()))
    ended = consumer.run("init", project, "--uses", f"{act.SLIPWAY}@{act.COMMIT}")
    assert ended.exit_code == 0, ended
    assert consumer.run("init", project, "--check", "--uses", f"{act.SLIPWAY}@{act.COMMIT}").exit_code == 0
