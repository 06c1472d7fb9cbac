"""Wheels, healthy unless told otherwise."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping

from artifacts.built import Built, metadata, text

Content = str | bytes
DATE = (2020, 1, 1, 0, 0, 0)


def wheel(
    files: Mapping[str, Content] | None = None,
    *,
    name: str = "demo",
    version: str = "1.0",
    tag: str = "py3-none-any",
    tags: list[str] | None = None,
    purelib: bool = True,
    fields: dict[str, str | list[str] | None] | None = None,
    description: str = "What it does.\n",
    entry_points: Content | None = None,
    dist_info: str | None = None,
    filename: str | None = None,
    record: Content | None = None,
    extra: Mapping[str, Content] | None = None,
    drop: tuple[str, ...] = (),
    modes: Mapping[str, int] | None = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> Built:
    """Return a wheel.

    Args:
        files: what it installs; a package `demo` by default.
        tag: the tag in its filename.
        tags: the tags in WHEEL, those of the filename by default; `purelib` is Root-Is-Purelib.
        fields: changes to METADATA, as in `metadata`.
        description: the body of METADATA.
        entry_points: entry_points.txt, if any.
        dist_info: name of the .dist-info folder, if not the right one.
        record: RECORD, if not the right one.
        extra: files that RECORD does not list.
        drop: names of files in .dist-info to leave out.
        modes: Unix mode, with file type, of some of the files.
        method: how members are compressed.
    """
    folder = dist_info or f"{name}-{version}.dist-info"
    about = {
        "METADATA": metadata(fields or {}, name, version, description),
        "WHEEL": wheel_file(tag.split("+") if tags is None else tags, purelib=purelib),
    }
    if entry_points is not None:
        about["entry_points.txt"] = text(entry_points)
    content = {
        path: text(data)
        for path, data in ({"demo/__init__.py": "X = 1\n"} if files is None else files).items()
    }
    content |= {f"{folder}/{file}": data for file, data in about.items() if file not in drop}
    if "RECORD" not in drop:
        listing = record_of(content, f"{folder}/RECORD") if record is None else text(record)
        content[f"{folder}/RECORD"] = listing
    content |= {path: text(data) for path, data in (extra or {}).items()}
    return Built(filename or f"{name}-{version}-{tag}.whl", zipped(content, modes=modes or {}, method=method))


def wheel_file(tags: list[str], *, purelib: bool = True) -> bytes:
    """Return a WHEEL file."""
    lines = ["Wheel-Version: 1.0", "Generator: by hand", f"Root-Is-Purelib: {str(purelib).lower()}"]
    return "\n".join([*lines, *(f"Tag: {tag}" for tag in tags), ""]).encode()


def record_of(content: Mapping[str, bytes], own: str) -> bytes:
    """Return a RECORD that lists everything, itself included."""
    rows = [f"{path},sha256={record_digest(data)},{len(data)}" for path, data in content.items()]
    return "\n".join([*rows, f"{own},,", ""]).encode()


def record_digest(data: bytes, algorithm: str = "sha256") -> str:
    return base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()


def zipped(
    content: Mapping[str, bytes],
    *,
    modes: Mapping[str, int] | None = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a zip of the given members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in content.items():
            info = zipfile.ZipInfo(path, DATE)
            info.create_system = 3
            info.external_attr = (modes or {}).get(path, 0o100644) << 16
            info.compress_type = method
            archive.writestr(info, data, compresslevel=1)
    return buffer.getvalue()
