"""What is not released becomes the entry of a version, written as the project writes its entries."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from packaging.version import Version
from slipway.errors import InputError
from slipway.releasing import changelog_entry
from slipway.releasing.changes import apply, restore

VERSION, DAY = Version("1.3.0"), date(2026, 11, 6)


@dataclass(frozen=True)
class Case:
    """A changelog before and after a release; the lines that are the same are left out of neither."""

    before: str
    after: str
    file: str = "CHANGELOG.md"


CASES = {
    "Keep a Changelog": Case(
        """\
# Changelog

## [Unreleased]

### Added

- A thing.

## [1.2.0] - 2026-01-31

- Older.

[Unreleased]: https://example.org/spam/compare/v1.2.0...HEAD
[1.2.0]: https://example.org/spam/compare/v1.1.0...v1.2.0
""",
        """\
# Changelog

## [Unreleased]

## [1.3.0] - 2026-11-06

### Added

- A thing.

## [1.2.0] - 2026-01-31

- Older.

[Unreleased]: https://example.org/spam/compare/v1.3.0...HEAD
[1.3.0]: https://example.org/spam/compare/v1.2.0...v1.3.0
[1.2.0]: https://example.org/spam/compare/v1.1.0...v1.2.0
""",
    ),
    "Keep a Changelog, the first release": Case(
        "## [Unreleased]\n\n- All.\n\n[unreleased]: https://example.org/spam/commits/main\n",
        "## [Unreleased]\n\n## [1.3.0] - 2026-11-06\n\n- All.\n\n[unreleased]: https://example.org/spam/commits/main\n",
    ),
    "links from the headings": Case(
        "## Unreleased\n\n- A.\n\n## [1.2.0](https://example.org/compare/1.1.0...1.2.0) (2026-01-31)\n",
        "## Unreleased\n\n## [1.3.0](https://example.org/compare/1.2.0...1.3.0) (2026-11-06)\n\n- A.\n\n"
        "## [1.2.0](https://example.org/compare/1.1.0...1.2.0) (2026-01-31)\n",
    ),
    "links to tags": Case(
        "# Next\n\n- A.\n\n# [v1.2.0](https://example.org/tag/v1.2.0)\n",
        "# Next\n\n# [v1.3.0](https://example.org/tag/v1.3.0)\n\n- A.\n\n# [v1.2.0](https://example.org/tag/v1.2.0)\n",
    ),
    "the heading names the version": Case(
        "## 1.3.0 (unreleased)\n\n- A.\n\n## 1.2.0 (2026-01-31)\n",
        "## 1.3.0 (2026-11-06)\n\n- A.\n\n## 1.2.0 (2026-01-31)\n",
    ),
    "the heading names another version": Case(
        "## 2.0.0 - unreleased\n\n- A.\n",
        "## 1.3.0 - 2026-11-06\n\n- A.\n",
    ),
    "the heading names a development version": Case(
        "## 1.3.0.dev0\n\n- A.\n\n## 1.2.0\n",
        "## 1.3.0\n\n- A.\n\n## 1.2.0\n",
    ),
    "a link of a version that is not released": Case(
        "## [1.3.0] - TBD\n\n- A.\n\n## [1.2.0] - 2026-01-31\n\n[1.3.0]: https://example.org/compare/1.2.0...main\n",
        "## [1.3.0] - 2026-11-06\n\n- A.\n\n## [1.2.0] - 2026-01-31\n\n[1.3.0]: https://example.org/compare/1.2.0...1.3.0\n",
    ),
    "dates in words": Case(
        "## HEAD\n\n- A.\n\n## Version 1.2.0 (January 31, 2026)\n",
        "## HEAD\n\n## Version 1.3.0 (November 6, 2026)\n\n- A.\n\n## Version 1.2.0 (January 31, 2026)\n",
    ),
    "dates in short words": Case(
        "1.3.0 (not yet released)\n---\n\n- A.\n\n1.2.0 (31st Jan 2026)\n---\n",
        "1.3.0 (6th Nov 2026)\n---\n\n- A.\n\n1.2.0 (31st Jan 2026)\n---\n",
    ),
    "a release has a code name": Case(
        "## Unreleased\n\n- A.\n\n## 1.2.0 - Hare (2026-01-31)\n\n## 1.1.0 (2026-01-01)\n\n## 1.0.0 (2025-01-01)\n",
        "## Unreleased\n\n## 1.3.0 (2026-11-06)\n\n- A.\n\n## 1.2.0 - Hare (2026-01-31)\n\n## 1.1.0 (2026-01-01)\n\n"
        "## 1.0.0 (2025-01-01)\n",
    ),
    "reStructuredText": Case(
        """\
