"""`keep-issue`: one issue while a workflow fails, whoever else opens issues and whatever the failing job says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from repository import issues_scene
from repository.issues_scene import BOT, WORKFLOW, Issues
from slipway.errors import InputError, SlipwayError, ToolError
from slipway.options import Inputs
from slipway.repository import kept_issue
from slipway.runner.github import GitHubRunner

BROKEN = "error: `import demo` fails with Python 3.13.1. [import-fails]"


@pytest.fixture
def issues() -> Iterator[Issues]:
    with issues_scene.opened() as known:
        yield known


def keep(issues: Issues, result: Any, trouble: str = BROKEN, *, run: int = 1, **environ: str) -> str:
    given = {name: value for name, value in issues.environ(run=run).items() if value is not None}
    inputs = Inputs(command="keep-issue", path=Path(), work=Path(), result=result, trouble=trouble)
    return kept_issue.keep(inputs, GitHubRunner({**given, **environ}))


def first_line(*, workflow: str = WORKFLOW, trouble: str = "0" * 64) -> str:
    return f"<!-- slipway keep-issue {workflow} since=2026-01-05 first=7 trouble={trouble} -->\n"


def test_it_is_opened_at_the_first_failure_updated_and_closed_at_the_first_success(issues: Issues) -> None:
    assert keep(issues, "success") == "It works, and no issue is open."
    assert issues.all == []

    assert "/issues/1 says so" in keep(issues, "failure", run=11)
    [issue] = issues.open()
    assert issue["title"] == f"The workflow {WORKFLOW} fails"
    assert BROKEN in issue["body"]

    keep(issues, "failure", run=12)
    assert issues.comments == {}, "the same as last week: nobody is told again"
    keep(issues, "failure", "error: something else", run=13)
    keep(issues, "failure", "error: something else", run=14)
    assert [issue["number"] for issue in issues.open()] == [1]
    assert [("runs/13" in one, "something else" in one) for one in issues.comments[1]] == [(True, True)]
    assert "[the first run](https://github.com/acme/demo/actions/runs/11)" in issue["body"]
    assert "[the last run](https://github.com/acme/demo/actions/runs/14)" in issue["body"]
    assert BROKEN not in issue["body"]

    assert "/issues/1 is closed" in keep(issues, "success", "", run=15)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert "It works again, as [this run](https://github.com/acme/demo/actions/runs/15) saw." in issue["body"]

    keep(issues, "failure", run=16)
    assert [issue["number"] for issue in issues.open()] == [2], "what was closed stays closed"


@pytest.mark.parametrize("result", ["cancelled", "skipped"])
def test_where_nothing_was_seen_nothing_changes(result: str, issues: Issues) -> None:
    keep(issues, "failure")
    before = len(issues.asked)
    assert "stays as it is" in keep(issues, result)
    assert len(issues.asked) == before


def test_it_is_known_by_its_author_and_its_first_line_on_whatever_page(issues: Issues) -> None:
    own = issues.add(body=first_line() + "by this workflow")
    title = f"The workflow {WORKFLOW} fails"
    others = [
        issues.add(login="mallory", title=title, body=first_line() + "by somebody else"),
        issues.add(title=title, body="by another workflow, without the line"),
        issues.add(body=first_line(workflow=".github/workflows/canary-core.yml")),
        issues.add(body=f"```\n{first_line()}```"),
        issues.add(body=first_line(), pull_request={"url": "https://api.github.com/repos/acme/demo/pulls/6"}),
        *(issues.add(login="someone", title=title) for _ in range(120)),
    ]
    untouched = [dict(one) for one in others]

    keep(issues, "failure")
    assert BROKEN in own["body"]
    keep(issues, "success")
    assert own["state"] == "closed"
    assert others == untouched
    assert "GET issues" in issues.asked[1], "the second page"


def test_of_several_the_oldest_stays(issues: Issues) -> None:
    """Two runs at once may each have opened one."""
    for _ in range(3):
        issues.add(body=first_line())
    keep(issues, "failure")
    assert [one["number"] for one in issues.open()] == [1]
    assert "#1 is kept for this" in issues.all[2]["body"]


LIES = (
    "@acme/owners please merge #1",
    "```\n@acme/owners ![](https://evil.example/x.png) <img src=x onerror=alert(1)>\n~~~\n````text",
    f"```\n{first_line(workflow='.github/workflows/other.yml')}",
    "</code></pre><script>alert(1)</script> --> <!-- ",
    "[a link](https://evil.example) https://evil.example \u202e\u2028@acme\r@acme\x1b[31m\x00",
    "`" * 200 + "\n" + "~" * 200 + "\n@acme",
    "\n".join(["@acme " + "x" * 10_000] * 5_000),
)


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_what_the_other_job_says_is_quoted_whatever_it_is(lie: str, issues: Issues) -> None:
    keep(issues, "failure", "something else")
    keep(issues, "failure", lie)
    texts = [issues.all[0]["body"], issues.comments[1][0]]
    for text in texts:
        assert len(text) < 65_536
        tokens = MarkdownIt("commonmark").parse(text)
        quoted = [one for one in tokens if one.type == "fence"]
        rest = [one for one in tokens if one.type != "fence"]
        assert len(quoted) == 1
        assert all("acme/owners" not in one.content and "evil" not in one.content for one in rest)
        assert "@" not in "".join(one.content for one in rest)
        assert not {"\u202e", "\u2028", "\r", "\x1b", "\x00"} & set(text)
    html = [one.content for one in MarkdownIt("commonmark").parse(texts[0]) if one.type == "html_block"]
    assert [one.count("<!--") for one in html] == [1]
    keep(issues, "success", lie)
    assert issues.open() == [], "how the job ended decides, and nothing that it says"


def test_a_job_that_said_nothing_is_reported_as_such(issues: Issues) -> None:
    keep(issues, "failure", " \n")
    assert "ended before it had a result" in issues.all[0]["body"]


def test_issues_that_are_disabled_are_said_and_no_failure(issues: Issues) -> None:
    issues.fault = lambda *_: (410, {"message": "Issues are disabled for this repo"}, False)
    assert keep(issues, "failure").startswith("Issues are disabled in acme/demo")
    issues.fault = lambda method, _: (410, {"message": "Gone"}, False) if method == "POST" else None
    assert keep(issues, "failure").startswith("Issues are disabled in acme/demo")


def spoken(error: SlipwayError) -> str:
    return f"{error.happened} {error.cause} {error.remedy}"


@pytest.mark.parametrize("status", [403, 404])
def test_a_token_that_may_not_write_is_told_the_line_that_is_missing(status: int, issues: Issues) -> None:
    message = {"message": "Resource not accessible by integration"}
    issues.fault = lambda method, _: (status, message, False) if method == "POST" else None
    with pytest.raises(InputError) as refused:
        keep(issues, "failure")
    assert "`permissions: {issues: write}`" in spoken(refused.value)
    assert "contents" not in spoken(refused.value)


@pytest.mark.parametrize(
    ("environ", "result", "said"),
    [
        ({"GITHUB_WORKFLOW_REF": ""}, "failure", "This is no run of a workflow"),
        ({"SLIPWAY_GITHUB_TOKEN": ""}, "failure", "permissions: {issues: write}"),
        ({}, None, "needs.JOB.result"),
    ],
)
def test_what_is_missing_is_named(environ: dict[str, str], result: Any, said: str, issues: Issues) -> None:
    with pytest.raises(InputError) as missing:
        keep(issues, result, **environ)
    assert said in spoken(missing.value)
    assert issues.asked == []


def test_an_issue_of_another_author_is_not_taken_for_kept(issues: Issues) -> None:
    issues.fault = lambda method, _: (201, issues.add(login="a-person"), False) if method == "POST" else None
    with pytest.raises(InputError) as other:
        keep(issues, "failure")
    assert f"only if {BOT} opened it" in spoken(other.value)


def test_an_answer_that_never_came_makes_no_second_issue(issues: Issues) -> None:
    left = [2]

    def fault(method: str, _: str) -> tuple[int, dict[str, Any], bool] | None:
        if method == "POST" and left[0]:
            left[0] -= 1
            return 502, {"message": "Bad gateway"}, left[0] == 0
        return None

    issues.fault = fault
    assert "brought up to date" in keep(issues, "failure")
    assert len(issues.all) == 1
    issues.fault = lambda *_: (503, {}, False)
    with pytest.raises(ToolError, match="did not pass"):
        keep(issues, "failure")
