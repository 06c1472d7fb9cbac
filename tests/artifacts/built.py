"""What a builder returns."""

from pathlib import Path
from typing import NamedTuple


class Built(NamedTuple):
    """An artifact in memory."""

    filename: str
    data: bytes

    def at(self, folder: Path) -> Path:
        """Write it into a folder and return its path."""
        path = folder / self.filename
        path.write_bytes(self.data)
        return path


def text(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def metadata(
    fields: dict[str, str | list[str] | None], name: str, version: str, description: str = "What it does.\n"
) -> bytes:
    """Return a METADATA file; `fields` adds, changes, repeats (a list) or removes (None) headers."""
    headers: dict[str, str | list[str] | None] = {
        "Metadata-Version": "2.4",
        "Name": name,
        "Version": version,
        "Summary": "A demonstration.",
        "Requires-Python": ">=3.9",
        "Description-Content-Type": "text/plain",
        **fields,
    }
    lines = []
    for header, value in headers.items():
        values = [value] if isinstance(value, str) else value or []
        lines += [f"{header}: {one}" for one in values]
    return ("\n".join(lines) + f"\n\n{description}").encode()