Changes
=======

Unreleased
----------

Added
~~~~~

- A thing.


1.2.0 (2026-01-31)
------------------

- Older.
""",
        """\
Changes
=======

Unreleased
----------


1.3.0 (2026-11-06)
------------------

Added
~~~~~

- A thing.


1.2.0 (2026-01-31)
------------------

- Older.
""",
        "CHANGES.rst",
    ),
    "reStructuredText with lines above and below": Case(
        "==================\n1.3.0 (unreleased)\n==================\n\n- A.\n\n==================\n1.2.0 (2026-01-31)\n"
        "==================\n\n- B.\n",
        "==================\n1.3.0 (2026-11-06)\n==================\n\n- A.\n\n==================\n1.2.0 (2026-01-31)\n"
        "==================\n\n- B.\n",
        "HISTORY.rst",
    ),
    "reStructuredText with lines of a fixed length": Case(
        f"Unreleased\n{'=' * 40}\n\n- A.\n\nspam 1.2.0\n{'=' * 40}\n\n- B.\n\nspam 1.1.0\n{'=' * 40}\n\n- C.\n",
        f"Unreleased\n{'=' * 40}\n\nspam 1.3.0\n{'=' * 40}\n\n- A.\n\nspam 1.2.0\n{'=' * 40}\n\n- B.\n\nspam 1.1.0\n"
        f"{'=' * 40}\n\n- C.\n",
        "NEWS.rst",
    ),
    "the first line says that it is not released": Case(
        "Version 1.3.0\n-------------\n\nUnreleased\n\n-   A.\n\n"
        "Version 1.2.0\n-------------\n\nReleased 2026-01-31\n\n-   B.\n",
        "Version 1.3.0\n-------------\n\nReleased 2026-11-06\n\n-   A.\n\n"
        "Version 1.2.0\n-------------\n\nReleased 2026-01-31\n\n-   B.\n",
        "CHANGES.rst",
    ),
    "plain text": Case(
        "1.3.0 (unreleased)\n  - A.\n\n1.2.0 (2026-01-31)\n  - B.\n",
        "1.3.0 (2026-11-06)\n  - A.\n\n1.2.0 (2026-01-31)\n  - B.\n",
        "CHANGES",
    ),
    "a list of releases": Case(
        "* 1.3.0 (unreleased)\n  * A.\n* 1.2.0 (2026/01/31)\n  * B.\n",
        "* 1.3.0 (2026/11/06)\n  * A.\n* 1.2.0 (2026/01/31)\n  * B.\n",
        "CHANGELOG.txt",
    ),
    "AsciiDoc": Case(
        "= Changes\n\n== Unreleased\n\n* A.\n\n== 1.2.0 (2026-01-31)\n",
        "= Changes\n\n== Unreleased\n\n== 1.3.0 (2026-11-06)\n\n* A.\n\n== 1.2.0 (2026-01-31)\n",
        "CHANGELOG.adoc",
    ),
    "the heading in a block of code": Case(
        "# Log\n\n```\n## Unreleased\n- no\n```\n\n## Unreleased\n\n- A.\n\n## 1.2.0\n",
        "# Log\n\n```\n## Unreleased\n- no\n```\n\n## Unreleased\n\n## 1.3.0\n\n- A.\n\n## 1.2.0\n",
    ),
}


def made(folder: Path, case: Case) -> Path:
    path = folder / case.file
    path.write_text(case.before, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_entry_is_written_as_the_project_writes_them(tmp_path: Path, case: Case) -> None:
    path = made(tmp_path, case)
    changes = changelog_entry.released(tmp_path, VERSION, DAY)
    assert path.read_text("utf-8") == case.before
    apply(tmp_path, changes)
    assert path.read_text("utf-8") == case.after


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_second_run_changes_nothing_and_the_first_can_be_taken_back(tmp_path: Path, case: Case) -> None:
    path = made(tmp_path, case)
    changes = changelog_entry.released(tmp_path, VERSION, DAY)
    apply(tmp_path, changes)
    assert changelog_entry.released(tmp_path, VERSION, DAY) == ()
    restore(tmp_path, changes)
    assert path.read_text("utf-8") == case.before


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_line_ends_and_the_mark_at_the_start_stay(tmp_path: Path, case: Case) -> None:
    path = tmp_path / case.file
    before, after = (text.replace("\n", "\r\n").encode("utf-8-sig") for text in (case.before, case.after))
    path.write_bytes(before)
    apply(tmp_path, changelog_entry.released(tmp_path, VERSION, DAY))
    assert path.read_bytes() == after


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_notes_are_found_before_and_after(tmp_path: Path, case: Case) -> None:
    made(tmp_path, case)
    before = changelog_entry.notes(tmp_path, VERSION)
    apply(tmp_path, changelog_entry.released(tmp_path, VERSION, DAY))
    after = changelog_entry.notes(tmp_path, VERSION)
    assert before
    assert after
    assert "A" in before.body
    assert after.body.replace("Released 2026-11-06", "Unreleased") == before.body
    assert "1.3.0" in after.heading


REFUSED = {
    "no changelog": ("README.md", "# Spam\n", "Write a CHANGELOG.md"),
    "nothing unreleased": ("CHANGELOG.md", "## 1.2.0\n\n- A.\n", "`## [Unreleased]`"),
    "no heading": ("CHANGELOG.md", "Nothing yet.\n", "`## [Unreleased]`"),
    "nothing unreleased in reStructuredText": ("CHANGES.rst", "1.2.0\n=====\n\n- A.\n", "`Unreleased`"),
    "an empty section": ("CHANGELOG.md", "## [Unreleased]\n\n## 1.2.0\n\n- A.\n", "git log"),
    "empty headings": (
        "CHANGELOG.md",
        "## [Unreleased]\n\n### Added\n\n### Fixed\n\n<!-- a\nb -->\n\n## 1.2.0\n",
        "git log",
    ),
    "empty headings in reStructuredText": (
        "CHANGES.rst",
        "Unreleased\n==========\n\nAdded\n-----\n\n1.2.0\n=====\n",
        "git log",
    ),
    "an empty section of a named version": (
        "CHANGES.rst",
        "1.3.0\n=====\n\nUnreleased\n\n1.2.0\n=====\n",
        "git log",
    ),
}


@pytest.mark.parametrize(("file", "text", "remedy"), REFUSED.values(), ids=REFUSED)
def test_without_notes_it_is_refused(tmp_path: Path, file: str, text: str, remedy: str) -> None:
    (tmp_path / file).write_text(text)
    assert changelog_entry.notes(tmp_path, VERSION) is None
    with pytest.raises(InputError) as refused:
        changelog_entry.released(tmp_path, VERSION, DAY)
    assert remedy in refused.value.remedy
    assert (tmp_path / file).read_text() == text


def test_what_the_refusal_says_helps(tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# Changelog\n\n## 1.2.0 - 2026-01-31\n\n- B.\n")
    path.write_text(path.read_text().replace("## 1.2.0", "## [Unreleased]\n\n- A.\n\n## 1.2.0"))
    (change,) = changelog_entry.released(tmp_path, VERSION, DAY)
    assert b"## 1.3.0 - 2026-11-06\n\n- A.\n" in (change.after or b"")


def test_what_the_refusal_says_helps_in_restructuredtext(tmp_path: Path) -> None:
    path = tmp_path / "CHANGES.rst"
    path.write_text("Unreleased\n==========\n\n- A.\n\n1.2.0\n=====\n\n- B.\n")
    (change,) = changelog_entry.released(tmp_path, VERSION, DAY)
    assert b"1.3.0\n=====\n\n- A.\n" in (change.after or b"")
