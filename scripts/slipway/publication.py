"""The records of what was sent to an index, and of what an index shows."""

from typing import Literal

from slipway.records import Record


class Page(Record, frozen=True):
    """What the index will show of a release.

    Attributes:
        fields: the label of each field of the metadata, and its values.
        description: the description as sanitised HTML; None where there is none or it was not rendered here.
    """

    fields: tuple[tuple[str, tuple[str, ...]], ...]
    description: str | None = None


class OnIndex(Record, frozen=True):
    """What an index showed when it was asked about a release, before anything was sent.

    Attributes:
        index: its name in a sentence.
        project: whether it has the project.
        version: whether it has files of the version; None where that was not known yet.
    """

    index: str
    project: bool
    version: bool | None


class Receipt(Record, frozen=True):
    """What the index answered to one upload.

    Attributes:
        attested: whether an attestation was sent along.
    """

    filename: str
    sha256: str
    index: str
    outcome: Literal["uploaded", "already-there"]
    attested: bool = False


class Listed(Record, frozen=True):
    """What a server lists as the origin of a file; the signature is left to those who check it.

    Attributes:
        place: the server, as in a sentence.
        verdict: `unknown` where the server could not be asked.
        workflow: filename of the workflow, without a folder.
        commit: full hash, None where it was not named.
        reason: why it is not known.
    """

    place: str
    verdict: Literal["listed", "missing", "unknown"]
    repository: str = ""
    workflow: str = ""
    commit: str | None = None
    reason: str = ""


class Served(Record, frozen=True):
    """What the index was seen to serve.

    Attributes:
        verdict: `late` for a file that the index took and does not show yet, `missing` for one it never took.
        provenance: whether the attestations served with it name this repository and workflow; None where
            none are served and none were sent.
        origins: what the index and, where it was asked, GitHub list as its origin.
    """

    filename: str
    sha256: str | None
    verdict: Literal["same", "late", "missing", "wrong"]
    url: str | None = None
    provenance: Literal["same", "missing", "wrong"] | None = None
    origins: tuple[Listed, ...] = ()


class Publisher(Record, frozen=True):
    """This run as a trusted publisher: what the index's form asks for.

    Attributes:
        workflow: filename of the workflow, without a folder.
        form: address of the form: filled in for a project that exists, else the one for new projects.
    """

    owner: str
    repository: str
    workflow: str
    environment: str | None = None
    form: str | None = None


class Recovery(Record, frozen=True):
    """Where a release stands after it was interrupted, and how it goes on.

    Attributes:
        public: files the index has, with the bytes of the manifest.
        burnt: files it has with other bytes, whose names it never takes again.
        days_left: days until the index closes the release for new files; None where nothing is public.
        command: the one command to go on with.
        yank_page: where the release is yanked, if it must be.
    """

    index: str = ""
    public: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    burnt: tuple[str, ...] = ()
    days_left: int | None = None
    command: str | None = None
    yank_page: str | None = None
    yank_reason: str | None = None


class Announced(Record, frozen=True):
    """The release on GitHub, as it was seen at the end.

    Attributes:
        url: its page.
        outcome: whether this run published it, added to it, or found all of it there.
        assets: what is attached, by name.
        notes: where its notes are from, as in a sentence.
        others: pages of drafts for the same tag that were left alone.
        foreign: files of it that are not of this release, by name; nobody compared them with anything.
    """

    url: str
    tag: str
    outcome: Literal["published", "completed", "already-there"]
    assets: tuple[str, ...]
    notes: str
    others: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
