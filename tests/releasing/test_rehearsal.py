"""`rehearse --release`: the whole way from the next version to the announcement, and nothing of the project changes."""

from __future__ import annotations

import json
from pathlib import Path

import command_line
import pytest
from command_line import Ended
from releasing import scene
from releasing.scene import Scene


@pytest.fixture
def here(tmp_path: Path) -> Scene:
    """A project with a change since its last release, and notes on it."""
    made = scene.make(tmp_path)
    (made.project / "src" / "tiny_project" / "more.py").write_text("")
    made.commit("More")
    return made


def rehearse(here: Scene, *options: str) -> Ended:
    return command_line.forked("rehearse", "--release", here.project, *options, environ=here.environ)


def test_walks_from_the_version_to_the_announcement(here: Scene) -> None:
    before, public = here.state(), here.public()
    ended = rehearse(here)
    assert ended.exit_code == 0, ended
    told = [
        "Releasing tiny-project 1.0.1 as v1.0.1, in a copy of the repository",
        "wrote CHANGELOG.md, pyproject.toml",
        "tagged v1.0.1",
        "pushed main and v1.0.1",
        "tiny-project 1.0.1 passes its rehearsal",
    ]
    places = [ended.stdout.index(sentence) for sentence in told]
    assert places == sorted(places)
    words = " ".join(ended.stdout.split())
    assert (
        "an index on this machine took it and serves exactly these files and a stand-in for GitHub has the release "
        "v1.0.1 with exactly its 2 files and notes. PyPI itself was not asked." in words
    )
    assert (here.state(), here.public()) == (before, public)


def test_the_manifest_has_all_and_rewritten_addresses_lead_nothing_to_the_real_remote(here: Scene) -> None:
    """Many push by another address than they fetch from, by a setting for all their repositories."""
    here.git("remote", "set-url", "origin", "https://github.com/acme/origin.git")
    settings = Path(str(here.environ["GIT_CONFIG_GLOBAL"]))
    rewritten = f'[url "{here.folder}/"]\n\tpushInsteadOf = https://github.com/acme/\n'
    settings.write_text(f"{settings.read_text()}{rewritten}")
    before = here.public()
    ended = rehearse(here, "--bump", "minor", "--json")
    assert ended.exit_code == 0, ended
    assert here.public() == before
    manifest = json.loads(ended.stdout)
    assert manifest["plan"]["tag"] == "v1.1.0"
    assert manifest["plan"]["notes"]["text"].strip() == "- A thing that people asked for."
    built = {artifact["filename"] for artifact in manifest["artifacts"]}
    assert built == {"tiny_project-1.1.0.tar.gz", "tiny_project-1.1.0-py3-none-any.whl"}
    assert {*manifest["announced"]["assets"]} == built | {"SHA256SUMS", "manifest.json"}


def test_what_keeps_it_from_being_released_is_said(here: Scene) -> None:
    """It is what the release itself would say, and stops at the same place."""
    (here.project / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0.0 (2026-01-01)\n\n- The first one.\n")
    here.commit("Forget the notes")
    ended = rehearse(here)
    assert ended.exit_code == 2
    assert "✗ CHANGELOG.md says nothing of 1.0.1" in ended.stdout
    assert "1.0.1 cannot be released yet: 1 thing above" in ended.stdout + ended.stderr
    assert "passes its rehearsal" not in ended.stdout


def test_outside_of_a_repository(tmp_path: Path) -> None:
    project = scene.project(tmp_path / "project")
    ended = command_line.forked("rehearse", "--release", project)
    assert ended.exit_code == 2
    assert "is not in a git repository" in " ".join(ended.stdout.split())
    assert "Traceback" not in ended.stderr
