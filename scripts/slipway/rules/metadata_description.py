"""Rules on the description: its content type, and whether it renders as PyPI renders it."""

from __future__ import annotations

import email.message
import io
import re
from typing import TYPE_CHECKING

from slipway.manifest import Severity
from slipway.rules.metadata_fields import (
    CORE_METADATA,
    PLACEHOLDER,
    absent,
    complaint,
    first_line,
    found,
    quoted,
    sent,
)
from slipway.rules.rule import Evidence, Rule, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.facts.metadata import MetadataFacts

FIELD = "description-content-type"
RST = "text/x-rst"
MARKDOWN = "text/markdown"
RENDERED_CHARACTERS = 1_000_000
"""A longer description is not rendered here: reStructuredText takes about ten seconds for this much."""
README_GUIDE = "https://packaging.python.org/en/latest/guides/making-a-pypi-friendly-readme/"

_REPORT = re.compile(r"<string>:(?P<line>\d+): \((?P<level>[A-Z]+)/\d\) (?P<text>.*)")
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_FENCE_OR_LINK = re.compile(r"^```|\[[^\]\n]+\]\(https?://", re.MULTILINE)


def _sent_description(facts: MetadataFacts) -> str | None:
    text = facts.description
    return None if not text or text.strip() == PLACEHOLDER else text


def _media_type(value: str) -> tuple[str, dict[str, str]]:
    """Return the media type and the parameters of a Description-Content-Type; nothing given means RST."""
    if not value:
        return RST, {}
    message = email.message.EmailMessage()
    message["content-type"] = value
    return message.get_content_type(), dict(message["content-type"].params)


def _type_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    value = facts.one(FIELD)
    if value is None:
        return
    if problem := complaint("description_content_type", value):
        message = f"Description-Content-Type {quoted(value)} is not accepted: {problem}."
        yield found(facts, FIELD, message, seen=value, expected=f"{MARKDOWN}, {RST} or text/plain")
        return
    charset = _media_type(value)[1].get("charset", "UTF-8")
    if charset != "UTF-8":
        message = f"The charset {quoted(charset)} passes newer local tools, but PyPI insists on UTF-8."
        yield found(facts, FIELD, message, seen=value, expected=value.replace(charset, "UTF-8"))


def _not_rendered(facts: MetadataFacts) -> Iterator[Evidence]:
    text = _sent_description(facts)
    value = sent(facts, FIELD) or ""
    if text is None or (value and complaint("description_content_type", value)):
        return
    if len(text) > RENDERED_CHARACTERS:
        raise Skipped(
            f"the description has {len(text)} characters; more than {RENDERED_CHARACTERS} are not "
            "rendered here"
        )
    kind, parameters = _media_type(value)
    if problem := _rendering_problem(text, kind, parameters):
        default = "" if value else " (no content type is given, which means reStructuredText)"
        yield Evidence(
            message=f"The description does not render as {kind}{default}: {problem}.", file=facts.file
        )


def _rendering_problem(text: str, kind: str, parameters: dict[str, str]) -> str | None:
    """Return why PyPI's own renderer gives nothing for a description, or None if it renders."""
    parameters = {name: value for name, value in parameters.items() if name in ("charset", "variant")}
    warnings = io.StringIO()
    try:
        if kind == RST:
            from readme_renderer import rst

            rendered = rst.render(text, stream=warnings, **parameters)
        elif kind == MARKDOWN:
            from readme_renderer import markdown

            rendered = markdown.render(text, **parameters)
        else:
            from readme_renderer import txt

            rendered = txt.render(text, **parameters)
    except Exception as error:  # noqa: BLE001 - the renderer is not meant to raise, but docutils does
        return f"the renderer gave up with {type(error).__name__}: {first_line(error)}"
    if rendered is not None:
        return None
    if report := _REPORT.search(warnings.getvalue()):
        return f"line {report['line']} of it: {report['text'].rstrip('.')}"
    return "nothing is left of it; it is blank, or holds only comments or link definitions"


def _description_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    described = _sent_description(facts) or facts.repeated or "description" in facts.undecodable
    if absent(facts, "description") and not described:
        yield Evidence(message="The metadata has no description.", file=facts.file)


