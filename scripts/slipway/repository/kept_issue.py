"""One issue that is open while a workflow fails: opened at the first failure, then updated, closed at the first success.

All that is remembered stands in the issue. It is recognised by its author and by the first line of its text, never by its
title: anybody may open an issue with any title and text. What the failing job says comes from code of others; it is quoted
in a block, where Markdown, HTML and mentions have no effect, and decides nothing.
"""

import hashlib
import re
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from slipway.errors import InputError
from slipway.index import clock
from slipway.index.clock import Patience
from slipway.options import Inputs
from slipway.report.text import block, shortened
from slipway.repository import decision, failures
from slipway.repository.github import GitHub, Refused, Unsettled
from slipway.runner import Event, Runner
from slipway.runner.base import printable

AUTHOR = "github-actions[bot]"
"""Whom the token of a job acts as (https://docs.github.com/en/actions/concepts/security/github_token)."""

PATIENCE = 60.0
"""Seconds to go on while GitHub has a fault."""

GONE = 410
"""What GitHub answers where issues are disabled (https://docs.github.com/en/rest/issues/issues#create-an-issue)."""

LINES = 80
LENGTH = 500
"""Lines that are quoted, and characters of each."""

LARGEST = 60_000
"""Characters kept of a text that is added to; an issue may have 65 536."""

_FIRST_LINE = re.compile(
    r"<!-- slipway keep-issue (?P<workflow>[\w./%~-]{1,300}) since=(?P<since>\d{4}-\d\d-\d\d) first=(?P<first>\d{1,20})"
    r" trouble=(?P<trouble>[0-9a-f]{64}) -->"
)


class Author(msgspec.Struct, frozen=True):
    """Who opened an issue."""

    login: str


class Issue(msgspec.Struct, frozen=True):
    """An issue as the API shows it; pull requests are listed among them."""

    number: int
    html_url: str
    user: Author | None = None
    body: str | None = None
    pull_request: Any = None


class Memory(Struct, frozen=True):
    """What the first line of the issue holds.

    Attributes:
        workflow: the file of the workflow, escaped as in a URL.
        since: the day of the first failure, in UTC.
        first: number of the run in which it failed first.
        trouble: SHA-256 of what the job said when the issue was opened, or the last comment was written.
    """

    workflow: str
    since: str
    first: str
    trouble: str

    def __str__(self) -> str:
        return f"<!-- slipway keep-issue {self.workflow} since={self.since} first={self.first} trouble={self.trouble} -->"


def keep(inputs: Inputs, runner: Runner) -> str:
    """Bring the issue into line with how the job ended, and return what was done, as a sentence.

    Raises:
        InputError: this is no run of a workflow, it is not said how the job ended, or the token may not do it.
        ToolError: GitHub has a fault that does not pass.
    """
    event = runner.event()
    workflow = _workflow(event)
    if inputs.result is None:
        raise InputError(
            "It is not said how the job ended that looked.",
            cause="The option --result, in a workflow SLIPWAY_RESULT, is missing.",
            remedy="Set it to `${{ needs.JOB.result }}`, as the workflow that `slipway init --canary` writes does.",
        )
    if inputs.result not in {"success", "failure"}:
        return (
            f"The job that looked was {inputs.result}, so nothing is known, and every issue stays as it is."
        )
    api, repository = decision.place(inputs, runner)
    if api.token is None:
        raise InputError(
            f"There is no token to keep an issue in {repository}.",
            cause="The action hands the job's own token to this command; it was started in another way.",
            remedy=failures.ISSUES.grant,
        )
    with closing(GitHub(api, repository)) as github:
        return _Keeper(github, workflow, event.run_id or "0", inputs).persist()


def _workflow(event: Event) -> str:
    """Return the file of the workflow that runs, from the repository's top folder.

    Raises:
        InputError: none runs.
    """
    repository, ref = event.repository or "", event.workflow_ref or ""
    file = ref.partition("@")[0].removeprefix(f"{repository}/")
    if not repository or not file:
        raise InputError(
            "This is no run of a workflow, so there is no issue to keep.",
            cause="The command was started by hand.",
            remedy="`slipway init --canary` writes a workflow that runs it. `slipway verify --released` looks from here.",
        )
    return file


