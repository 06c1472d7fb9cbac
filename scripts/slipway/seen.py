"""Records of what a release looks like to others: its page, and what an index shows of it."""

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
