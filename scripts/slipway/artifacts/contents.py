"""The members of an archive, read in one pass: each byte is unpacked once, hashed, and searched for secrets."""

import base64
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from slipway.artifacts import secret_scan
from slipway.artifacts.archive import MAX_SCAN_BYTES, Fault, Member, Opened, Problem, Unreadable
from slipway.artifacts.secret_scan import Secret

MAX_SECRETS = 200
"""More in one archive are not kept."""


LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
MAX_POINTER_BYTES = 1024
LOOK_SECONDS = 120.0
"""Seconds of processor time for looking into the files of one artifact; the largest wheels on PyPI take some 20."""


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

    def files(self, archive: Iterable[Problem | Opened]) -> Iterator[tuple[str, bytes]]:
        """Read every member to its end, and yield path and content of each file up to `MAX_SCAN_BYTES`.

        Args:
            archive: the members and problems that `tarball.read` or `zip_members.read` yields.
        """
        for found in archive:
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            member, digest, data = found.member, None, None
            try:
                if found.content is not None:
                    digest, data = self._read(member, found.content)
            except Unreadable as unreadable:
                self.problems.append(unreadable.problem)
            self.members.append(member if digest is None else replace(member, sha256=digest))
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

    def _read(self, member: Member, pieces: Iterator[bytes]) -> tuple[str, bytes | None]:
        """Return the SHA-256 of one file in hexadecimal, and its content unless it is too large to be searched."""
        algorithm = self._algorithms.get(member.path)
        sha256 = hashlib.sha256()
        recorded = sha256 if algorithm in (None, "sha256") else hashlib.new(str(algorithm))
        kept: list[bytes] | None = [] if member.size <= MAX_SCAN_BYTES else None
        for piece in pieces:
            sha256.update(piece)
            if recorded is not sha256:
                recorded.update(piece)
            if kept is not None:
                kept.append(piece)
        if algorithm is not None:
            digest = base64.urlsafe_b64encode(recorded.digest()).rstrip(b"=").decode("ascii")
            self.digests[member.path] = digest
        return sha256.hexdigest(), None if kept is None else b"".join(kept)
