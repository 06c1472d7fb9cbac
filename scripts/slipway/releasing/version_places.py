"""Where in a file a version stands: from its file and line, which the facts know, to its characters."""

import ast
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from slipway.project.python_literals import UNPARSEABLE, constants, parse
from slipway.project.toml_lines import lines_of, loads, strings_of
from slipway.releasing.source_text import SourceText

_QUOTED = re.compile(r"(?P<open>[rRuU]?(?P<mark>\"\"\"|'''|\"|'))(?P<text>.*)(?P=mark)", re.DOTALL)
_DEEPEST = 20


class Written(Struct, frozen=True, kw_only=True):
    """A version that is written in a file.

    Attributes:
        file: its path in the project, with forward slashes.
        line: the line it is on, from 1, or the line of a name that leads to it.
        version: as it is written.
    """

    file: str
    line: int
    version: str


def locate(source: SourceText, written: Written) -> tuple[int, int] | None:
    """Return where a written version begins and ends in the text of its file.

    Returns:
        None where it is not written in one piece there, or where more than one piece may be it.
    """
    if written.file.endswith(".toml"):
        return _in_toml(source.text, written)
    if written.file.endswith(".py"):
        return _in_python(source, written)
    if written.file.rpartition("/")[2] == "setup.cfg":
        return _in_setup_cfg(source, written)
    return _on_line(source, written) or _whole(source.text, written.version)


def _in_toml(text: str, written: Written) -> tuple[int, int] | None:
    try:
        loads(text)
    except (ValueError, RecursionError):
        return None
    lines = lines_of(text)
    found = [
        span
        for path, (start, end) in strings_of(text).items()
        if path[-1] == "version"
        and lines[path] == written.line
        and (span := _unquoted(text, start, end, written.version))
    ]
    return found[0] if len(found) == 1 else None


def _unquoted(text: str, start: int, end: int, version: str) -> tuple[int, int] | None:
    """Return where a version is in a string literal that holds nothing else; None for one with escapes or in pieces."""
    quoted = _QUOTED.fullmatch(text, start, end)
    return quoted.span("text") if quoted and quoted["text"] == version else None


def _in_python(source: SourceText, written: Written) -> tuple[int, int] | None:
    try:
        tree = parse(source.text)
    except UNPARSEABLE:
        return _on_line(source, written)
    found = {
        (node.lineno, node.col_offset): node
        for node in _strings_at(tree, written.line)
        if node.value == written.version
    }
    if not found:  # a backend that searches the text finds a version in a docstring as well
        return _on_line(source, written)
    if len(found) > 1:
        named = set(_named_version(tree))
        found = {place: node for place, node in found.items() if place in named}
    if len(found) != 1:
        return None
    node = next(iter(found.values()))
    start, end = _offsets(source.lines(), node)
    return _unquoted(source.text, start, end, written.version)


def _strings_at(tree: ast.Module, line: int) -> Iterator[ast.Constant]:
    """Yield the literals of a line, and those that its names are bound to elsewhere in the file."""
    names = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.Name) and node.lineno == line:
            found = _followed(node, names)
            if isinstance(found, ast.Constant):
                yield found


def _followed(node: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    for _ in range(_DEEPEST):
        if not isinstance(node, ast.Name) or node.id not in names:
            break
        node = names[node.id]
    return node


def _named_version(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield where values stand that are given for the keyword or the key `version`."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="version", value=value):
                yield value.lineno, value.col_offset
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "version":
                        yield value.lineno, value.col_offset


def _offsets(lines: list[str], node: ast.Constant) -> tuple[int, int]:
    """Return where a node begins and ends in the text; the tree counts bytes of UTF-8 within a line."""

    def offset(line: int, column: int) -> int:
        before = lines[line - 1].encode()[:column].decode(errors="replace")
        return sum(map(len, lines[: line - 1])) + len(before)

    return (
        offset(node.lineno, node.col_offset),
        offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
    )


def _in_setup_cfg(source: SourceText, written: Written) -> tuple[int, int] | None:
    value = re.compile(
        rf"[^=:\r\n]{{1,200}}[=:]\s{{0,200}}(?P<version>{re.escape(written.version)})(?=\s|\Z)"
    )
    found = value.match(source.text, source.offset(written.line))
    return found.span("version") if found else None


def _on_line(source: SourceText, written: Written) -> tuple[int, int] | None:
    """Return the one place on the line where the version is quoted, else the one where it stands by itself."""
    start = source.offset(written.line)
    lines = source.lines()
    end = start + len(lines[written.line - 1]) if written.line <= len(lines) else start
    version = re.escape(written.version)
    for pattern in (
        rf"(?<=['\"]){version}(?=['\"])",
        rf"(?<=['\"][vV]){version}(?=['\"])",
        standalone(written.version),
    ):
        found = list(re.compile(pattern).finditer(source.text, start, end))
        if found:
            return found[0].span() if len(found) == 1 else None
    return None


def standalone(version: str) -> str:
    """Return the pattern of a version that is no part of a longer version, word or number; a `v` may precede it."""
    return (
        rf"(?:(?<=[vV])(?<![\w.+!][vV])|(?<![\w.+!])){re.escape(version)}"
        r"(?![\w!+])(?!\.\d)(?![-_.](?:a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)[-_.]?\d)(?!\.(?:dev|post)\b)"
    )


def _whole(text: str, version: str) -> tuple[int, int] | None:
    start = len(text) - len(text.lstrip())
    return (start, start + len(version)) if text.strip() == version else None
