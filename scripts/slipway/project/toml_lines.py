"""The line of each key, table and array item of a TOML document, and where in it each string is.

`tomllib` gives values without positions. This scanner gives positions without values: it is run on documents
that tomllib has accepted, so it follows the grammar of TOML 1.1 (https://toml.io) without judging it.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, cast

Path = tuple[str | int, ...]
"""Keys and array indexes from the top of the document, such as `("project", "classifiers", 2)`."""

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)+")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[^\s.=\]\"'#]+")
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_DEEP = re.compile(r"(?<![\w\"'.-])(?:[\w\"'-]{1,100}+[ \t]{0,9}+\.[ \t]{0,9}+){100}")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def loads(text: str) -> dict[str, Any]:
    """Return the tables of a TOML document.

    Raises:
        TOMLDecodeError: it is not one.
        RecursionError: it is nested too deeply; the time that `tomllib` takes grows with the square of a key's parts.
    """
    if _DEEP.search(text):
        raise RecursionError("a key has more than 100 parts")
    return tomllib.loads(text)


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every table, key and array item of a valid TOML document."""
    return _Scanner(text).document()


def strings_of(text: str) -> dict[Path, tuple[int, int]]:
    """Return where each string value of a valid TOML document begins and ends, its quotation marks included."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.strings


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        self.strings: dict[Path, tuple[int, int]] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        skipped = match[0] if match else ""
        self._at += len(skipped)
        self._line += skipped.count("\n")
        return skipped

    def _step(self, count: int = 1) -> None:
        self._at += count

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]`; a later `[a.b.c]` belongs to the newest item of an array."""
        line, is_array = self._line, self._text.startswith("[[", self._at)
        self._step(2 if is_array else 1)
        keys = list(self._key())
        self._step(2 if is_array else 1)
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            self._lines.setdefault(path, line)
            path = self._newest(path)
        path = (*path, keys[-1])
        if is_array:
            self._lines.setdefault(path, line)
            self._tables[path] = self._tables.get(path, -1) + 1
            path = self._newest(path)
        self._lines.setdefault(path, line)
        return path

    def _newest(self, path: Path) -> Path:
        return (*path, self._tables[path]) if path in self._tables else path

    def _key(self) -> Iterator[str]:
        while True:
            self._skip(_SPACE)
            if quoted := self._skip(_STRING):
                yield cast("str", tomllib.loads(f"key = {quoted}")["key"])
            else:
                yield self._skip(_BARE_KEY)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return
            self._step()

    def _pair(self, table: Path) -> None:
        line, path = self._line, table
        for key in self._key():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._step()
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        start = self._at
        opening = self._text[start : start + 1]
        if opening == "[":
            self._items("]", path, is_array=True)
        elif opening == "{":
            self._items("}", path, is_array=False)
        elif self._skip(_STRING):
            self.strings[path] = (start, self._at)
        else:
            self._skip(_SCALAR)

    def _items(self, closing: str, path: Path, *, is_array: bool) -> None:
        self._step()
        self._skip(_BLANK)
        index = 0
        while self._at < len(self._text) and not self._text.startswith(closing, self._at):
            if is_array:
                self._lines[(*path, index)] = self._line
                self._value((*path, index))
            else:
                self._pair(path)
            index += 1
            self._skip(_BLANK)
            if self._text.startswith(",", self._at):
                self._step()
                self._skip(_BLANK)
        self._step()
