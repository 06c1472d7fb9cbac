"""No text that somebody else wrote keeps a pattern busy."""

import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import only_on
import pytest
from command_line import SCRIPTS, slipway
from slipway.artifacts import artifact, contents, secret_scan
from slipway.project import changelog, toml_lines

MADE_LATE = {
    ("setup_failures", "signs"),
    ("slipway.artifacts.python_module", "plain"),
    ("slipway.building.known_failures", "known.pattern"),
    ("maintenance.surfaces", "marked"),
    ("slipway.publishing.refusals", "row.pattern"),
    ("slipway.releasing.changelog_style", "NOT_YET"),
    ("slipway.releasing.changelog_style", "f'(?<![\\\\w.]){pattern}(?![\\\\w.])'"),
    ("slipway.releasing.changelog_style", "f'\\\\b{pattern}\\\\b'"),
    ("slipway.releasing.version_copies", "imported"),
    ("slipway.releasing.version_files", "pattern"),
    ("slipway.releasing.version_files", "standalone(version)"),
    ("slipway.releasing.version_places", "pattern"),
    ("slipway.repository.stand_in_repository", "pattern"),
    ("slipway.rules.smoke.install", "known.pattern"),
    ("uv_download", "_ending()"),
}
"""Patterns that are made when they are needed: of plain text, or found in the tables of their modules."""


@only_on.posix("it has no timers of processor time")
def test_every_pattern_is_quick() -> None:
    argv = [sys.executable, "-I", str(Path(__file__).with_name("patterns.py")), str(SCRIPTS)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=1800, check=True)
    counted, *slow = map(json.loads, done.stdout.splitlines())
    assert counted["patterns"] > 150
    late = {(where, source) for where, source in counted["unknown"] if "re.escape(" not in source}
    assert late <= MADE_LATE
    assert slow == []


def test_no_group_is_possessive() -> None:
    """Python 3.11 before 3.11.5, which Debian 12 has, matches some of them wrongly (python/cpython#106052)."""
    possessive = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+")
    sources = {path: path.read_text("utf-8") for path in SCRIPTS.rglob("*.py")}
    assert [path.name for path, source in sources.items() if possessive.search(source)] == []


def test_a_small_wheel_that_kept_inspect_busy(tmp_path: Path) -> None:
    wheel = tmp_path / "bomb-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(".env", "SECRET_" * 15_000)
    started = time.process_time()
    secret_scan.find(".env", b"SECRET_" * 15_000)
    assert time.process_time() - started < 1
    assert slipway("inspect", wheel).exit_code == 1


def test_a_version_that_could_be_read_in_many_ways() -> None:
    started = time.process_time()
    changelog._VERSION.search("1.0" + "-a" * 60 + "Z")
    assert time.process_time() - started < 1


def test_a_key_of_twenty_thousand_parts() -> None:
    started = time.process_time()
    with pytest.raises(RecursionError):
        toml_lines.loads("a." * 20_000 + "a = 1")
    assert time.process_time() - started < 1
    assert toml_lines.loads(".".join("a" * 20) + " = 1")


def test_an_artifact_that_takes_too_long_is_not_fully_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "LOOK_SECONDS", 0.0)
    wheel = tmp_path / "slow-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("a.py", "b.py"):
            archive.writestr(name, "x = 1\n" * 1000)
    facts = artifact.read(wheel)
    assert len(facts.members) == len(("a.py", "b.py"))
    assert [p.detail for p in facts.problems] == ["after a.py the time to look into its files is up"]