class _Keeper:
    """The issue of one workflow.

    Args:
        github: the repository.
        workflow: the file of the workflow.
        run: the number of this run.
        inputs: how the job ended, and what it said.
    """

    def __init__(self, github: GitHub, workflow: str, run: str, inputs: Inputs) -> None:
        self._github = github
        self._workflow = workflow
        self._run = run
        self._is_failing = inputs.result == "failure"
        self._lines = _quoted(inputs.trouble)
        digest = hashlib.sha256("\n".join(self._lines).encode()).hexdigest()
        today = datetime.fromtimestamp(clock.CLOCK.now(), UTC).date().isoformat()
        self._now = Memory(quote(workflow), today, run, digest)

    def persist(self) -> str:
        """Do what is to be done, looking again at what is there after each fault; return what was done."""
        patience = Patience(PATIENCE)
        while True:
            try:
                return self._settle()
            except Unsettled as unsettled:
                if not patience.pause(at_least=unsettled.at_least):
                    raise failures.lasting(unsettled, seconds=PATIENCE) from unsettled
            except Refused as refused:
                if refused.status == GONE:
                    return f"Issues are disabled in {self._github.repository}, so none is kept: look at the job that failed."
                raise failures.refused(refused, self._github.repository, failures.ISSUES) from refused

    def _settle(self) -> str:
        found = self._open()
        if not self._is_failing:
            for issue, _ in found:
                self._close(issue, f"It works again, as [this run]({self._page(self._run)}) saw.")
            pages = ", ".join(issue.html_url for issue, _ in found)
            return f"It works again, and {pages} is closed." if found else "It works, and no issue is open."
        if not found:
            return self._new()
        (first, memory), *others = found
        for issue, _ in others:
            self._close(issue, f"#{first.number} is kept for this.")
        self._update(first, memory)
        return f"It still fails, and {first.html_url} is brought up to date."

    def _open(self) -> list[tuple[Issue, Memory]]:
        """Return the issues that this workflow opened and that are still open, the oldest first."""
        # The one that is kept was changed a week ago, so it comes early where there are thousands.
        listed = self._github.all("issues", Issue, state="open", sort="updated", direction="desc")
        found = {issue.number: (issue, memory) for issue in listed if (memory := self._memory(issue))}
        return [found[number] for number in sorted(found)]

    def _memory(self, issue: Issue) -> Memory | None:
        """Return what an issue remembers; None for one that is not this workflow's."""
        if issue.pull_request is not None or issue.user is None or issue.user.login != AUTHOR:
            return None
        # The first line only: what is quoted below may hold the first line of another workflow's issue.
        matched = _FIRST_LINE.match(issue.body or "")
        return (
            Memory(**matched.groupdict()) if matched and matched["workflow"] == self._now.workflow else None
        )

    def _new(self) -> str:
        document = {"title": f"The workflow {self._workflow} fails", "body": self._body(self._now)}
        made = self._github.post("issues", Issue, document)
        if made.user is None or made.user.login != AUTHOR:
            raise InputError(
                f"{made.html_url} was opened with a token that is not the job's own, and the next run would not know it.",
                cause=f"SLIPWAY_GITHUB_TOKEN or GH_TOKEN is set; an issue counts only if {AUTHOR} opened it.",
                remedy="Use the action, which hands the job's own token to this command, and close that issue.",
            )
        return f"It fails, and {made.html_url} says so."

    def _update(self, issue: Issue, memory: Memory) -> None:
        body = self._body(replace(memory, trouble=self._now.trouble))
        is_new = memory.trouble != self._now.trouble
        if is_new:
            # GitHub notifies nobody of an edit. The body is written last: a run that breaks off before it comments again.
            text = "\n".join(
                [f"What fails has changed, as [this run]({self._page(self._run)}) saw:", "", *self._lines]
            )
            self._github.post(f"issues/{issue.number}/comments", dict[str, Any], {"body": text})
        self._github.patch(f"issues/{issue.number}", Issue, {"body": body})

    def _close(self, issue: Issue, why: str) -> None:
        body = f"{(issue.body or '')[:LARGEST]}\n\n{why}\n"
        document = {"state": "closed", "state_reason": "completed", "body": body}
        self._github.patch(f"issues/{issue.number}", Issue, document)

    def _body(self, memory: Memory) -> str:
        first, last = (self._page(run) for run in (memory.first, self._run))
        since = f"The workflow `{self._workflow}` fails since {memory.since}"
        end = (
            "Slipway keeps this issue: it is updated while the workflow fails, and closed as soon as it succeeds. To try "
            f"again now, run `gh run rerun {self._run}`."
        )
        lead = "What the last run saw, in words of tools and packages that it ran:"
        said = (
            f"{since}: [the first run]({first}), [the last run]({last}).",
            "",
            lead,
            "",
            *self._lines,
            "",
            end,
        )
        return "\n".join((str(memory), *said))

    def _page(self, run: str) -> str:
        return f"https://github.com/{self._github.repository}/actions/runs/{run}"


def _quoted(trouble: str) -> list[str]:
    """Return what another job said as a block of Markdown that cannot end early, cut to a readable size."""
    lines = [line.rstrip() for line in printable(trouble).splitlines()]
    if not any(lines):
        return ["The job said nothing: it ended before it had a result. Its log has more."]
    return block("\n".join(shortened(lines, most=LINES, longest=LENGTH)))
