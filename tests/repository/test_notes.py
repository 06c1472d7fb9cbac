"""The notes of a release: from the changelog into the plan, and from there to GitHub as Markdown."""

from __future__ import annotations

import json
from pathlib import Path

import command_line
import pytest
import tiny_project
from slipway.records import Notes
from slipway.repository import notes
from workflows import act

RST = """\
Features
~~~~~~~~

- The option ``--all`` (`issue 7 <https://example.org/7>`_, :pr:`8`, :meth:`run <demo.run>`).

========
Bugfixes
========

- A ``~~~`` in a line, and a *word*.

.. note:: Read it.
"""

AS_MARKDOWN = """\
### Features

- The option ``--all`` ([issue 7](https://example.org/7), `8`, `run`).

### Bugfixes

- A ``~~~`` in a line, and a *word*.

.. note:: Read it."""


def test_restructured_text_becomes_markdown_where_that_is_safe() -> None:
    assert notes.markdown(Notes(file="CHANGES.rst", line=1, text=RST)) == AS_MARKDOWN


def test_markdown_stays_as_it_is() -> None:
    assert notes.markdown(Notes(file="CHANGELOG.md", line=1, text=RST)) == RST


def test_more_than_github_takes_is_cut_at_a_line() -> None:
    generated = "\n".join(f"* Change {number}" for number in range(20_000))
    body, source = notes.body(Notes(file="CHANGELOG.md", line=1, text="- Mine."), generated, otherwise="-")
    assert len(body) <= notes.LONGEST
    assert body.startswith("- Mine.\n\n* Change 0\n")
    assert body.splitlines()[-1] in generated.splitlines()
    assert source == "CHANGELOG.md and GitHub's list of changes"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("CHANGELOG.md", "# Changes\n\n## 1.0.0\n\n- A feature.\n\n## 0.9\n\n- Old.\n", "- A feature."),
        ("CHANGES.rst", "1.0.0\n=====\n\n* A feature.\n\n0.9\n===\n\n* Old.\n", "* A feature."),
        ("CHANGELOG.md", "## 1.0.0\n\n## 0.9\n\n- Old.\n", None),
        ("CHANGELOG.md", "## 0.9\n\n- Old.\n", None),
        (
            "CHANGELOG.md",
            "## 1.0.0\n\n" + "- A line.\n" * 20_000,
            "- A line.\n\nThe rest is in CHANGELOG.md.",
        ),
    ],
    ids=["markdown", "rst", "empty", "without an entry", "too long"],
)
def test_the_plan_of_a_tag_has_the_notes(name: str, text: str, expected: str | None, tmp_path: Path) -> None:
    project = tiny_project.make(tmp_path / "demo", name="demo")
    (project / name).write_text(text)
    act.repository(project)
    planned = json.loads(command_line.forked("plan", project, "--tag", "v1.0.0", "--json").stdout)["plan"]
    found = planned["notes"]
    if expected is None:
        assert found is None
        return
    assert found["file"] == name
    assert found["text"].endswith(expected)
    assert len(found["text"]) < 110_000
    assert text.splitlines()[found["line"] - 1].strip("# ") == "1.0.0"
    without = json.loads(command_line.forked("plan", project, "--json").stdout)["plan"]
    assert without["notes"] is None
