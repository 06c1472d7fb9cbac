"""The records of where a release stands: what was seen of it, place by place, and the one next step."""

from typing import Literal

from slipway.records import Record

State = Literal["there", "late", "draft", "yanked", "missing", "other", "unknown", "not asked"]
"""How something stands in one place.

`late` is a file that the index took and does not show yet, `other` stands for other bytes or another commit under the same
name; `unknown` was asked for without an answer. What is unknown or was not asked for is never called missing.
"""


class Sight(Record, frozen=True):
    """One thing that was looked for in one place.

    Attributes:
        what: a tag, a file, a release.
        where: this clone, the remote, an index, GitHub.
        detail: why it is not known, or what else was seen; one short clause.
    """

    what: str
    where: str
    state: State
    detail: str = ""


class Step(Record, frozen=True):
    """What to do next: a command, a page to open, or nothing.

    Attributes:
        name: of the state the release is in, for machines.
        because: one sentence.
        failed: what ended the last run of that command, and what to do about it.
    """

    name: str
    because: str
    command: str | None = None
    url: str | None = None
    failed: str | None = None


class Standing(Record, frozen=True):
    """Where a release stands.

    Attributes:
        project: name of the project.
        version_from: what the version was taken from, as in a sentence.
        days_left: days until the index closes the release for new files; None where it does not matter or is not known.
        step: what to do next.
        yank_page: where the release is yanked, where something is wrong with it; there is no API for it.
        yank_reason: a reason to enter there.
    """

    project: str
    version: str
    version_from: str
    seen: tuple[Sight, ...]
    step: Step
    days_left: int | None = None
    yank_page: str | None = None
    yank_reason: str | None = None
