"""The members of an archive, read in one pass: each byte is unpacked once, hashed, and searched for secrets."""

import base64
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from slipway import system
from slipway.artifacts import secret_scan
from slipway.artifacts.archive import MAX_SCAN_BYTES, Fault, Member, Opened, Problem, Unreadable
from slipway.artifacts.secret_scan import Secret

MAX_SECRETS = 200
"""More in one archive are not kept."""

READERS = 2
"""Threads that read large members while others are searched."""
READ_AHEAD = 4
"""Members that are read before the search has come to them; each holds up to `MAX_SCAN_BYTES`."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
MAX_POINTER_BYTES = 1024
LOOK_SECONDS = 120.0
"""Seconds of processor time for looking into the files of one artifact; the largest wheels on PyPI take some 20."""


class _Read(NamedTuple):
    """One file: its SHA-256 in hexadecimal, its RECORD-style digest if it has one, and its content if it is searched."""

    sha256: str
    recorded: str | None
    data: bytes | None


_Reader = Callable[[Member, Iterator[bytes]], _Read]


class _Listed(NamedTuple):
    found: Problem | Opened
    read: Callable[[], _Read] | None = None
    is_begun: bool = False


class Contents:
    """Collects what is in an archive while it is read.

    Attributes:
        members: in the order of the archive.
        problems: what is wrong with it.
        secrets: keys, tokens, passwords and encrypted code.
        pointers: files that hold a Git LFS pointer (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
        digests: RECORD-style digest (urlsafe base64 without padding) of each path that has an algorithm.

    Args:
        algorithms: path to the name of the hash to make `digests` with.
    """

    def __init__(self, algorithms: Mapping[str, str] | None = None) -> None:
        self._algorithms = algorithms or {}
        self._look_seconds = LOOK_SECONDS
        self.members: list[Member] = []
        self.problems: list[Problem] = []
        self.secrets: list[Secret] = []
        self.pointers: list[str] = []
        self.digests: dict[str, str] = {}

    def files(self, archive: Iterable[Problem | Opened], *, ahead: int = 0) -> Iterator[tuple[str, bytes]]:
        """Read every member to its end, and yield path and content of each file up to `MAX_SCAN_BYTES`.

        Args:
            archive: the members and problems that `tarball.read` or `zip_members.read` yields.
            ahead: how many members may be listed before the first one is read; a tar allows none.
        """
        for found, read, _ in _in_order(archive, self._read, ahead=ahead):
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            member, data = found.member, None
            try:
                if read is not None:
                    digest, recorded, data = read()
                    if recorded is not None:
                        self.digests[member.path] = recorded
                    member = replace(member, sha256=digest)
            except Unreadable as unreadable:
                self.problems.append(unreadable.problem)
            self.members.append(member)
            if data is not None and data.startswith(LFS_POINTER) and len(data) < MAX_POINTER_BYTES:
                self.pointers.append(member.path)
            if data is not None and self._look_seconds >= 0:
                started = time.thread_time()
                self.secrets += secret_scan.find(member.path, data)[: MAX_SECRETS - len(self.secrets)]
                yield member.path, data
                self._look_seconds -= time.thread_time() - started
                if self._look_seconds < 0:
                    detail = f"after {member.path} the time to look into its files is up"
                    self.problems.append(Problem(fault=Fault.LIMIT, detail=detail))

    def _read(self, member: Member, pieces: Iterator[bytes]) -> _Read:
        """Read one file to its end.

        Raises:
            Unreadable: it cannot be unpacked.
        """
        algorithm = self._algorithms.get(member.path)
        sha256 = hashlib.sha256()
        hashed = sha256 if algorithm in (None, "sha256") else hashlib.new(str(algorithm))
        kept: list[bytes] | None = [] if member.size <= MAX_SCAN_BYTES else None
        for piece in pieces:
            sha256.update(piece)
            if hashed is not sha256:
                hashed.update(piece)
            if kept is not None:
                kept.append(piece)
        recorded = (
            base64.urlsafe_b64encode(hashed.digest()).rstrip(b"=").decode("ascii") if algorithm else None
        )
        return _Read(sha256.hexdigest(), recorded, None if kept is None else b"".join(kept))


def _in_order(archive: Iterable[Problem | Opened], read: _Reader, *, ahead: int) -> Iterator[_Listed]:
    """Yield what an archive holds, in its order, and what returns the content of a file.

    Args:
        archive: the members and problems.
        read: reads one file.
        ahead: how many members are listed before the first one is read.
    """
    waiting: deque[_Listed] = deque()
    begun = 0
    with ThreadPoolExecutor(READERS) as pool:
        for found in archive:
            if isinstance(found, Problem) or found.content is None:
                waiting.append(_Listed(found))
            elif found.apart:
                begun += 1
                future = pool.submit(read, found.member, found.content)
                waiting.append(_Listed(found, partial(system.result, future), is_begun=True))
            else:
                waiting.append(_Listed(found, partial(read, found.member, found.content)))
            while len(waiting) > ahead or begun > READ_AHEAD:
                begun -= waiting[0].is_begun
                yield waiting.popleft()
        yield from waiting
