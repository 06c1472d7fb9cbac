"""The text of a file, changed in places so that every other byte stays: encoding, byte order mark and line ends."""

import codecs
import io
import re
import tokenize
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from slipway.project import project_paths

MAX_BYTES = 32 * 1024 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class SourceText(Struct, frozen=True):
    """A decoded file.

    Attributes:
        text: without the byte order mark, with the line ends as they are.
        encoding: with which the text becomes bytes again.
        mark: the byte order mark, if there is one.
    """

    text: str
    encoding: str = "utf-8"
    mark: bytes = b""

    def encoded(self, text: str) -> bytes:
        """Return the bytes of the file with another text."""
        return self.mark + text.encode(self.encoding)

    @property
    def newline(self) -> str:
        """The line end that the file uses first."""
        found = re.search(r"\r\n|\r|\n", self.text)
        return found[0] if found else "\n"

    def lines(self) -> list[str]:
        """Return the lines, each with its end."""
        return [line for line in _LINE.findall(self.text) if line]

    def offset(self, line: int) -> int:
        """Return where a line begins, counted from 1."""
        return sum(map(len, self.lines()[: line - 1]))


class Edit(Struct, frozen=True, order=True):
    """A piece of a text and what takes its place."""

    start: int
    end: int
    text: str


def read(path: Path, file: str) -> tuple[bytes, SourceText]:
    """Return the bytes of a file and its text.

    A file that is not UTF-8 is taken as Latin-1, in which every byte is a character: versions are ASCII in both. For Python
    its encoding cookie counts.

    Raises:
        InputError: it cannot be read, or is too large to be a source.
    """
    data = project_paths.content(path, file, limit=MAX_BYTES)
    return data, decoded(data, is_python=path.suffix == ".py")


def decoded(data: bytes, *, is_python: bool = False) -> SourceText:
    """Return the text of some bytes, as `read` does."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    body = data[len(mark) :]
    for encoding in (_cookie(data) if is_python else "utf-8", "latin-1"):
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if text.encode(encoding) == body:
            return SourceText(text, encoding, mark)
    return SourceText(body.decode("latin-1"), "latin-1", mark)


def _cookie(data: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0].removesuffix("-sig")
    except SyntaxError:
        return "utf-8"


def edited(source: SourceText, edits: Iterable[Edit]) -> str:
    """Return a text with edits made; equal ones are made once, and they must not overlap."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(set(edits)):
        pieces += (source.text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*pieces, source.text[at:]))
