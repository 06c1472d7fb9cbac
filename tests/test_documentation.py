"""The link of a finding leads to the page on its rule, in the repository that the Slipway that runs is from."""

import json
import subprocess
from pathlib import Path

import pytest
from slipway import documentation
from slipway.records import Finding, Severity

FINDING = Finding(
    rule="wheel-is-empty", family="wheel", severity=Severity.ERROR, message="It is empty.", why="W.", fix="F."
)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_an_action_that_a_runner_downloaded_is_at_its_ref(tmp_path: Path) -> None:
    root = tmp_path / "_actions" / "someone" / "slipway" / "v0.1.0"

    assert documentation.source(root) == "https://github.com/someone/slipway/blob/v0.1.0"


def test_a_checkout_is_at_its_commit_once_that_is_pushed(tmp_path: Path) -> None:
    made = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "one",
    ]
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "git@github.com:someone/slipway.git")
    git(tmp_path, *made)
    assert documentation.source(tmp_path) is None

    documentation.source.cache_clear()
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert documentation.source(tmp_path) == f"https://github.com/someone/slipway/blob/{commit}"

    documentation.source.cache_clear()
    git(tmp_path, "remote", "set-url", "origin", "https://git.example.org/someone/slipway")
    assert documentation.source(tmp_path) is None


@pytest.mark.parametrize(
    ("family", "rule"),
    [("", "a-rule"), ("../../x", "a-rule"), ("wheel", "a rule"), ("wheel", "a#b"), ("wheel", "")],
)
def test_what_is_no_name_of_ours_gets_no_link(
    monkeypatch: pytest.MonkeyPatch, family: str, rule: str
) -> None:
    monkeypatch.setattr(documentation, "source", lambda _: "https://github.com/someone/slipway/blob/main")
    finding = Finding(rule=rule, family=family, severity=Severity.NOTE, message="M.", why="W.", fix="F.")

    assert documentation.address(FINDING) == (
        "https://github.com/someone/slipway/blob/main/docs/rules/wheel.md#wheel-is-empty"
    )
    assert documentation.address(finding) is None


def test_an_installation_is_at_the_commit_that_was_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded = {
        "url": "https://github.com/someone/slipway",
        "vcs_info": {"vcs": "git", "commit_id": "a" * 40},
    }
    made = tmp_path / "slipway_release-0.1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: slipway-release\nVersion: 0.1.0\n")
    (made / "direct_url.json").write_text(json.dumps(recorded))
    monkeypatch.syspath_prepend(tmp_path)

    assert documentation.source(tmp_path) == f"https://github.com/someone/slipway/blob/{'a' * 40}"
    documentation.source.cache_clear()
    (made / "direct_url.json").write_text(json.dumps({"url": "file:///somewhere", "dir_info": {}}))
    assert documentation.source(tmp_path) is None