def _type_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if (
        _sent_description(facts)
        and absent(facts, FIELD)
        and not _looks_like_markdown(facts.description or "")
    ):
        yield Evidence(message="The description has no content type.", file=facts.file, expected=RST)


def _markdown_as_rst(facts: MetadataFacts) -> Iterator[Evidence]:
    text = _sent_description(facts)
    if text is None or FIELD in facts.undecided or not _looks_like_markdown(text):
        return
    value = sent(facts, FIELD)
    if not value or (not complaint("description_content_type", value) and _media_type(value)[0] == RST):
        how = "its type says" if value else "without a type it is read as"
        message = f"The description looks like Markdown, but {how} reStructuredText."
        yield found(facts, FIELD, message, seen=value, expected=MARKDOWN)


def _looks_like_markdown(text: str) -> bool:
    return bool(_HEADING.search(text) and _FENCE_OR_LINK.search(text))


RULES: tuple[Rule, ...] = (
    Rule(
        name="description-type-invalid",
        title="The content type of the description is not accepted",
        family="metadata",
        severity=Severity.ERROR,
        why="The index renders Markdown, reStructuredText and plain text in UTF-8 and refuses every other "
        "type. PyPI also insists that the charset is spelled UTF-8, in upper case.",
        fix='Point `readme` at a .md, .rst or .txt file, or set `readme = { file = "README.md", '
        'content-type = "text/markdown" }`.',
        fixes={
            "setuptools": 'In setup.py: `long_description_content_type="text/markdown"` (or `"text/x-rst"`).'
        },
        example="Description-Content-Type: markdown",
        mirrors=("C46",),
        read=CORE_METADATA + "#description-content-type",
        check=_type_invalid,
    ),
    Rule(
        name="description-not-rendered",
        title="The description cannot be rendered",
        family="metadata",
        severity=Severity.ERROR,
        why="PyPI renders the description while the upload runs and refuses a release whose description has "
        "an error, or of which nothing is left.",
        fix="Correct the named line. reStructuredText on PyPI is plain docutils: roles and directives of "
        "Sphinx, such as `:func:` or `.. versionadded::`, do not exist there. If it is Markdown, say so in "
        "the content type.",
        fixes={
            "setuptools": "Correct the named line; roles and directives of Sphinx do not exist on PyPI. If "
            'the readme is Markdown, add `long_description_content_type="text/markdown"`.'
        },
        example="Description-Content-Type: text/x-rst\n\nSee :func:`open`.",
        mirrors=("C47",),
        read=README_GUIDE,
        check=_not_rendered,
    ),
    Rule(
        name="description-missing",
        title="The metadata has no description",
        family="metadata",
        severity=Severity.WARNING,
        why="The index accepts it, but the project's page stays empty: nobody learns what the package is "
        "for.",
        fix='Set `readme = "README.md"` in the [project] table.',
        fixes={
            "setuptools": 'Set `readme = "README.md"` in the [project] table, or in setup.cfg '
            "`long_description = file: README.md` with `long_description_content_type = text/markdown`."
        },
        example="metadata that ends with its fields",
        read=README_GUIDE,
        check=_description_missing,
    ),
    Rule(
        name="description-type-missing",
        title="The content type of the description is not given",
        family="metadata",
        severity=Severity.NOTE,
        why="Without one the description is taken for reStructuredText. It renders today, but the first "
        "Markdown in it will show as raw text or be refused.",
        fix="Set `readme` to a file whose suffix says what it is, or give `content-type` with it.",
        fixes={"setuptools": 'In setup.py: `long_description_content_type="text/x-rst"`.'},
        example="a description without Description-Content-Type",
        read=CORE_METADATA + "#description-content-type",
        check=_type_missing,
    ),
    Rule(
        name="description-markdown-as-rst",
        title="A Markdown description is rendered as reStructuredText",
        family="metadata",
        severity=Severity.WARNING,
        why="The page on the index will show the raw Markdown signs, and a later edit may make the upload "
        "fail.",
        fix='Set `readme = { file = "README.md", content-type = "text/markdown" }` in the [project] table.',
        fixes={"setuptools": 'In setup.py: `long_description_content_type="text/markdown"`.'},
        example="# My project\n\n[documentation](https://example.org)",
        read=README_GUIDE,
        check=_markdown_as_rst,
    ),
)
