"""The one next step of a release, from what was seen of it: a table of states, of which the first that fits counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct, field

from slipway.publication import Recovery
from slipway.standing import State, Step

PUBLISH, VERIFY, ANNOUNCE = "{publish}", "{verify}", "{announce}"
"""Commands that go on from the manifest in the work folder."""

RERUN = "gh run rerun {run} --failed"


class Facts(Struct, frozen=True, kw_only=True):
    """What was seen of a release.

    Attributes:
        on_index: where it stands on the index, None where that could not be asked.
        is_whole: whether the index has every file of it; None where that cannot be seen from here.
        is_quarantined: whether the index offers the project to nobody.
        is_yanked: whether all its files are yanked.
        is_tampered: whether it serves other bytes than were built, or attestations of somebody else.
        is_newest: whether the index has no higher version.
        late: files that the index took and does not show yet.
        tag_here: the tag in this clone; `not asked` without git.
        tag_there: the tag on the remote.
        is_under_way: whether `slipway release` was interrupted before its end.
        is_begun_here: whether publishing was begun from this work folder.
        is_built_here: whether the work folder holds this version, built and checked.
        is_blocked_here: whether the check of what was built here found something that blocks.
        is_on_github: whether the repository is on GitHub, where workflows publish and announce.
        run: how the newest run of a workflow for the tag stands, where that is known.
        release: the release on GitHub.
        failed: what ended the last run here, and what to do about it.
        words: what stands in the place of the braces in the table.
    """

    on_index: Recovery | None = None
    is_whole: bool | None = None
    is_quarantined: bool = False
    is_yanked: bool = False
    is_tampered: bool = False
    is_newest: bool = True
    late: tuple[str, ...] = ()
    tag_here: State = "not asked"
    tag_there: State = "not asked"
    is_under_way: bool = False
    is_begun_here: bool = False
    is_built_here: bool = False
    is_blocked_here: bool = False
    is_on_github: bool = False
    run: Literal["running", "failed", "passed"] | None = None
    release: State = "not asked"
    failed: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def public(self) -> bool:
        """Whether files of it are public with the right bytes."""
        return self.on_index is not None and bool(self.on_index.public)

    @property
    def is_partial(self) -> bool:
        """Whether some of its files are public, and others are missing."""
        return self.public and self.is_whole is False

    @property
    def is_closed(self) -> bool:
        """Whether the index takes no more files of it."""
        left = self.on_index.days_left if self.on_index else None
        return left is not None and left <= 0

    @property
    def is_published_here(self) -> bool:
        """Whether this work folder is the place to publish from."""
        return self.is_begun_here or (self.is_built_here and not self.is_on_github)

    @property
    def is_unannounced(self) -> bool:
        """Whether the release on GitHub is missing, is a draft, or lacks files."""
        return self.release in {"missing", "draft", "other"}


class Row(Struct, frozen=True):
    """One state a release may be in.

    Attributes:
        applies: whether it is in this state; that it is in none of those above is given.
        because: why the step is the next one; a word of `Facts.words` may stand in braces.
        command: the one command, with words in braces.
        url: the page to open instead.
    """

    name: str
    applies: Callable[[Facts], bool]
    because: str
    command: str | None = None
    url: str | None = None


WRONG = (
    Row(
        "index-unknown",
        lambda f: f.on_index is None,
        "Without the answer of {index} no step is safe; ask again when it can be reached.",
        command="{status}",
    ),
    Row(
        "quarantined",
        lambda f: f.is_quarantined,
        "{index} has quarantined {project} and offers it to nobody; its page says more.",
        url="{project_page}",
    ),
    Row(
        "tampered",
        lambda f: f.is_tampered and not f.is_yanked and bool(f.words["yank_page"]),
        "{index} serves other bytes than were built, or attestations of somebody else. Yank it; after that, "
        "`slipway release {next}{at}`.",
        url="{yank_page}",
    ),
    Row(
        "tampered-and-stays",
        lambda f: f.is_tampered and not f.is_yanked,
        "{index} serves other bytes than were built, or attestations of somebody else, and never takes a name twice.",
        command="slipway release {next}{at}",
    ),
    Row(
        "yanked",
        lambda f: f.is_yanked and f.is_newest,
        "{version} is yanked, and no name of a file is taken twice: what follows it is {next}.",
        command="slipway release {next}{at}",
    ),
    Row("yanked-and-followed", lambda f: f.is_yanked, "{version} is yanked, and a higher version is public."),
    Row(
        "other-bytes",
        lambda f: f.on_index is not None and bool(f.on_index.burnt),
        "{index} has other bytes under a name of this release and never takes a name twice: {version} cannot be finished.",
        command="slipway release {next}{at}",
    ),
    Row(
        "closed",
        lambda f: f.is_partial and f.is_closed,
        "{index} takes no more files of {version}, so that it stays incomplete.",
        command="slipway release {next}{at}",
    ),
)

UNFINISHED = (
    Row(
        "unfinished-here",
        lambda f: f.is_partial and f.is_published_here,
        "{index} has a part of it. What is public is not sent again; the rest goes out with the same bytes.",
        command=PUBLISH,
    ),
    Row(
        "late",
        lambda f: bool(f.late),
        "{index} took all of it and does not show all of it yet.",
        command=VERIFY,
    ),
    Row(
        "running",
        lambda f: f.run == "running" and f.is_whole is not True,
        "The workflow of {tag} is still running.",
        command="gh run watch {run}",
    ),
    Row(
        "unfinished-and-failed",
        lambda f: f.is_partial and f.run == "failed",
        "{index} has a part of it. The failed jobs send the rest, from the same files.",
        command=RERUN,
    ),
    Row(
        "unfinished-there",
        lambda f: f.is_partial and f.is_on_github,
        "{index} has a part of it. Open its run and re-run the failed jobs: they send the rest, from the same files.",
        url="{actions}",
    ),
    Row(
        "unfinished-elsewhere",
        lambda f: f.is_partial,
        "{index} has a part of it, and its manifest is not here. Run this where it was built.",
        command=PUBLISH,
    ),
)

NOTHING_PUBLIC = (
    Row(
        "blocked",
        lambda f: not f.public and f.is_published_here and f.is_blocked_here,
        "What was built here has findings that block, so that nothing of it is sent.",
        command="slipway check{folder}",
    ),
    Row(
        "begun-here",
        lambda f: not f.public and f.is_begun_here,
        "Publishing was begun from here, and nothing of it is on {index}.",
        command=PUBLISH,
    ),
    Row(
        "under-way",
        lambda f: not f.public and f.is_under_way,
        "The release was begun with `slipway release` and did not come to its end.",
        command="slipway release --continue{at}",
    ),
    Row(
        "not-tagged",
        lambda f: not f.public and f.tag_here == "missing" and f.tag_there in {"missing", "not asked"},
        "There is no tag {tag}, and nothing of it is on {index}.",
        command="slipway release {version}{at}",
    ),
    Row(
        "remote-unknown",
        lambda f: not f.public and f.tag_there == "unknown",
        "Nothing of it is on {index}, and {remote} could not be asked for the tag {tag}.",
        command="{status}",
    ),
)

TAGGED = (
    Row(
        "tags-differ",
        lambda f: f.tag_there == "other",
        "The tag {tag} on {remote} is not the one of this clone. This fetches that one; see what it names.",
        command="{fetch}",
    ),
    Row(
        "not-pushed",
        lambda f: f.tag_here == "there" and f.tag_there == "missing",
        "The tag {tag} is here and not on {remote}. With --atomic the branch and the tag arrive both or not at all.",
        command="{push}",
    ),
    Row(
        "built-here",
        lambda f: not f.public and f.is_published_here,
        "It is built and checked here, and nothing of it is on {index}.",
        command=PUBLISH,
    ),
    Row(
        "run-failed",
        lambda f: not f.public and f.run == "failed",
        "{remote} has {tag}, and nothing of it is on {index}: its run failed.",
        command=RERUN,
    ),
    Row(
        "nothing-public",
        lambda f: not f.public and f.is_on_github,
        "{remote} has {tag}, and nothing of it is on {index}. Open its run and start it again; where there is none, "
        "start the workflow on the tag.",
        url="{actions}",
    ),
    Row(
        "not-built",
        lambda f: not f.public,
        "Nothing of it is on {index}, and nothing of it is built here.",
        command="{check}",
    ),
)

PUBLIC = (
    Row(
        "files-unknown",
        lambda f: f.is_whole is None and f.is_on_github,
        "Which files belong to it besides those on {index} cannot be seen from here; the run that built it lists them.",
        url="{actions}",
    ),
    Row(
        "files-unknown-elsewhere",
        lambda f: f.is_whole is None,
        "Which files belong to it besides those on {index} cannot be seen from here; only its manifest lists them.",
    ),
    Row(
        "announce-here",
        lambda f: f.is_unannounced and f.is_published_here,
        "{index} has all of it. Its release on GitHub is {release}.",
        command=ANNOUNCE,
    ),
    Row(
        "announce-failed",
        lambda f: f.is_unannounced and f.run == "failed",
        "{index} has all of it. Its release on GitHub is {release}, and the job that makes it is one of those that failed.",
        command=RERUN,
    ),
    Row(
        "announce-there",
        lambda f: f.is_unannounced,
        "{index} has all of it. Its release on GitHub is {release}: open its run and re-run the job that announces it.",
        url="{actions}",
    ),
    Row(
        "release-unknown",
        lambda f: f.release == "unknown",
        "{index} has all of it. GitHub could not be asked for its release: see whether it is there.",
        url="{releases}",
    ),
    Row("announced", lambda f: f.release == "there", "{index} has all of it, and GitHub its release."),
    Row("complete", lambda _: True, "{index} has all of it."),
)

ROWS = (*WRONG, *UNFINISHED, *NOTHING_PUBLIC, *TAGGED, *PUBLIC)
"""From the gravest to the best; the first that applies counts."""


def next_step(facts: Facts) -> Step:
    """Return the one next step of a release."""
    row = next(row for row in ROWS if row.applies(facts))

    def filled(template: str | None) -> str | None:
        return template.format_map(facts.words) if template else None

    return Step(
        name=row.name,
        because=filled(row.because) or "",
        command=filled(row.command),
        url=filled(row.url),
        failed=facts.failed if row.command in {PUBLISH, VERIFY, ANNOUNCE} else None,
    )
