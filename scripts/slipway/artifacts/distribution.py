"""What sdists and wheels have in common."""

from dataclasses import dataclass
from functools import cached_property

from slipway.artifacts.archive import Member, Problem, complete
from slipway.artifacts.filename import Filename
from slipway.artifacts.metadata import MetadataFacts
from slipway.artifacts.secret_scan import Secret


@dataclass(frozen=True, kw_only=True)
class DistributionFacts:
    """What an sdist or a wheel is and holds, without opinions.

    Attributes:
        filename: name of the file, without its folder.
        size: size in bytes.
        sha256: digest of the file in lower-case hexadecimal.
        parts: what the filename says; None where it cannot be parsed.
        members: everything in the archive, in order.
        problems: what is wrong with the archive.
        metadata: what PKG-INFO or METADATA says; None where it is missing or cannot be read.
        secrets: keys, tokens, passwords and encrypted code.
        pointers: members that hold a Git LFS pointer in place of the file it stands for.
        repair_problem: what auditwheel says where it cannot give a wheel the tag of the systems it fits.
    """

    filename: str
    size: int
    sha256: str
    parts: Filename | None = None
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()
    metadata: MetadataFacts | None = None
    secrets: tuple[Secret, ...] = ()
    pointers: tuple[str, ...] = ()
    repair_problem: str | None = None

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths of all members."""
        return frozenset(member.path for member in self.members)

    @property
    def complete(self) -> bool:
        """Whether all members were listed and read; if not, what is absent may only be unread."""
        return complete(self.problems)
