"""Every generated file is what its maker makes, and `python3 tests regenerate --check` says which is not."""

import re
from pathlib import Path

import pytest
from maintenance import ROOT, regenerate

MADE = [name for maker in regenerate.MAKERS for name in maker()]


@pytest.fixture(scope="module")
def stale() -> dict[str, str]:
    return regenerate.stale()


@pytest.mark.parametrize("name", MADE)
def test_it_is_fresh(name: str, stale: dict[str, str]) -> None:
    assert name not in stale, f"{name} is stale; run `{regenerate.COMMAND}`"


def test_no_two_makers_make_the_same_file() -> None:
    assert len(MADE) == len(set(MADE))


def test_the_check_names_the_stale_file_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(regenerate, "stale", lambda: {"docs/rules.md": "new"})
    before = (ROOT / "docs" / "rules.md").read_bytes()

    assert regenerate.run(["--check"]) == 1
    assert "docs/rules.md is stale; run `python3 tests regenerate`." in capsys.readouterr().out
    assert (ROOT / "docs" / "rules.md").read_bytes() == before


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
        for page in [*pages, *sorted((ROOT / "docs").glob("*.md"))]
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
