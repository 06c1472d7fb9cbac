"""What a changelog says of one version: from its heading to the next one of the same level, as the file's format has it."""

from pathlib import Path

import pytest
from packaging.version import Version
from project.test_changelog import ENTRIES, MENTIONS
from slipway.project import changelog_sections

VERSION = Version("1.2.0")


def section(folder: Path, text: str, file: str = "CHANGELOG.md") -> str | None:
    (folder / file).write_text(text, encoding="utf-8", newline="")
    found = changelog_sections.section(folder, VERSION)
    return found.body if found else None


BODIES = {
    "nested headings": (
        "## [1.2.0] - 2026-01-01\n\n### Added\n\n- A.\n\n### Fixed\n\n- B.\n\n## 1.1.0\n",
        "### Added\n\n- A.\n\n### Fixed\n\n- B.",
    ),
    "a fence": ("## 1.2.0\n\n```md\n## 1.1.0\n```\n\nB.\n\n## 1.1.0\n", "```md\n## 1.1.0\n```\n\nB."),
    "an indented block of code": ("## 1.2.0\n\n    ## 1.1.0\n\n## 1.1.0\n", "    ## 1.1.0"),
    "a heading in a list": ("## 1.2.0\n\n- # 1.1.0\n- B.\n\n## 1.1.0\n", "- # 1.1.0\n- B."),
    "setext headings": (
        "v1.2.0 (2026-01-01)\n===\n\nAdded\n---\n\n- A.\n\n1.1.0\n===\n",
        "Added\n---\n\n- A.",
    ),
    "the last one, with addresses": (
        "## [1.2.0]\n\n- A [b].\n\n[b]: https://example.org\n[1.2.0]: https://example.org/1.2.0\n",
        "- A [b].\n\n[b]: https://example.org",
    ),
    "a smaller heading for a patch": (
        "# [1.2.0](https://example.org) (2026-01-02)\n\nA.\n\n## [1.1.9](https://example.org) (2026-01-01)\n",
        "A.",
    ),
    "an earlier mention in a heading": (
        "## 1.3.0\n\n### Upgrading from 1.2.0\n\nNo.\n\n## 1.2.0\n\nYes.\n",
        "Yes.",
    ),
    "a title with a version": ("# News of the series 1.2\n\n## 1.2.0\n\nYes.\n", "Yes."),
    "scriv's anchors": (
        "<a id='changelog-1.2.0'></a>\n## 1.2.0\n\n- A.\n\n<a id='changelog-1.1.0'></a>\n## 1.1.0\n",
        "- A.",
    ),
    "an empty section": ("## 1.2.0\n\n## 1.1.0\n", ""),
    "an empty section at the end": ("## 1.2.0", ""),
    "CRLF": ("## 1.2.0\r\n\r\n- A.\r\n- B.\r\n\r\n## 1.1.0\r\n", "- A.\n- B."),
    "a byte order mark": ("\ufeff## 1.2.0\n\n- A.\n", "- A."),
}
RST_BODIES = {
    "nested headings": (
        "Log\n===\n\n1.2.0 (2026-01-01)\n------------------\n\nAdded\n^^^^^\n\n- A.\n\n1.1.0\n-----\n",
        "Added\n^^^^^\n\n- A.",
    ),
    "a literal block": (
        "1.2.0\n=====\n\nSo::\n\n  1.1.0\n  =====\n\n1.1.0\n=====\n",
        "So::\n\n  1.1.0\n  =====",
    ),
    "lines above": ("=====\n1.2.0\n=====\n\n- A.\n\n=====\n1.1.0\n=====\n\n- B.\n", "- A."),
    "roles and directives of Sphinx": (
        "1.2.0\n=====\n\n- A :pr:`12`.\n\n.. versionadded:: 1.2\n\n1.1.0\n=====\n",
        "- A :pr:`12`.\n\n.. versionadded:: 1.2",
    ),
    "towncrier's mark": (
        (
            ".. towncrier release notes start\n\nSpam 1.2.0 (2026-01-01)\n=======================\n\n- A.\n\n\n"
            "Spam 1.1.0 (2025-01-01)\n=======================\n"
        ),
        "- A.",
    ),
    "scriv's anchors": (
        (
            ".. _changelog-1.2.0:\n\n1.2.0 — 2026-01-01\n------------------\n\n- A.\n\n"
            ".. _changelog-1.1.0:\n\n1.1.0\n-----\n\n- B.\n"
        ),
        "- A.",
    ),
    "a rule at the end": ("1.2.0\n=====\n\n- A.\n\n----\n\n1.1.0\n=====\n", "- A."),
    "a file to include": (
        "1.2.0\n=====\n\n.. include:: /etc/hostname\n\n1.1.0\n=====\n",
        ".. include:: /etc/hostname",
    ),
    "levels that do not fit": (
        "1.2.0\n=====\n\n- A.\n\nB\n^\n\n1.1.0\n=====\n\nC\n~~~\n\nD\n^^^\n",
        "- A.\n\nB\n^",
    ),
    "a line that ends in a form feed": ("\x0c\n1.2.0\n=====\n\n- A.\n\n1.1.0\n=====\n", "- A."),
}
PLAIN_BODIES = {
    "entry lines": ("* 1.2.0 (2026-01-01)\n  * A.\n* 1.1.0 (2025-01-01)\n  * B.\n", "  * A."),
    "versions on lines of their own": (
        "v1.2.0, 2026-01-01\n    A.\n\nv1.1.0, 2025-01-01\n    B.\n",
        "    A.",
    ),
    "underlined further down": (
        "1.2.0 (2026-01-01)\n\n* A.\n\n1.1.0 (2025-01-01)\n==================\n\n* B.\n",
        "* A.",
    ),
    "underlined": ("1.2.0\n=====\n\n- A.\n\n1.1.0\n=====\n", "- A."),
    "Markdown": ("# 1.2.0\n\n- A.\n\n# 1.1.0\n", "- A."),
    "bold": ("**1.2.0** (2026-01-01)\n\n- A.\n\n**1.1.0** (2025-01-01)\n", "- A."),
}


