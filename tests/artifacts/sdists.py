"""Sdists, healthy unless told otherwise."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Mapping

from artifacts.built import Built, metadata, text

PYPROJECT = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def sdist(
    files: Mapping[str, str | bytes] | None = None,
    *,
    name: str = "demo",
    version: str = "1.0",
    top: str | None = None,
    fields: dict[str, str | list[str] | None] | None = None,
    filename: str | None = None,
    drop: tuple[str, ...] = (),
    members: Iterable[tuple[tarfile.TarInfo, bytes]] = (),
    layout: int = tarfile.PAX_FORMAT,
) -> Built:
    """Return a .tar.gz sdist.

    Args:
        files: what it holds beside PKG-INFO and pyproject.toml, below the top directory.
        top: the top directory, if not the right one.
        fields: changes to PKG-INFO, as in `metadata`.
        drop: names of files to leave out.
        members: further members, made with `member`.
        layout: one of tarfile's formats.
    """
    top = f"{name}-{version}" if top is None else top
    content = {
        "PKG-INFO": metadata(fields or {}, name, version),
        "pyproject.toml": text(PYPROJECT),
        "src/demo/__init__.py": b"X = 1\n",
        **{path: text(data) for path, data in (files or {}).items()},
    }
    listed = [member(f"{top}/{path}", data) for path, data in content.items() if path not in drop]
    return Built(filename or f"{name}-{version}.tar.gz", tarred([*listed, *members], layout=layout))


def member(
    path: str, data: bytes = b"", *, kind: bytes = tarfile.REGTYPE, linkname: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member for `tarred`."""
    info = tarfile.TarInfo(path)
    info.type, info.linkname, info.size = kind, linkname, len(data)
    return info, data


def tarred(members: Iterable[tuple[tarfile.TarInfo, bytes]], *, layout: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a gzip-compressed tar of the given members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)
