"""The members of an archive, read in one pass: each byte is unpacked once, hashed, and searched for secrets."""

from __future__ import annotations

import base64
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from msgspec.structs import replace

from slipway import system
from slipway.artifacts import secret_scan
from slipway.artifacts.archive import MAX_SCAN_BYTES, Fault, Later, Member, Opened, Problem, Unreadable
from slipway.artifacts.secret_scan import Secret
from slipway.manifest import sha256

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

MAX_SECRETS = 200
"""More in one archive are not kept."""

READERS = 2
"""Threads that read large members beside the others, where there is no fork."""
READ_AHEAD = 4
"""Large members that are begun before their turn has come."""

MEMBERS_AHEAD = 200
"""Members that are listed before the first one is read, so that large ones among them are read beside it."""
WORTH_SHARING = 4 * 1024 * 1024
"""Bytes of all files from which on a fork takes less time than it saves."""
MEMBER_WEIGHT = 10_000
"""To open a file and to look into it takes as long as this many bytes of it."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
MAX_POINTER_BYTES = 1024
LOOK_SECONDS = 120.0
"""Seconds of processor time for looking into the files of one artifact; the largest wheels on PyPI take some 20."""


Looked = TypeVar("Looked")


class _Read(NamedTuple):
    """One file: its SHA-256 in hexadecimal, its RECORD-style digest if it has one, and its content if it is searched."""

    sha256: str
    recorded: str | None
    data: bytes | None


class _File(NamedTuple):
    """What one file is found to be: how it reads, and what looking into it gave.

    Attributes:
        seconds: what looking into it took; None where it was not looked into.
        looked: what the caller's function returned.
        is_late: whether the time to look was up.
    """

    sha256: str | None = None
    recorded: str | None = None
    problem: Problem | None = None
    is_pointer: bool = False
    secrets: tuple[Secret, ...] = ()
    seconds: float | None = None
    looked: object = None
    is_late: bool = False


class Apart(NamedTuple):
    """What `zip_members.read_apart` yields."""

    archive: Iterable[Problem | Opened | Later]


_Reader = Callable[[Opened], _File]


class _Listed(NamedTuple):
    found: Problem | Opened
    read: Callable[[], _File] | None = None
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
        path: the archive.
    """

    def __init__(self, path: Path) -> None:
        self._sha256 = _hashed(path)
        # The first counts what was looked at in the order of the archive, the second what this process looked at.
        self._look_seconds = self._left = LOOK_SECONDS
        self.members: list[Member] = []
        self.problems: list[Problem] = []
        self.secrets: list[Secret] = []
        self.pointers: list[str] = []
        self.digests: dict[str, str] = {}

    @cached_property
    def sha256(self) -> str:
        """The digest of the archive itself, in lower-case hexadecimal."""
        return self._sha256()

    def files(
        self,
        archive: Iterable[Problem | Opened] | Apart,
        look: Callable[[str, bytes], Looked],
        algorithms: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[str, Looked]]:
        """Read every member to its end, and yield path and what `look` returns for each file up to `MAX_SCAN_BYTES`.

        Args:
            archive: the members and problems that `tarball.read` or `zip_members.read` yields, or what
                `zip_members.read_apart` yields: then all of them are listed before the first one is read, and read in
                any order, some in a fork of this process.
            look: a pure function of the path and the content of a file; what it returns can be pickled.
            algorithms: path to the name of the hash to make `digests` with.
        """
        read = partial(self._file, look, algorithms or {})
        listed = (
            self._shared(archive.archive, read)
            if isinstance(archive, Apart)
            else _in_order(archive, read, ahead=0)
        )
        for found, get, _ in listed:
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            member, file = found.member, None if get is None else get()
            if file is None:
                self.members.append(member)
                continue
            if file.recorded is not None:
                self.digests[member.path] = file.recorded
            if file.problem is not None:
                self.problems.append(file.problem)
            self.members.append(replace(member, sha256=file.sha256) if file.sha256 else member)
            if file.is_pointer:
                self.pointers.append(member.path)
            if self._look_seconds >= 0 and (file.seconds is not None or file.is_late):
                self._look_seconds -= file.seconds or 0.0
                self.secrets += file.secrets[: MAX_SECRETS - len(self.secrets)]
                if file.seconds is not None:
                    yield member.path, cast("Looked", file.looked)
                if self._look_seconds < 0 or file.is_late:
                    self._look_seconds = -1.0
                    detail = f"after {member.path} the time to look into its files is up"
                    self.problems.append(Problem(fault=Fault.LIMIT, detail=detail))

    def _shared(self, archive: Iterable[Problem | Opened | Later], read: _Reader) -> Iterator[_Listed]:
        """Yield what an archive holds, in its order, and what returns what a file is found to be."""
        listed = list(archive)
        size = sum(one.member.size for one in listed if isinstance(one, Opened) and one.content)
        done = self._in_two(listed, read) if size >= WORTH_SHARING else {}
        if not done:
            found = (one.find() if isinstance(one, Later) else one for one in listed)
            yield from _in_order((one for one in found if one), read, ahead=MEMBERS_AHEAD)
            return
        for number, one in enumerate(listed):
            part = done.get(number)
            if isinstance(one, Later):
                yield from [_Listed(part)] if isinstance(part, Problem) else []
            else:
                yield _Listed(one, partial(_File._make, part) if isinstance(part, tuple) else None)

    def _in_two(
        self, listed: Sequence[Problem | Opened | Later], read: _Reader
    ) -> dict[int, Problem | tuple[Any, ...] | None]:
        """Return each part of what two processes have found, by its number; nothing where there can be no fork."""
        from slipway import sharing  # small archives have no use for it

        if not sharing.is_possible():
            return {}
        members = len(listed)
        weights = {number: weight for number, one in enumerate(listed) if (weight := _weight(one, members))}
        with suppress(OSError):
            return sharing.shared(lambda number: self._part(number, listed, read), weights)
        return {}

    def _part(
        self, number: int, listed: Sequence[Problem | Opened | Later], read: _Reader
    ) -> Problem | tuple[Any, ...] | None:
        """Do one part of what there is to do, in this process or in its fork."""
        one = listed[number]
        if isinstance(one, Later):
            return one.find()
        # A plain tuple is written and read in less time than a named one.
        return tuple(read(one)) if isinstance(one, Opened) else None

    def _file(
        self, look: Callable[[str, bytes], object], algorithms: Mapping[str, str], opened: Opened
    ) -> _File:
        """Read one file and look into it."""
        member = opened.member
        try:
            digest, recorded, data = _read(member, opened.content or iter(()), algorithms.get(member.path))
        except Unreadable as unreadable:
            return _File(problem=unreadable.problem)
        if data is None:
            return _File(digest, recorded)
        is_pointer = data.startswith(LFS_POINTER) and len(data) < MAX_POINTER_BYTES
        if self._left < 0:
            return _File(digest, recorded, is_pointer=is_pointer, is_late=True)
        started = time.thread_time()
        secrets, looked = secret_scan.find(member.path, data), look(member.path, data)
        seconds = time.thread_time() - started
        self._left -= seconds
        return _File(digest, recorded, None, is_pointer, secrets, seconds, looked)


