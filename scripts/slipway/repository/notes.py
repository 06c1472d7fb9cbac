"""The notes of a release on GitHub: the changelog's section, and below it what GitHub writes by itself."""

import re

from slipway.records import Notes

LONGEST = 125_000
"""Characters of the notes that GitHub takes at most; it answers 422 to more ("body is too long")."""

_LINK = re.compile(r"(?<!`)`([^`<>\n]{1,300}?)\s+<(https?://[^<>`\s]{1,1000})>`__?(?!`)")
_ROLE = re.compile(r"(?<![`\w]):[A-Za-z][\w+.:-]{0,60}:`([^`<>\n]{1,300}?)(?:\s+<[^<>`\n]{1,300}>)?`(?!`)")
_ADORNMENT = re.compile(r"([=\-~^\"'`#*+.:_<>!$%&,/;?@|\\])\1{2,200}\s*")


def body(notes: Notes | None, generated: str, *, otherwise: str) -> tuple[str, str]:
    """Return the notes in Markdown, and where they are from, as in a sentence. They are never empty.

    Args:
        notes: what the changelog says.
        generated: what GitHub wrote.
        otherwise: the notes where neither says anything.
    """
    section = markdown(notes).strip() if notes else ""
    generated = generated.strip()
    if not section and not generated:
        return otherwise, "the name and the place of the release alone"
    parts, sources = [], []
    if section and notes:
        parts.append(_cut(section, LONGEST))
        sources.append(notes.file)
    room = LONGEST - sum(map(len, parts)) - 2
    if generated and (shown := _cut(generated, room)):
        parts.append(shown)
        sources.append("GitHub's list of changes")
    return "\n\n".join(parts), " and ".join(sources)


def markdown(notes: Notes) -> str:
    """Return what the changelog says as Markdown.

    GitHub renders the notes of a release as Markdown only. Of reStructuredText, headings, links and roles are rewritten,
    and the rest stays: paragraphs, lists, emphasis and literals are written alike, and a directive is shown as it stands.
    """
    return _from_rst(notes.text) if notes.file.lower().endswith(".rst") else notes.text


def _from_rst(text: str) -> str:
    lines = text.splitlines()
    made: list[str] = []
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else ""
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if _ADORNMENT.fullmatch(line) and (_is_title(above) or _is_title(below)):
            # An underline of tildes would begin a block of code in Markdown, and a line above a title a rule.
            continue
        if _is_title(line) and _ADORNMENT.fullmatch(below):
            made.append(f"### {line.strip()}")
        else:
            made.append(line)
    return _ROLE.sub(r"`\1`", _LINK.sub(r"[\1](\2)", "\n".join(made)))


def _is_title(line: str) -> bool:
    return bool(line.strip()) and not line.startswith((" ", "\t")) and not _ADORNMENT.fullmatch(line)


def _cut(text: str, room: int) -> str:
    """Return as many whole lines of a text as there is room for."""
    return text if len(text) <= room else text[: max(room, 0)].rpartition("\n")[0]
