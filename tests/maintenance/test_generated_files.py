"""Every generated file is what its maker makes, and `python3 tests regenerate --check` says which is not."""

import functools
import re
from pathlib import Path

import pytest
from maintenance import ROOT, regenerate


@functools.cache
def made() -> list[tuple[str, str]]:
    return [one for maker in regenerate.MAKERS for one in maker().items()]


def test_every_file_is_fresh() -> None:
    stale = [name for name, text in made() if (ROOT / name).read_text("utf-8") != text]
    assert stale == [], f"run `{regenerate.COMMAND}`"


def test_no_two_makers_make_the_same_file() -> None:
    names = [name for name, _ in made()]
    assert len(names) == len(set(names))


def test_the_check_names_the_stale_file_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(regenerate, "stale", lambda: {"docs/index-rules.md": "new"})
    before = (ROOT / "docs" / "index-rules.md").read_bytes()

    assert regenerate.run(["--check"]) == 1
    assert "docs/index-rules.md is stale; run `python3 tests regenerate`." in capsys.readouterr().out
    assert (ROOT / "docs" / "index-rules.md").read_bytes() == before


def test_it_writes_what_is_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(regenerate, "ROOT", tmp_path)
    monkeypatch.setattr(regenerate, "stale", lambda: {"page.md": "new\n"})

    assert regenerate.run([]) == 0
    assert (tmp_path / "page.md").read_bytes() == b"new\n"


def test_pages_link_to_files_that_exist() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".github/SECURITY.md")]
    link = re.compile(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)")
    broken = [
        f"{page.name}: {target}"
        for page in [*pages, *sorted((ROOT / "docs").rglob("*.md"))]
        for target in link.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_pages_name_files_and_folders_that_exist(page: str) -> None:
    """A path is relative to the repository or to the package; words in capitals stand for a name."""
    named = re.findall(
        r"`([\w.-]+(?:/[\w.-]*)*(?:/|\.(?:py|yml|md|json|txt)))`", (ROOT / page).read_text("utf-8")
    )
    made = {".slipway/dist/", "manifest.json", "report.md", "publish.txt"}
    missing = [
        name
        for name in named
        if name not in made
        and not re.search(r"\b[A-Z]{3,}\b/", name)
        and not any((top / name).exists() for top in (ROOT, ROOT / "scripts" / "slipway"))
    ]
    assert named
    assert missing == []
