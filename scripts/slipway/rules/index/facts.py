"""What an index shows of a project before an upload, beside what is to be uploaded."""

from msgspec import Struct

from slipway.index.listing import Listing
from slipway.records import Artifact


class IndexFacts(Struct, frozen=True, kw_only=True):
    """An index and a release that is about to go there.

    Attributes:
        index: name of the index.
        warehouse: whether it is PyPI's software, whose rules apply then.
        project: the project's name, as built.
        version: the release's version.
        artifacts: what is to be uploaded.
        listing: what the index shows of the project.
        emptied: versions the project once had files of, and has none now.
        owners: who may upload, as far as the index shows it.
        project_names: names of all projects; only read for a new one, None where the index does not list them.
        now: seconds since the epoch.
        staging: whether a staging version is built.
        links: addresses that the project's page on the index links to.
        repository: `owner/name` on GitHub of the repository that is released from, where it is known.
        tags: its tags; None where not all of them are here.
        asked: False where nobody asked the index, so that only the name and the version are known.
    """

    index: str
    warehouse: bool
    project: str
    version: str | None
    artifacts: tuple[Artifact, ...]
    listing: Listing
    now: float
    emptied: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    project_names: frozenset[str] | None = None
    staging: bool = False
    links: tuple[str, ...] = ()
    repository: str | None = None
    tags: tuple[str, ...] | None = None
    asked: bool = True

    @property
    def waiting(self) -> tuple[Artifact, ...]:
        """The artifacts whose names the index does not list."""
        return tuple(a for a in self.artifacts if self.listing.named(a.filename) is None)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be uploaded; before the build, whether the version has no files yet."""
        return bool(self.waiting if self.artifacts else not self.listing.of_version(self.version))
