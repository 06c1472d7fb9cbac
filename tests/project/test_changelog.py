"""A changelog has an entry for a version where a heading names it, not where its text does."""

from pathlib import Path

import pytest
from packaging.version import Version
from slipway.project import changelog

ENTRIES = {
    "keep a changelog": "## [1.2.0] - 2026-01-01\n\n### Added\n\n- A thing.\n",
    "Markdown with a link": "## [1.2.0](https://example.org/compare/v1.1.0...v1.2.0) (2026-01-01)\n",
    "Markdown setext": "Version 1.2.0\n-------------\n\n* A thing.\n",
    "Markdown with closing marks": "# v1.2.0 #\n",
    "reStructuredText": "1.2.0 (2026-01-01)\n==================\n\n- A thing.\n",
    "reStructuredText with an overline": "=====\n1.2.0\n=====\n",
    "towncrier": "spam 1.2.0 (2026-01-01)\n=======================\n\nFeatures\n--------\n\n- A thing. (#1)\n",
    "scriv": ".. _changelog-1.2.0:\n\n1.2.0 — 2026-01-01\n------------------\n\nAdded\n.....\n",
    "towncrier in Markdown": "# Spam 1.2.0 (2026-01-01)\n\n## Features\n",
    "entry lines": "* 1.2.0 (2026-01-01)\n  * A thing.\n* 1.1.0 (2025-01-01)\n",
    "entry lines with another date": "- Version 1.2.0 (1 January 2026)\n\n  - A thing.\n",
    "plain text": "v1.2.0, 2026-01-01\n    A thing.\n",
    "plain text with a colon": "1.2.0:\n  - A thing.\n",
    "bold": "**1.2.0** (2026-01-01)\n\n- A thing.\n",
    "AsciiDoc": "== 1.2.0 (2026-01-01)\n\n* A thing.\n",
    "HTML": '<h2 id="v1">1.2.0</h2>\n',
    "unreleased": "1.2.0 (unreleased)\n",
}
MENTIONS = {
    "text": "## 1.1.0\n\nWhat 1.2.0 will bring is not decided.\n",
    "item": "## 1.1.0\n\n- The old name goes away in 1.2.0.\n",
    "item that begins with it": "## 1.1.0\n\n- 1.2.0 of the library is required.\n",
    "requirement": "## 1.1.0\n\n- Require spam>=1.2.0 (2026-01-01 or later).\n",
    "link at the end": "## 1.1.0\n\n[1.2.0]: https://example.org/compare/v1.1.0...v1.2.0\n",
    "link target": "## [Unreleased](https://example.org/compare/v1.2.0...HEAD)\n\n## 1.1.0\n",
    "code": "## 1.1.0\n\n```\n# pip install spam==1.2.0\n1.2.0\n```\n",
    "directive": "1.1.0\n=====\n\n.. deprecated:: 1.2.0\n   Use the other.\n",
    "comment": "# 1.1.0\n\n<!-- 1.2.0 comes next -->\n",
    "indented": "1.1.0\n=====\n\n  1.2.0 (2026-01-01)\n",
    "longer version": "## 1.2.0.1\n\n## 11.2.0\n",
}


def versions(folder: Path, text: str, name: str = "CHANGELOG.md") -> frozenset[Version]:
    (folder / name).write_text(text, encoding="utf-8")
    found = changelog.find(folder)
    assert found is not None
    return found.versions


@pytest.mark.parametrize("text", ENTRIES.values(), ids=ENTRIES)
def test_a_heading_is_an_entry(tmp_path: Path, text: str) -> None:
    assert Version("1.2.0") in versions(tmp_path, text)


@pytest.mark.parametrize("text", MENTIONS.values(), ids=MENTIONS)
def test_a_mention_is_none(tmp_path: Path, text: str) -> None:
    found = versions(tmp_path, text)
    assert found
    assert Version("1.2.0") not in found


def test_a_project_without_a_changelog_has_none(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# 1.2.0\n")
    assert changelog.find(tmp_path) is None