def _read(member: Member, pieces: Iterator[bytes], algorithm: str | None) -> _Read:
    """Read one file to its end.

    Raises:
        Unreadable: it cannot be unpacked.
    """
    digest = hashlib.sha256()
    hashed = digest if algorithm in (None, "sha256") else hashlib.new(str(algorithm))
    kept: list[bytes] | None = [] if member.size <= MAX_SCAN_BYTES else None
    for piece in pieces:
        digest.update(piece)
        if hashed is not digest:
            hashed.update(piece)
        if kept is not None:
            kept.append(piece)
    recorded = base64.urlsafe_b64encode(hashed.digest()).rstrip(b"=").decode("ascii") if algorithm else None
    return _Read(digest.hexdigest(), recorded, None if kept is None else b"".join(kept))


def _hashed(path: Path) -> Callable[[], str]:
    """Return what returns the digest of a file; of a large one it is computed beside what this process does."""
    hashed = partial(sha256, path)
    if path.stat().st_size < WORTH_SHARING:
        return hashed
    from slipway import sharing  # small archives have no use for it

    if sharing.is_possible():
        with suppress(OSError):
            return sharing.Fork(hashed).result
    return hashed


def _weight(one: Problem | Opened | Later, members: int) -> int:
    """Return how much there is to do, in bytes of a file that is read; 0 for nothing."""
    if isinstance(one, Later):
        return members * MEMBER_WEIGHT // 4
    return one.member.size + MEMBER_WEIGHT if isinstance(one, Opened) and one.content else 0


def _pool() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # small archives have no use for it

    return ThreadPoolExecutor(READERS)


def _in_order(archive: Iterable[Problem | Opened], read: _Reader, *, ahead: int) -> Iterator[_Listed]:
    """Yield what an archive holds, in its order, and what returns the content of a file.

    Args:
        archive: the members and problems.
        read: reads one file and looks into it.
        ahead: how many members are listed before the first one is read.
    """
    waiting: deque[_Listed] = deque()
    begun = 0
    pool: ThreadPoolExecutor | None = None
    with ExitStack() as stack:
        for found in archive:
            if isinstance(found, Problem) or found.content is None:
                waiting.append(_Listed(found))
            elif found.apart:
                begun += 1
                pool = pool or stack.enter_context(_pool())
                future = pool.submit(read, found)
                waiting.append(_Listed(found, partial(system.result, future), is_begun=True))
            else:
                waiting.append(_Listed(found, partial(read, found)))
            while len(waiting) > ahead or begun > READ_AHEAD:
                begun -= waiting[0].is_begun
                yield waiting.popleft()
        yield from waiting
