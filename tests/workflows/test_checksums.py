"""A workflow artifact holds other bytes than the job before put out: the steps that take files stop."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from workflows import act

NAME = "demo-1.0.tar.gz"
HONEST = b"what was built"


def bodies(file: str, job: str, *words: str) -> list[str]:
    """The shell lines of the steps whose names begin with some words, in their order."""
    path = act.ROOT / ".github" / "workflows" / file
    steps: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["jobs"][job]["steps"]
    found = [one["run"] for one in steps if one["name"].startswith(words)]
    assert len(found) == len(words)
    return found


def run(lines: list[str], folder: Path, **variables: str) -> bool:
    """Run lines one after the other, as steps would, and return whether all of them ended well."""
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", **variables}
    return all(
        subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", line], cwd=folder, env=environ, check=False
        ).returncode
        == 0
        for line in lines
    )


def checksums(data: bytes) -> str:
    return f"{hashlib.sha256(data).hexdigest()}  {NAME}"


@pytest.mark.parametrize(("found", "taken"), [(HONEST, True), (b"something else", False)])
def test_the_release_page_gets_the_files_that_were_checked(
    found: bytes, tmp_path: Path, *, taken: bool
) -> None:
    dist = tmp_path / ".slipway" / "dist"
    dist.mkdir(parents=True)
    (dist / NAME).write_bytes(found)
    (dist / "demo-1.0-py311-none-any.whl").write_bytes(b"nobody built it")
    lines = bodies(
        "python-release.yml", "github-release", "Write the checksums", "Take these files", "Compare their"
    )
    assert run(lines, tmp_path, CHECKSUMS=checksums(HONEST)) is taken
    assert sorted(path.name for path in (tmp_path / "release").iterdir()) == ["SHA256SUMS", NAME]


@pytest.mark.parametrize(("found", "taken"), [(HONEST, True), (b"something else", False)])
def test_the_release_page_gets_the_manifest_that_was_checked(
    found: bytes, tmp_path: Path, *, taken: bool
) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / ".slipway").mkdir()
    (tmp_path / ".slipway" / "manifest.json").write_bytes(found)
    lines = bodies("python-release.yml", "github-release", "Take the manifest")
    assert run(lines, tmp_path, DIGEST=hashlib.sha256(HONEST).hexdigest()) is taken
