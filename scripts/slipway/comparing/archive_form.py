"""The members of an archive one by one: what each of them holds, and in which form the archive holds it."""

import os
import tarfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from msgspec import Struct

from slipway.artifacts import tarball, zip_directory, zip_members
from slipway.artifacts.archive import MAX_MEMBERS, Opened, Problem, Unreadable
from slipway.artifacts.filename import WHEEL_EXTENSION

ZIPS = (WHEEL_EXTENSION, ".zip")

GZIP_TIME, GZIP_FLAGS = slice(4, 8), slice(3, 4)
"""Where a gzip file has the time of its making, and what follows its header (RFC 1952, 2.3)."""


Fields = dict[str, object]
"""The values of fields by the name of each."""


class Held(Struct, frozen=True, kw_only=True):
    """What a member is and holds.

    Attributes:
        path: as in the archive.
        kind: file, folder or one of the links.
        link: what a link points to.
        digest: SHA-256 of the content in hexadecimal, empty for what has none.
    """

    path: str
    kind: str
    link: str
    digest: str


class Archive(Struct, frozen=True, kw_only=True):
    """An archive: its members in order, each with its form, and the form of the whole.

    Attributes:
        members: what the archive holds.
        forms: of each member the name of a field and its value.
        whole: the same of the archive.
        problems: what is wrong with it.
    """

    members: tuple[Held, ...]
    forms: tuple[Fields, ...] = ()
    whole: Fields
    problems: tuple[Problem, ...] = ()

    def content(self) -> dict[str, list[Held]]:
        """Return the members by path; of a path that is there twice both, in their order, since the last one counts."""
        found: dict[str, list[Held]] = {}
        for member in self.members:
            found.setdefault(member.path, []).append(member)
        return found


def read(path: Path) -> Archive:
    """Return the members of an sdist or a wheel; whatever is wrong with its bytes is recorded, never raised.

    Raises:
        OSError: the file itself cannot be read.
    """
    problems: list[Problem] = []
    members: list[Held] = []
    is_zip = path.name.endswith(ZIPS)
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        opened = (
            zip_members.read(stream, size, zip_directory.read(stream, size))
            if is_zip
            else tarball.read(stream, size)
        )
        for one in opened:
            if isinstance(one, Problem):
                problems.append(one)
            else:
                members.append(_held(one, problems))
    if problems:
        return Archive(members=tuple(members), whole={}, problems=tuple(problems))
    whole, forms = _zip_forms(path) if is_zip else _tar_forms(path)
    return Archive(members=tuple(members), forms=forms, whole=whole)


def _held(opened: Opened, problems: list[Problem]) -> Held:
    member, digest = opened.member, sha256()
    try:
        for piece in opened.content or ():
            digest.update(piece)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
    content = digest.hexdigest() if opened.content is not None else ""
    return Held(path=member.path, kind=member.kind, link=member.linkname or "", digest=content)


# The readers above have been through the whole archive by then, and found nothing wrong with it.


def _zip_forms(path: Path) -> tuple[Fields, tuple[Fields, ...]]:
    with zipfile.ZipFile(path) as archive:
        forms = tuple(
            {
                "modification times": info.date_time,
                "permissions": info.external_attr,
                "compression": (info.compress_type, info.compress_size),
                "headers of the members": (
                    info.create_system,
                    info.create_version,
                    info.flag_bits,
                    info.extra,
                ),
            }
            for info in archive.infolist()
        )
        return {"comments": archive.comment}, forms


def _tar_forms(path: Path) -> tuple[Fields, tuple[Fields, ...]]:
    with path.open("rb") as stream:
        header = stream.read(10)
    with tarfile.open(path, "r|gz") as archive:
        forms: tuple[Fields, ...] = tuple(
            {
                "modification times": info.mtime,
                "permissions": info.mode,
                "owners": (info.uid, info.gid, info.uname, info.gname),
                "headers of the members": tuple(sorted(set(info.pax_headers) - {"mtime"})),
            }
            for info in islice(archive, MAX_MEMBERS)
        )
    return {
        "time in the gzip header": header[GZIP_TIME],
        "name in the gzip header": header[GZIP_FLAGS],
    }, forms


def differences(one: Archive, other: Archive) -> tuple[str, ...]:
    """Return the names of the fields in which two archives of the same content differ; at least one."""
    found = dict.fromkeys(_of_members(one, other))
    found |= dict.fromkeys(field for field in one.whole if one.whole[field] != other.whole.get(field))
    return tuple(found) or ("compression",)


def _of_members(one: Archive, other: Archive) -> Iterator[str]:
    if [member.path for member in one.members] != [member.path for member in other.members]:
        yield "order of the members"
    for mine, theirs in zip(_sorted(one), _sorted(other), strict=True):
        yield from (field for field in mine if mine[field] != theirs.get(field))


def _sorted(archive: Archive) -> list[Fields]:
    pairs = sorted(enumerate(archive.members), key=lambda pair: (pair[1].path, pair[1].digest, pair[0]))
    return [archive.forms[number] for number, _ in pairs]