@pytest.mark.parametrize(("text", "body"), BODIES.values(), ids=BODIES)
def test_markdown(tmp_path: Path, text: str, body: str) -> None:
    assert section(tmp_path, text) == body


@pytest.mark.parametrize(("text", "body"), RST_BODIES.values(), ids=RST_BODIES)
def test_restructuredtext(tmp_path: Path, text: str, body: str) -> None:
    assert section(tmp_path, text, "CHANGES.rst") == body


@pytest.mark.parametrize(("text", "body"), PLAIN_BODIES.values(), ids=PLAIN_BODIES)
def test_plain_text(tmp_path: Path, text: str, body: str) -> None:
    assert section(tmp_path, text, "CHANGES") == body


@pytest.mark.parametrize("text", ENTRIES.values(), ids=ENTRIES)
def test_what_counts_as_an_entry_has_a_section(tmp_path: Path, text: str) -> None:
    assert section(tmp_path, text, "CHANGES.txt") is not None


@pytest.mark.parametrize("text", MENTIONS.values(), ids=MENTIONS)
@pytest.mark.parametrize("file", ["CHANGELOG.md", "CHANGES.rst", "CHANGES.txt"])
def test_a_mention_has_none(tmp_path: Path, text: str, file: str) -> None:
    assert section(tmp_path, text, file) is None


def test_where_a_section_is(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "changelog.rst").write_text("Log\n===\n\n1.2.0\n-----\n\n- A.\n")
    found = changelog_sections.section(tmp_path, VERSION)
    assert found == changelog_sections.Section(
        file="docs/changelog.rst", line=4, heading="1.2.0", body="- A."
    )


UNRELEASED = (
    "## [Unreleased]", "## Unreleased", "# UNRELEASED", "## [Unreleased] - yyyy-mm-dd", "## Unreleased changes", "## Next",
    "## Next release", "## HEAD", "## Upcoming", "## In development", "## 1.3.0 (unreleased)", "## [1.3.0] - Unreleased",
    "## 1.3.0.dev0", "## 1.3.0-dev", "## v1.3.0 (not yet released)", "## 1.3.0 - TBD", "## 1.3.0 (20XX-XX-XX)",
    "## [Unreleased](https://example.org/compare/v1.2.0...HEAD)", "## main (unreleased)",
)  # fmt: skip
RELEASED = (
    "## 1.3.0", "## 1.3.0 (2026-01-01)", "## 1.3.0rc1", "## Nextcloud 1.3.0",
    "## 1.3.0 - The unreleased tapes", "## Development 1.3.0",
)  # fmt: skip


@pytest.mark.parametrize("heading", UNRELEASED)
def test_what_is_not_released(tmp_path: Path, heading: str) -> None:
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\n- A.\n\n## 1.2.0\n\n- B.\n")
    found = changelog_sections.unreleased(tmp_path)
    assert found
    assert found.body.startswith("- A.")


@pytest.mark.parametrize("heading", RELEASED)
def test_what_is_released(tmp_path: Path, heading: str) -> None:
    (tmp_path / "CHANGELOG.md").write_text(
        f"{heading}\n\n- A.\n\n### Next\n\n## 1.2.0\n\n### Development\n\n- B.\n"
    )
    assert changelog_sections.unreleased(tmp_path) is None


def test_a_large_file_is_read_by_its_lines(tmp_path: Path) -> None:
    entries = "".join(f"1.{n}.0\n{'=' * 6}\n\n- {'word ' * 40}\n\n" for n in range(5000, 0, -1))
    assert section(tmp_path, entries, "CHANGES.rst") == f"- {'word ' * 40}"


@pytest.mark.parametrize(
    ("body", "says_something"),
    [
        ("- A fix.", True),
        ("<!-- a remark --> A fix.", True),
        ("<!-- a remark\n\nthat goes on -->\n\n### Fixed", False),
        ("<!-- a remark <!-- in a remark --> A fix.", True),
        ("<!-- a remark without an end", False),
        ("<!--" * 500_000, False),
    ],
)
def test_a_remark_says_nothing_to_readers(body: str, *, says_something: bool) -> None:
    assert changelog_sections.has_notes(body) is says_something
