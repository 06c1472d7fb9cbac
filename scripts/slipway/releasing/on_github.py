"""What GitHub has of a release: its page there with its files, and the run of the workflow for its tag."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from slipway.errors import InputError, SlipwayError
from slipway.index.clock import Patience
from slipway.manifest import Manifest
from slipway.options import Inputs
from slipway.project import hosting, workflow
from slipway.releasing.subject import Subject
from slipway.repository import releases
from slipway.repository.github import NOT_FOUND, GitHub, Refused, Unsettled
from slipway.repository.releases import File, Release
from slipway.runner import GitHubApi, Runner
from slipway.standing import Sight, State

PATIENCE = 10.0
"""Seconds to go on asking GitHub."""

Outcome = Literal["running", "failed", "passed"]


class _Run(Struct, frozen=True):
    """A run of a workflow (https://docs.github.com/en/rest/actions/workflow-runs).

    Attributes:
        path: of the workflow; in some answers `@` and a branch stand behind it.
    """

    id: int
    path: str
    status: str | None = None
    conclusion: str | None = None


class _Runs(Struct, frozen=True):
    workflow_runs: list[_Run]


class OnGitHub(Struct, frozen=True, kw_only=True):
    """What was seen there.

    Attributes:
        home: address of the repository's page; None where it is not on GitHub, and nothing was asked.
        release: the release of the tag; `other` for one that lacks files, or has other bytes.
        detail: why it is not known, or what else was seen.
        run: number of the newest run that matters of the workflow that releases, and `outcome` how it stands.
    """

    home: str | None = None
    release: State = "not asked"
    detail: str = ""
    run: int | None = None
    outcome: Outcome | None = None

    def sights(self, tag: str) -> Iterator[Sight]:
        """Yield what was seen."""
        yield Sight(what=f"release {tag}", where="GitHub", state=self.release, detail=self.detail)
        if self.outcome is not None:
            yield Sight(what=f"run {self.run}", where="GitHub", state="there", detail=self.outcome)


def read(
    inputs: Inputs, runner: Runner, asked: Subject, *, tag: str, manifest: Manifest | None, is_trial: bool
) -> OnGitHub:
    """Ask GitHub about the release of a tag, and about the workflow's run for it.

    Args:
        inputs: what was asked for.
        runner: knows the address of the API and the token, where there is one.
        asked: the release.
        tag: its tag.
        manifest: says which files it has to have, if that is known.
        is_trial: whether it goes to TestPyPI; then it is not announced.

    Raises:
        InputError: the address of GitHub's API cannot be used.
    """
    api = inputs.github or runner.github()
    place = None if api.repository else hosting.read(inputs.path)
    name = api.repository or (place.on_github if place else None)
    if name is None:
        return OnGitHub(detail="it is not known to be on GitHub")
    home = f"{_site(api)}/{name}"
    with closing(GitHub(api, name)) as github:
        patience = Patience(PATIENCE)
        while True:
            try:
                return _look(
                    github, home, asked, tag, None if is_trial else _Wanted(manifest, api.token is not None)
                )
            except Unsettled as unsettled:
                if not patience.pause(at_least=unsettled.at_least):
                    return OnGitHub(home=home, release="unknown", detail=str(unsettled))
            except Refused as refused:
                return OnGitHub(home=home, release="unknown", detail=str(refused))
            except SlipwayError as error:
                return OnGitHub(home=home, release="unknown", detail=error.happened.rstrip("."))


class _Wanted(Struct, frozen=True):
    """The release that there should be: the build whose files it has, if that is known, and whether a token is there."""

    manifest: Manifest | None
    has_token: bool


def _look(github: GitHub, home: str, asked: Subject, tag: str, wanted: _Wanted | None) -> OnGitHub:
    """Look once at the release, where there should be one, and at the run."""
    state: State = "not asked"
    detail = "what goes to TestPyPI is not announced"
    if wanted is not None:
        state, detail = _release(github, tag, wanted)
    run = _run(github, tag, asked)
    if run is None:
        return OnGitHub(home=home, release=state, detail=detail)
    return OnGitHub(home=home, release=state, detail=detail, run=run.id, outcome=_outcome(run))


def _site(api: GitHubApi) -> str:
    """Return where the pages are: GitHub Enterprise Server has its API below them, at `/api/v3`."""
    return "https://github.com" if api.url == "https://api.github.com" else api.url.removesuffix("/api/v3")


def _release(github: GitHub, tag: str, wanted: _Wanted) -> tuple[State, str]:
    found = releases.published(github, tag)
    if found is not None:
        return _compared(github, found, wanted.manifest)
    if drafts := releases.drafts(github, tag):
        return "draft", drafts[0].html_url
    if not releases.is_visible(github):
        return "unknown", "there is no such repository, or it is private and the token may not see it"
    return "missing", "" if wanted.has_token else "a draft is seen with a token only"


def _compared(github: GitHub, release: Release, manifest: Manifest | None) -> tuple[State, str]:
    """Compare the files of a release with those that it should have, where these are known."""
    wanted = [
        File(one.filename, one.size, one.sha256, b"") for one in (manifest.artifacts if manifest else ())
    ]
    compared = releases.compared(releases.assets(github, release), wanted)
    if compared.wrong:
        return "other", f"other bytes than were built: {', '.join(one.name for one in compared.wrong)}"
    lacking = [*(one.name for one in compared.missing), *(one.name for one in compared.unfinished)]
    return ("other", f"it lacks {', '.join(lacking)}") if lacking else ("there", "")


def _run(github: GitHub, tag: str, asked: Subject) -> _Run | None:
    """Return the run that matters of the workflow that `slipway init` wrote: one under way, else one that failed."""
    files = _workflows(asked)
    if not files:
        return None
    try:
        runs = github.get("actions/runs", _Runs, branch=tag).workflow_runs
    except Refused as refused:
        if refused.status == NOT_FOUND:
            return None
        raise
    order: dict[Outcome, int] = {"running": 0, "failed": 1, "passed": 2}
    # GitHub lists the newest first.
    newest = {path: run for run in reversed(runs) if (path := run.path.partition("@")[0]) in files}
    return min(newest.values(), key=lambda run: order[_outcome(run)], default=None)


def _workflows(asked: Subject) -> frozenset[str]:
    if asked.place is None:
        return frozenset()
    try:
        files = workflow.read_all(asked.place.top)
    except InputError:
        return frozenset()
    return frozenset(one.file for one in files if one.written)


def _outcome(run: _Run) -> Outcome:
    if run.status != "completed":
        return "running"
    return "passed" if run.conclusion == "success" else "failed"


def pages(found: OnGitHub, tag: str) -> dict[str, str]:
    """Return the pages of the repository that a next step may name."""
    return {
        "actions": f"{found.home}/actions?query=branch%3A{quote(tag, safe='')}",
        "releases": f"{found.home}/releases",
    }
