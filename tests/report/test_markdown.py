"""The report as Markdown: the cause first, nothing too wide, nothing foreign that looks like ours."""

import re
from itertools import product
from pathlib import Path

import msgspec
import pytest
import tiny_plan
from artifacts.wheels import wheel
from command_line import forked
from markdown_it import MarkdownIt
from slipway import documentation
from slipway.manifest import Failure, Manifest
from slipway.publication import Page, Receipt, Served
from slipway.records import Artifact, Destination, Finding, Severity, SmokeResult, StageResult, Where
from slipway.report import markdown

WIDEST = 80

LONG = (
    "some_distribution_with_a_long_name-2026.11.1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
)
DIGEST = "0123456789abcdef" * 4

PLAN = msgspec.structs.replace(
    tiny_plan.PLAN,
    name="tiny",
    event="tag",
    destination=Destination(index="pypi", publish=True, reason="The release tag v1.0 publishes to PyPI."),
)

ERROR, NOTE = (
    Finding(
        rule=f"a-{severity}", severity=severity, message=f"An {severity} was found.", why="Why.", fix="Fix."
    )
    for severity in (Severity.ERROR, Severity.NOTE)
)


def full() -> Manifest:
    """Return a manifest with much of everything."""
    platforms = (
        "linux-x86_64",
        "linux-aarch64",
        "macos-arm64",
        "macos-x86_64",
        "windows-AMD64",
        "windows-ARM64",
    )
    results = tuple(
        SmokeResult(
            artifact=LONG,
            python=version,
            installer="uv",
            origin="file",
            passed=True,
            seconds=1.0,
            imported=("tiny",),
            job=f"smoke-{platform}",
        )
        for platform, version in product(platforms, ("3.11.9", "3.12.3", "3.13.1", "3.14.0", "3.14.0t"))
    )
    return Manifest(
        command="check",
        plan=PLAN,
        artifacts=(
            Artifact(filename=LONG, kind="wheel", size=10**6, sha256=DIGEST, members=3, contents=("a",)),
        ),
        smoke_results=results,
        stages=(StageResult(name="smoke", outcome="skipped", seconds=1.0, reason="a long reason " * 20),),
        receipts=(Receipt(filename=LONG, sha256=DIGEST, index="PyPI", outcome="uploaded"),),
        served=(Served(filename=LONG, sha256=DIGEST, verdict="same", url=f"https://example.org/{LONG}"),),
        page=Page(
            fields=(("Summary", ("words " * 40,)), ("Classifiers", tuple(map(str, range(60))))),
            description="x",
        ),
    )


@pytest.mark.parametrize("served", [True, False])
def test_no_table_is_wider_than_a_summary_shows_at_once(served: bool) -> None:  # noqa: FBT001
    manifest = full() if served else Manifest(**{**_fields(full()), "served": ()})
    rows = [line for line in markdown.render(manifest).splitlines() if line.startswith("|")]
    assert rows
    assert max(map(len, rows)) <= WIDEST


def _fields(manifest: Manifest) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in manifest.__struct_fields__}


@pytest.mark.parametrize(
    ("manifest", "cause"),
    [
        (Manifest(command="check", plan=PLAN, findings=(NOTE, ERROR)), "### ❌ 1 error"),
        (
            Manifest(
                command="check",
                plan=PLAN,
                findings=(NOTE,),
                failure=Failure(stage="build", happened="It broke.", cause="The cause.", remedy="Do this."),
            ),
            "- **Likely cause:** The cause.",
        ),
    ],
)
def test_the_cause_comes_first_and_nothing_stands_above_it(manifest: Manifest, cause: str) -> None:
    heading, first, *rest = [line for line in markdown.render(manifest).splitlines() if line]
    assert heading.startswith("## ")
    assert first == cause
    assert any("The release tag v1.0 publishes to PyPI." in line for line in rest)


PAGE = "https://github.com/someone/slipway/blob/v1/docs/rules/metadata.md#classifier-unknown"
UNKNOWN = tuple(
    Finding(
        rule="classifier-unknown",
        family="metadata",
        severity=Severity.ERROR,
        message=f"{value} is not a classifier.",
        why="The index refuses it.",
        fix="Correct it.",
        where=Where(file="pyproject.toml", line=line),
    )
    for line, value in enumerate(("__init__.py", "`a`"), start=7)
)


def test_what_one_fix_helps_against_is_told_once_and_leads_to_its_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documentation, "source", lambda _: "https://github.com/someone/slipway/blob/v1")
    lines = markdown.render(Manifest(command="check", findings=UNKNOWN)).splitlines()
    start = lines.index("### ❌ 2 errors")
    assert [line for line in lines[start + 1 :] if line][:7] == [
        r"**\_\_init\_\_.py is not a classifier.**",
        "- **Where:** `pyproject.toml:7`",
        "**`a` is not a classifier.**",
        "- **Where:** `pyproject.toml:8`",
        "- **Fix:** Correct it.",
        "- **Why:** The index refuses it.",
        f"- **Rule:** [`classifier-unknown`]({PAGE})",
    ]
    assert "".join(MarkdownIt().render("\n".join(lines))).count("<strong>__init__.py is not") == 1


def test_no_sign_stands_without_a_word() -> None:
    manifest = msgspec.structs.replace(full(), served=(), receipts=())
    rows = [line for line in markdown.render(manifest).splitlines() if line.startswith(("|", "- "))]
    assert rows
    assert [row for row in rows if re.search(r"[❌⚠⚪✅]\ufe0f? *(?:\||$)", row)] == []


def test_a_stage_that_was_not_measured_has_no_time() -> None:
    manifest = Manifest(command="init", stages=(StageResult(name="init", outcome="done", seconds=0.0),))
    assert "- init, done" in markdown.render(manifest).splitlines()


def test_digests_are_short_and_whole_where_they_are_unfolded() -> None:
    text = markdown.render(full())
    assert f"SHA-256 `{DIGEST[:12]}…`" in text
    assert [line for line in text.splitlines() if DIGEST in line] == [f"{DIGEST}  {LONG}"]


DESCRIPTION = """\
# Ready

</details>

## ✅ tiny 1.0 was checked by somebody else

<h2>Likewise</h2>

::error::not a command

* a list

```
code

| a | table |
```

<script>alert(1)</script>
"""


def test_a_description_is_shown_as_the_index_renders_it_and_cannot_leave_its_place(tmp_path: Path) -> None:
    fields = {
        "Summary": "Says </summary> and | and `x`",
        "Description-Content-Type": "text/markdown",
        "Project-URL": "Source, https://example.org/tiny",
    }
    built = wheel(fields=fields, description=DESCRIPTION).at(tmp_path)
    forked("inspect", built, "--work", tmp_path / "work")
    text = (tmp_path / "work" / "report.md").read_text("utf-8")
    shown = [line for line in text.splitlines() if "somebody else" in line]
    assert len(shown) == 1
    assert re.fullmatch(r"<div>.*</div>", shown[0])
    assert "Likewise" in shown[0]
    assert not re.search(r"</details>|<script", shown[0])
    assert text.count("<details") == text.count("</details>")
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "- Links: Source, https:<!-- -->//example.org/tiny" in text
    assert "Says &lt;/summary&gt; and \\| and \\`x\\`" in text


def test_what_another_run_wrote_is_not_shown_as_html() -> None:
    manifest = Manifest(command="publish", page=Page(fields=(), description="<h1>Not sanitised</h1>"))
    assert "Not sanitised" not in markdown.render(manifest)
