"""The description, rendered as PyPI renders it (warehouse, `utils/readme.py`), to find out whether it can be."""

import email.message
import functools
import io
import re
import warnings

from slipway.rules.wording import first_line

RST = "text/x-rst"
MARKDOWN = "text/markdown"

RENDERED_CHARACTERS = 500_000
RENDERED_LINES = 10_000
"""A longer description is not rendered here: reStructuredText takes about five seconds for this much, and the time
grows with the square of its lines."""
_NESTED = re.compile(r"(?:>[ \t]?){100}")
_HEADING = re.compile(r"^(?:#{1,6}[ \t]|[=-]+[ \t]*$)", re.MULTILINE)
_MANY_HEADINGS = 5000
_TAG = re.compile(r"<[A-Za-z]")
_MANY_OPEN_TAGS = 10_000

_REPORT = re.compile(r"<string>:(?P<line>\d*):? *\([A-Z]+/\d\) (?P<text>.*)")


def media_type(value: str) -> tuple[str, dict[str, str]]:
    """Return the media type and the parameters of a valid Description-Content-Type; nothing given means RST."""
    if not value:
        return RST, {}
    message = email.message.EmailMessage()
    message["content-type"] = value
    return message.get_content_type(), dict(message["content-type"].params)


def why_not_rendered(text: str, kind: str) -> str | None:
    """Return why a description cannot be rendered here, or None if it can.

    Some text, made for it, takes minutes. The Markdown renderer does not exist for every platform.
    """
    if kind == MARKDOWN and not _has_markdown():
        return "is Markdown, and there is no renderer for it on this platform"
    if len(text) > RENDERED_CHARACTERS:
        return f"has {len(text)} characters, too many to be rendered here"
    if (lines := text.count("\n")) > RENDERED_LINES:
        return f"has {lines} lines, too many to be rendered here"
    if _NESTED.search(text) or len(_TAG.findall(text)) - text.count("</") > _MANY_OPEN_TAGS:
        return "is nested too deeply to be rendered here"
    if len(_HEADING.findall(text)) > _MANY_HEADINGS:
        return "has too many headings to be rendered here"
    return None


def _has_markdown() -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the import itself warns where the renderer is missing
        from readme_renderer import markdown

    return bool(markdown.variants)


def rendering_problem(text: str, kind: str, variant: str | None = None) -> str | None:
    """Return why PyPI's own renderer gives nothing for a description, or None if it renders."""
    return render(text, kind, variant)[1]


@functools.lru_cache(maxsize=8)
def render(text: str, kind: str, variant: str | None = None) -> tuple[str | None, str | None]:
    """Return a description as HTML, or why PyPI's own renderer gives nothing for it.

    The answers are kept: rendering is slow, and the files of a release have one description.

    Args:
        text: the description.
        kind: its media type.
        variant: GFM or CommonMark, for Markdown.
    """
    reports = io.StringIO()
    try:
        if kind == RST:
            from readme_renderer import rst

            rendered = rst.render(text, stream=reports)
        elif kind == MARKDOWN:
            from readme_renderer import markdown

            rendered = markdown.render(text, variant=variant or "GFM")
        else:
            from readme_renderer import txt

            rendered = txt.render(text)
    except Exception as error:  # noqa: BLE001 - the email package raises anything on hostile input
        return None, f"the renderer failed with {type(error).__name__}: {first_line(error)}"
    if rendered is not None:
        return rendered, None
    if report := _REPORT.search(reports.getvalue()):
        where = f"line {report['line']} of it: " if report["line"] else ""
        return None, where + report["text"].rstrip(".:")
    return None, "nothing is left of it; it is blank, or holds only comments or link definitions"
