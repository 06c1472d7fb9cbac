"""What every archive has: members, limits on reading them, and what can be wrong with it.

A problem is a fact with a kind, never a sentence; the rules decide what it means and word it.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct

MAX_MEMBERS = 100_000
"""More members are not listed; the largest releases known (ansible, azure) stay below half of it."""
MAX_PATH_BYTES = 4_096
"""Longer names are cut; it is PATH_MAX of Linux, no file system could hold more."""
MAX_TEXT_BYTES = 8 * 1024 * 1024
"""Larger metadata files (METADATA, WHEEL, entry_points.txt, pyproject.toml) are not read."""
MAX_RECORD_BYTES = 32 * 1024 * 1024
"""A RECORD line takes about 150 bytes, so this holds twice `MAX_MEMBERS` of them."""
MAX_SCAN_BYTES = 5 * 1024 * 1024
"""Larger members are hashed but not searched; the index's own scanner has the same limit."""
MAX_RATIO = 50
MAX_RATIO_FLOOR = 64 * 1024 * 1024
"""The index refuses a zip that unpacks to more than both; no more than that is ever unpacked here."""
MAX_TAR_RATIO = 200
"""The index sets no ratio for tars; text compresses 20 times at best, gzip can do 1030."""
CHUNK = 256 * 1024
"""How much is held in memory of a member that is only hashed."""

Kind = Literal["file", "dir", "symlink", "hardlink", "device", "fifo", "other"]


class Fault(StrEnum):
    """What can be wrong with an archive."""

    NOT_AN_ARCHIVE = "not-an-archive"
    """It is no zip (or no gzip-compressed tar) at all."""
    TWO_FORMATS = "two-formats"
    """It can be read both as a zip and as a tar."""
    DAMAGED = "damaged"
    """It is cut short or corrupt, or a member cannot be unpacked."""
    FRAMING = "framing"
    """Two programs that read this zip in different ways would see different files."""
    COMPRESSION = "compression"
    """A member is neither stored nor deflated."""
    ENCRYPTED = "encrypted"
    """A member needs a password."""
    SPARSE = "sparse"
    """A member of the tar is sparse."""
    TRAILER = "trailer"
    """What follows the tar inside its gzip stream, or the stream's checksum, is wrong."""
    LIMIT = "limit"
    """One of the limits above was met, so not everything was read."""


class Problem(Struct, frozen=True, kw_only=True):
    """One thing wrong with an archive.

    Attributes:
        fault: what kind of thing.
        detail: what exactly, a clause in lower case without a full stop.
        path: the member, if it is one member.
    """

    fault: Fault
    detail: str
    path: str | None = None


class Member(Struct, frozen=True, kw_only=True):
    r"""One entry of an archive.

    Attributes:
        path: as spelled in the archive, without a trailing slash; what is not UTF-8 shows as `\xNN`.
        size: size in bytes once unpacked.
        kind: `other` is a type that the tar format does not define.
        linkname: what a link points to.
        mode: Unix permission bits, 0 where the archive holds none.
        sha256: digest of the content in lower-case hexadecimal; None for what is no file or was not read.
    """

    path: str
    size: int
    kind: Kind = "file"
    linkname: str | None = None
    mode: int = 0
    sha256: str | None = None

    @property
    def basename(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Opened(NamedTuple):
    """A member while its archive is read: what is listed, and its content in pieces of at most `CHUNK` bytes.

    The content is None for what is no file. It must be read before the next member is, unless it is `apart`: then it
    comes from a stream of its own, and can be read in another thread. Reading can raise `Unreadable`.
    """

    member: Member
    content: Iterator[bytes] | None
    apart: bool = False


class Later(NamedTuple):
    """A problem of the whole archive that is looked for while its members are read; `find` is a pure function."""

    find: Callable[[], Problem | None]


class Unreadable(Exception):  # noqa: N818 - an outcome that the readers record as a fact
    """A member cannot be unpacked; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def shown(raw: bytes) -> str:
    """Return a member name as text that can be printed and encoded, cut to `MAX_PATH_BYTES`."""
    return raw[:MAX_PATH_BYTES].decode("utf-8", "backslashreplace")


def all_parents(names: Iterable[str], separator: str) -> set[str]:
    """Return all that is above any of the names: the folders of paths, or the packages of modules."""
    found: set[str] = set()
    for name in names:
        parent = name.rpartition(separator)[0]
        while parent and parent not in found:
            found.add(parent)
            parent = parent.rpartition(separator)[0]
    return found


def complete(problems: Iterable[Problem]) -> bool:
    """Whether every member could be listed and read, so that absence means absence."""
    lossy = {Fault.NOT_AN_ARCHIVE, Fault.DAMAGED, Fault.ENCRYPTED, Fault.COMPRESSION, Fault.LIMIT}
    return not any(problem.fault in lossy for problem in problems)
