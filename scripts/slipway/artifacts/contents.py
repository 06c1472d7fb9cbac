"""What reading the content of an archive's files yields: one pass, each byte unpacked once."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import IO, TYPE_CHECKING

from slipway.artifacts import tarball, zip_directory, zip_framing, zip_members
from slipway.artifacts.archive import (
    MAX_RATIO,
    MAX_RATIO_FLOOR,
    MAX_SCAN_BYTES,
    Fault,
    Kind,
    Member,
    Problem,
    shown,
)

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from slipway.artifacts.zip_directory import Directory, Entry


LOOK_SECONDS = 120.0
"""Seconds of processor time for looking into the files of one artifact; the largest wheels on PyPI take some 20."""


class Contents:
    """Collects the members of an archive while it is read.

    Attributes:
        members: in the order of the archive.
        problems: what is wrong with it.
        digests: RECORD-style digest (urlsafe base64 without padding) of each path that `algorithms` names.
    """

    def __init__(
        self,
        *,
        look: Callable[[str, bytes], None],
        algorithms: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare for reading.

        Args:
            look: is given path and content of every file up to `MAX_SCAN_BYTES`.
            algorithms: path to the name of the hash to make `digests` with.
        """
        self._look = look
        self._look_seconds = LOOK_SECONDS
        self._algorithms = algorithms or {}
        self.members: list[Member] = []
        self.problems: list[Problem] = []
        self.digests: dict[str, str] = {}

    def read_tar(self, stream: IO[bytes], file_size: int) -> None:
        """Read a .tar.gz file from its start."""
        if zip_directory.read(stream, file_size).is_sound:
            self.problems.append(Problem(fault=Fault.TWO_FORMATS, detail="it is also a zip"))
        stream.seek(0)
        self.problems += tarball.read(stream, file_size, self._visit_tar)

    def read_zip(self, stream: IO[bytes], file_size: int, directory: Directory) -> None:
        """Read a zip whose central directory is known."""
        if not directory.is_zip:
            return
        if tarball.starts_as_tar(stream):
            self.problems.append(Problem(fault=Fault.TWO_FORMATS, detail="it is also a tar"))
        framing = zip_framing.check(stream, file_size, directory.entries)
        if framing:
            self.problems.append(framing)
        left = max(MAX_RATIO_FLOOR, MAX_RATIO * file_size)
        for entry in directory.entries:
            left -= entry.size
            self._visit_zip(stream, entry, readable=left >= 0)
        if left < 0:
            detail = f"it unpacks to {-left} bytes more than are read"
            self.problems.append(Problem(fault=Fault.LIMIT, detail=detail))

    def _visit_tar(self, info: tarfile.TarInfo, pieces: Iterator[bytes]) -> None:
        path, kind = tarball.name(info), tarball.kind(info)
        digest = None
        try:
            if kind == "file" and not info.issparse():
                digest = self._consume(path, info.size, pieces)
        finally:
            self._add(path, info.size, kind, mode=info.mode, linkname=tarball.linkname(info), sha256=digest)

    def _visit_zip(self, stream: IO[bytes], entry: Entry, *, readable: bool) -> None:
        path, kind, digest, target = entry.path, entry.kind, None, None
        if readable and kind != "dir":
            try:
                if kind == "symlink":
                    target = _short(zip_members.pieces(stream, entry))
                else:
                    digest = self._consume(path, entry.size, zip_members.pieces(stream, entry))
            except zip_members.Unreadable as unreadable:
                self.problems.append(unreadable.problem)
        self._add(path, entry.size, kind, mode=entry.mode & 0o7777, linkname=target, sha256=digest)

    def _add(
        self, path: str, size: int, kind: Kind, *, mode: int, linkname: str | None, sha256: str | None
    ) -> None:
        self.members.append(
            Member(path=path, size=size, kind=kind, mode=mode, linkname=linkname, sha256=sha256)
        )

    def _consume(self, path: str, size: int, pieces: Iterator[bytes]) -> str:
        """Read one file to its end, look into it, and return its SHA-256 in hexadecimal."""
        algorithm = self._algorithms.get(path)
        sha256 = hashlib.sha256()
        recorded = sha256 if algorithm in (None, "sha256") else hashlib.new(str(algorithm))
        kept: list[bytes] | None = [] if size <= MAX_SCAN_BYTES else None
        for piece in pieces:
            sha256.update(piece)
            if recorded is not sha256:
                recorded.update(piece)
            if kept is not None:
                kept.append(piece)
        if algorithm is not None:
            self.digests[path] = base64.urlsafe_b64encode(recorded.digest()).rstrip(b"=").decode("ascii")
        if kept is not None:
            self._look_in_time(path, b"".join(kept))
        return sha256.hexdigest()

    def _look_in_time(self, path: str, data: bytes) -> None:
        if self._look_seconds < 0:
            return
        started = time.thread_time()
        self._look(path, data)
        self._look_seconds -= time.thread_time() - started
        if self._look_seconds < 0:
            detail = f"after {path} the time to look into its files is up"
            self.problems.append(Problem(fault=Fault.LIMIT, detail=detail))


def _short(pieces: Iterable[bytes]) -> str:
    """Return the target of a symbolic link, which a zip holds as the member's content."""
    return shown(next(iter(pieces), b""))
