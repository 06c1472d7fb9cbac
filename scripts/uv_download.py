# ruff: noqa: INP001 - `python3 scripts` makes a program of this folder, not a package
"""uv, taken from the index without pip: it is one file, known by its hash, and pip needs ten seconds to fetch it.

Where an index wants more than a plain request, pip does it. Standard library only.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import platform
import re
import ssl
import sys
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

from slipway.index.settings import IndexSettings

SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
SECONDS = 20
MOST_BYTES = 200 * 1024 * 1024
"""Of a page, of the wheel, and of the program in it; each has less than a third of it."""

_LINK = re.compile(r'href="([^"#]{1,2000})#sha256=([0-9a-f]{64})"')


def fetch(lock: Path, index: IndexSettings, target: Path, *, pip: Path | None) -> bool:
    """Put the program uv into a file and return whether that was done; pip does it where not.

    Args:
        lock: names uv's release with the hashes of its files.
        index: where to get it.
        target: the program's path.
        pip: the wheel of pip that came with Python; it names PyPI.
    """
    if index.no_index or index.proxy or index.client_certificate or "@" in (index.default or ""):
        return False
    try:
        address = index.default or _pypi(pip)
        wheel = _wheel(lock, address.rstrip("/") + "/uv/", _context(index))
        if wheel is None:
            return False
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            [program] = (i for i in archive.infolist() if i.filename.endswith(f".data/scripts/{target.name}"))
            if program.file_size > MOST_BYTES:
                return False
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(program))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return False
    target.chmod(0o755)
    return True


def _pypi(pip: Path | None) -> str:
    if pip is None:
        raise ValueError
    with zipfile.ZipFile(pip) as archive:
        text = archive.read("pip/_internal/models/index.py").decode()
    found = re.search(r'PyPI = PackageIndex\(\s*"(https://[^"]+)"', text)
    return urljoin(found[1], "simple") if found else ""


def _wheel(lock: Path, page: str, context: ssl.SSLContext) -> bytes | None:
    hashes = set(re.findall(r"sha256:([0-9a-f]{64})", lock.read_text(encoding="utf-8")))
    fits = re.compile(_ending())
    for address, digest in _links(page, context):
        if digest in hashes and fits.search(address):
            content, _ = _get(address, context)
            return content if hashlib.sha256(content).hexdigest() == digest else None
    return None


def _ending() -> str:
    """Return a pattern for the end of the name of the wheel for this machine."""
    machine = re.escape(platform.machine())
    if sys.platform == "win32":
        return rf"-win_{machine.lower()}\.whl$"
    if sys.platform == "darwin":
        return rf"-macosx_\w+_{machine}\.whl$"
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return rf"-{libc}[\w.]+_{machine}\.whl$"


def _links(page: str, context: ssl.SSLContext) -> Iterator[tuple[str, str]]:
    """Yield address and SHA-256 of each file (https://packaging.python.org/en/latest/specifications/simple-repository-api/)."""
    content, kind = _get(page, context)
    text = content.decode()
    if kind == "application/vnd.pypi.simple.v1+json":
        for file in json.loads(text)["files"]:
            hashes: Mapping[str, str] = file["hashes"]
            yield urljoin(page, file["url"]), hashes.get("sha256", "")
    else:
        for link, digest in _LINK.findall(text):
            yield urljoin(page, html.unescape(link)), digest


def _get(address: str, context: ssl.SSLContext) -> tuple[bytes, str]:
    if not address.startswith(("https://", "http://")):
        raise ValueError(address)
    request = urllib.request.Request(address, headers={"Accept": SIMPLE})  # noqa: S310 - the line above
    with urllib.request.urlopen(request, timeout=SECONDS, context=context) as answer:  # noqa: S310
        content: bytes = answer.read(MOST_BYTES)
        return content, answer.headers.get_content_type()


def _context(index: IndexSettings) -> ssl.SSLContext:
    if index.certificate is None:
        return ssl.create_default_context()
    is_folder = Path(index.certificate).is_dir()
    return ssl.create_default_context(
        cafile=None if is_folder else index.certificate, capath=index.certificate if is_folder else None
    )
