"""Sections of a changelog: what it says of one version, and of what is not released yet.

Markdown and reStructuredText are parsed as what they are, so that a heading in a block of code is none. Where that finds no
version, as in plain text, the lines that are headings in effect count.
"""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from packaging.version import Version

from slipway.project import changelog
from slipway.project.changelog import Heading

_PARSED = 1024 * 1024
"""Characters of reStructuredText that are parsed; of a longer file the lines count."""
NOT_YET = (
    r"(?:un-?released|not[ -](?:yet[ -])?released|(?:in|under)[ -](?:development|progress)|tb[ad]|to be released"
    r"|upcoming|wip|(?:yyyy|xxxx|20xx|20\?\?)[-./](?:mm|xx|\?\?)[-./](?:dd|xx|\?\?))"
)
"""What a heading says of a version that is not released."""
_UNNAMED = re.compile(
    rf"(?:(?:version|release)[ \t]+)?(?:{NOT_YET}|next|head|main|master|trunk|dev(?:elopment)?)"
    rf"(?:[ \t]+(?:changes|release|version))?(?:[ \t]*+[-:(\u2013\u2014][ \t]*+(?:{NOT_YET}|date)?[ \t]*+\)?)?",
    re.IGNORECASE,
)
"""A heading for what is not released that names no version."""
_NAMED = re.compile(rf"[-:,(\u2013\u2014 \t]{NOT_YET}[ \t]*\)?", re.IGNORECASE)
"""What follows the version in a heading for one that is not released."""
_FIRST_LINE = re.compile(
    rf"[*_]{{0,2}}(?:release(?:d|[ \t]date)?:?[ \t]*)?{NOT_YET}\.?[*_]{{0,2}}", re.IGNORECASE
)
"""What a section begins with whose heading does not say that its version is not released."""
_ANCHOR = re.compile(
    r"[ \t]*+(?:<!--.*-->|<a\s[^<>]{0,200}>(?:</a>)?|\.\. _[^:]{1,200}:|\.\.[ \t]+(?:towncrier|scriv)[ \t-].*)?[ \t]*+"
)
"""A line at the end of a section that is empty or a rule, belongs to the next one, or marks a place for a tool."""
_DEFINITION = re.compile(r"[ \t]{0,3}\[(?P<label>[^\[\]]{1,200})\]:[ \t]*\S.*")
_MARKS = re.compile(r"([^\w\s])\1+")
"""A line of marks, as below a heading."""
_BRACKETS = str.maketrans("", "", "[]*`")
_BEGINS_WITH_VERSION = re.compile(r"\W{0,5}(?:(?:version|release)\W{1,5})?v?\d", re.IGNORECASE)
_OTHER_LINE_ENDS = {ord(mark): " " for mark in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
"""What `str.splitlines`, which docutils uses, takes for the end of a line beside CR and LF."""


class Section(Struct, frozen=True, kw_only=True):
    """A part of a changelog.

    Attributes:
        file: the changelog, from the project's folder, with forward slashes.
        line: the line of the heading, from 1.
        heading: its text, as it is written.
        body: what is below it up to the next heading of the same level, without blank lines around; it may be empty.
    """

    file: str
    line: int
    heading: str
    body: str


class Entry(Struct, frozen=True, kw_only=True):
    """A heading for a release, with the lines below that belong to it.

    Attributes:
        end: the line after the last one that belongs to it.
        body: as in `Section`.
        versions: those that the heading names.
        unreleased: whether it stands for what is not released yet.
        says_below: whether it is not the heading that says so, but the first line below it.
    """

    heading: Heading
    end: int
    body: str
    versions: tuple[Version, ...]
    unreleased: bool
    says_below: bool = False


def section(root: Path, version: Version) -> Section | None:
    """Return what the changelog of a project says of a version; None where it has no heading for it."""
    file, entries = _of(root)
    found = next((entry for entry in (*releases(entries), *entries) if version in entry.versions), None)
    return _section(file, found) if found else None


def unreleased(root: Path) -> Section | None:
    """Return what the changelog says of changes that are not released; None where it has no heading for them."""
    file, entries = _of(root)
    found = newest(entries)
    return _section(file, found) if found and found.unreleased else None


def has_notes(body: str) -> bool:
    """Return whether a section says anything: more than headings, comments and the word that it is not released."""
    text, *comments = body.split("<!--")
    shown = (text, *(comment.partition("-->")[2] for comment in comments))
    lines = [line.strip() for line in "".join(shown).splitlines()]
    return any(
        any(letter.isalnum() for letter in line)
        and not re.match(r"#{1,6}(?:\s|$)", line)
        and not (under and re.fullmatch(r"([^\w\s])\1{2,}", under))
        and not _FIRST_LINE.fullmatch(line)
        and not _DEFINITION.fullmatch(line)
        for line, under in itertools.pairwise([*lines, ""])
    )


def newest(entries: tuple[Entry, ...]) -> Entry | None:
    """Return the first entry for a release, None where there is none."""
    return next(iter(releases(entries)), None)


def releases(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the entries for releases: without a title that names a version, and without headings inside an entry."""
    found: list[Entry] = []
    for entry in entries[1:] if _begins_with_title(entries) else entries:
        if not found or entry.heading.line >= found[-1].end:
            found.append(entry)
    return tuple(found)


def _begins_with_title(entries: tuple[Entry, ...]) -> bool:
    if not entries or not entries[0].versions or changelog.is_entry(entries[0].heading.text):
        return False
    title, *others = entries
    is_above = all(entry.heading.level > title.heading.level for entry in others)
    return is_above and any(
        _BEGINS_WITH_VERSION.match(entry.heading.text) or not entry.versions for entry in others
    )


def entries_of(text: str, suffix: str) -> tuple[Entry, ...]:
    """Return the entries of a changelog, in the order of the file.

    Args:
        text: its text, without a byte order mark.
        suffix: that of its name, such as `.md`; without one, its text decides.
    """
    reader = _READERS.get(suffix.lower()) or (_READERS[".rst"] if _looks_like_rst(text) else _READERS[".md"])
    found = tuple(_entries(text, list(reader(text))))
    if found and suffix.lower() in _READERS:
        return found
    in_effect = tuple(_entries(text, list(changelog.headings(text))))
    # In plain text the newest entries may be written in another way than those further down.
    is_earlier = in_effect[:1] and (not found or in_effect[0].heading.line < found[0].heading.line)
    return in_effect if is_earlier else found


def _of(root: Path) -> tuple[str, tuple[Entry, ...]]:
    found = changelog.find(root)
    if found is None:
        return "", ()
    path = root / found.file
    return found.file, entries_of(changelog.read_text(path), path.suffix)


def _section(file: str, entry: Entry) -> Section:
    return Section(file=file, line=entry.heading.line, heading=entry.heading.text.strip(), body=entry.body)


def _entries(text: str, headings: list[Heading]) -> Iterator[Entry]:
    lines = split_lines(text)
    for index, heading in enumerate(headings):
        versions = tuple(changelog.versions_in(heading.text))
        is_unnamed = is_unnamed_heading(heading.text)
        if not versions and not is_unnamed:
            continue
        ends = (next_.first for next_ in headings[index + 1 :] if _is_end(next_, heading))
        end = next(ends, len(lines) + 1)
        body = _body(lines[heading.last : end - 1])
        says_itself = is_unnamed or _is_not_yet(heading.text, versions)
        says_below = not says_itself and _begins_unreleased(body)
        yield Entry(
            heading=heading,
            end=end,
            body=body,
            versions=versions,
            unreleased=says_itself or says_below,
            says_below=says_below,
        )


def _is_end(heading: Heading, of: Heading) -> bool:
    # Some tools give releases different levels: `# 2.0.0` for a major one, `## 1.9.1` for a patch below it.
    return heading.level <= of.level or changelog.is_entry(heading.text)


def is_unnamed_heading(text: str) -> bool:
    """Return whether a heading stands for what is not released, and names no version."""
    plain = changelog.without_targets(text).translate(_BRACKETS).strip(" \t#:")
    return _UNNAMED.fullmatch(plain) is not None


def _is_not_yet(text: str, versions: tuple[Version, ...]) -> bool:
    plain = changelog.without_targets(text).translate(_BRACKETS).strip(" \t#:=")
    return any(version.is_devrelease for version in versions) or (
        (found := list(_NAMED.finditer(plain))) != [] and found[-1].end() == len(plain)
    )


def _begins_unreleased(body: str) -> bool:
    return _FIRST_LINE.fullmatch(body.partition("\n")[0].strip()) is not None


def _body(lines: list[str]) -> str:
    kept = [line.rstrip("\r\n") for line in lines]
    while kept and (
        _ANCHOR.fullmatch(kept[-1])
        or _is_definition_of_release(kept[-1])
        or (_MARKS.fullmatch(kept[-1]) and not "".join(kept[-2:-1]).strip())
    ):
        kept.pop()
    while kept and not kept[0].strip():
        kept.pop(0)
    return "\n".join(kept)


def _is_definition_of_release(line: str) -> bool:
    found = _DEFINITION.fullmatch(line)
    return found is not None and (
        any(True for _ in changelog.versions_in(found["label"])) or is_unnamed_heading(found["label"])
    )


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, each with its end; only CR and LF end a line, as the parsers count."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


def _markdown(text: str) -> Iterator[Heading]:
    from markdown_it import MarkdownIt  # it takes a while to load, and few commands use it

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])  # what is within a line takes most of the time
    tokens = parser.parse(text)
    for token, content in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, end = token.map
            level = int(token.tag.removeprefix("h"))
            yield Heading(text=content.content, level=level, first=first + 1, line=first + 1, last=end)


def _restructured(text: str) -> Iterator[Heading]:
    if len(text) > _PARSED:
        yield from changelog.headings(text)
        return
    # These take a while to load, and few commands use them.
    from docutils import frontend, nodes, utils
    from docutils.parsers import rst

    lines = text.translate(_OTHER_LINE_ENDS).splitlines()
    parser = rst.Parser()
    settings = frontend.get_default_settings(parser)
    settings.file_insertion_enabled = settings.raw_enabled = False
    settings.report_level, settings.halt_level, settings.warning_stream = 5, 6, False
    settings.syntax_highlight = "none"
    document = utils.new_document("changelog", settings)
    parser.parse("\n".join(_outline(lines)), document)
    for found in document.findall(nodes.section):
        if found.line is None or not 1 < found.line <= len(lines):  # the line of the mark below the heading
            continue
        below = lines[found.line - 1].rstrip()
        above = lines[found.line - 3].rstrip() if found.line > 2 else ""  # noqa: PLR2004 - two lines further up
        is_between = bool(below) and above == below
        first = found.line - 2 if is_between else found.line - 1
        yield Heading(
            text=lines[found.line - 2], level=_depth(found), first=first, line=found.line - 1, last=found.line
        )


def _outline(lines: list[str]) -> Iterator[str]:
    """Yield the lines with only those in full that may be a heading: nothing within an indented block is one.

    So nothing else is parsed, which would take most of the time, and no directive of the file is carried out.
    """
    marks = [_MARKS.fullmatch(line.rstrip()) is not None for line in lines]
    for index, line in enumerate(lines):
        if marks[index] or any(marks[max(0, index - 1) : index + 2]):
            yield line
        else:
            yield "" if not line.strip() or line[0].isspace() else "x"


def _depth(node: object) -> int:
    depth = 0
    while (parent := getattr(node, "parent", None)) is not None:
        node, depth = parent, depth + 1
    return depth


def _looks_like_rst(text: str) -> bool:
    return re.search(r"^#{1,6}[ \t]", text, re.MULTILINE) is None


_READERS = {".md": _markdown, ".rst": _restructured, ".adoc": changelog.headings}
