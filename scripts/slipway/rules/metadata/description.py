"""Rules on the description: its content type, and whether it renders as PyPI renders it."""

import re
import textwrap
from collections.abc import Iterator

from msgspec import Struct

from slipway.artifacts.metadata import MetadataFacts
from slipway.rules.families import metadata
from slipway.rules.metadata.fields import PLACEHOLDER, at_field, is_missing, rejection, uploaded
from slipway.rules.metadata.rendering import MARKDOWN, RST, media_type, rendering_problem, why_not_rendered
from slipway.rules.rule import Evidence, Skipped
from slipway.rules.specifications import CORE_METADATA, README_GUIDE
from slipway.rules.wording import quoted
from slipway.rules.written import fix

FIELD = "description-content-type"

_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_FENCE_OR_LINK = re.compile(r"^```|\[[^\]\n]{1,200}\]\(https?://", re.MULTILINE)


def _sent_description(facts: MetadataFacts) -> str | None:
    text = facts.description
    return None if not text or text.strip() == PLACEHOLDER else text


@metadata.error(
    "description-type-invalid",
    title="The content type of the description is not accepted",
    why="The index renders Markdown, reStructuredText and plain text in UTF-8 and refuses every other "
    "type. PyPI also insists that the charset is spelled UTF-8, in upper case.",
    **fix("Say it in a way that the index knows, for Markdown: {}.", "content-type"),
    example="Description-Content-Type: markdown",
    mirrors=("C46",),
    read=CORE_METADATA + "#description-content-type",
)
def description_type_invalid(facts: MetadataFacts) -> Iterator[Evidence]:
    value = facts.one(FIELD)
    if value is None:
        return
    if problem := rejection("description_content_type", value):
        message = f"Description-Content-Type {quoted(value)} is not accepted: {problem}."
        yield at_field(facts, FIELD, message, seen=value, expected=f"{MARKDOWN}, {RST} or text/plain")
        return
    charset = media_type(value)[1].get("charset", "UTF-8")
    if charset != "UTF-8":
        message = f"The charset {quoted(charset)} passes newer local tools, but PyPI insists on UTF-8."
        yield at_field(facts, FIELD, message, seen=value, expected=value.replace(charset, "UTF-8"))


@metadata.error(
    "description-not-rendered",
    title="The description cannot be rendered",
    why="PyPI renders the description while the upload runs and refuses a release whose description has "
    "an error, or of which nothing is left.",
    **fix(
        "If the readme is Markdown, set {}. Otherwise correct the named line: roles and directives of Sphinx, such as "
        "`:func:` or `.. versionadded::`, do not exist on PyPI.",
        "content-type",
    ),
    example="Description-Content-Type: text/x-rst\n\nSee :func:`open`.",
    mirrors=("C47",),
    read=README_GUIDE,
)
def description_not_rendered(facts: MetadataFacts) -> Iterator[Evidence]:
    if (failure := _failure(facts)) and not failure.only_indented:
        default = (
            "" if uploaded(facts, FIELD) else " (no content type is given, which means reStructuredText)"
        )
        message = f"The description does not render as {failure.kind}{default}: {failure.problem}."
        yield Evidence(message, file=facts.file)


@metadata.error(
    "description-indented",
    title="The description is indented by an old setuptools",
    why="Old build tools put the description into a field and indent each of its lines. twine and PyPI "
    "take the text as it is, so that reStructuredText which is correct by itself does not render.",
    fix="Build with a current backend, which puts the description after the fields.",
    fixes={"setuptools": "Require `setuptools>=77` under [build-system] and build again."},
    example="Description: Spam\n        ====",
    mirrors=("C47",),
    read=CORE_METADATA + "#description",
)
def description_indented(facts: MetadataFacts) -> Iterator[Evidence]:
    if facts.every("description") and (failure := _failure(facts)) and failure.only_indented:
        message = "The description is in the Description field, indented, and so does not render."
        yield at_field(facts, "description", message)


class _Failure(Struct, frozen=True, kw_only=True):
    """Why a description does not render: as what, the problem, and whether only its indentation is the reason."""

    kind: str
    problem: str
    only_indented: bool


def _failure(facts: MetadataFacts) -> _Failure | None:
    text = _sent_description(facts)
    value = uploaded(facts, FIELD) or ""
    if text is None or (value and rejection("description_content_type", value)):
        return None
    kind, parameters = media_type(value)
    if reason := why_not_rendered(text, kind):
        raise Skipped(f"the description {reason}")
    problem = rendering_problem(text, kind, parameters.get("variant"))
    if problem is None:
        return None
    first, _, rest = text.partition("\n")
    unindented = f"{first}\n{textwrap.dedent(rest)}"
    in_field = bool(facts.every("description")) and not facts.undecided and unindented != text
    only_indented = in_field and rendering_problem(unindented, kind, parameters.get("variant")) is None
    return _Failure(kind=kind, problem=problem, only_indented=only_indented)


@metadata.warning(
    "description-missing",
    title="The metadata has no description",
    why="The index accepts it, but the project's page stays empty: people cannot see what the package is for.",
    **fix("Set {}.", "long-description"),
    example="metadata that ends with its fields",
    read=README_GUIDE,
)
def description_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    odd = "description" in (*facts.repeated, *facts.undecodable)
    if is_missing(facts, "description") and not odd and not _sent_description(facts):
        yield Evidence("The metadata has no description.", file=facts.file)


@metadata.note(
    "description-type-missing",
    title="The content type of the description is not given",
    why="Without one the description is taken for reStructuredText. It renders today, but the first "
    "Markdown in it will show as raw text or be refused.",
    **fix("Set {}.", "content-type-rst"),
    example="a description without Description-Content-Type",
    read=CORE_METADATA + "#description-content-type",
)
def description_type_missing(facts: MetadataFacts) -> Iterator[Evidence]:
    if (
        _sent_description(facts)
        and is_missing(facts, FIELD)
        and not _looks_like_markdown(facts.description or "")
    ):
        yield Evidence("The description has no content type.", file=facts.file, expected=RST)


@metadata.warning(
    "description-markdown-as-rst",
    title="A Markdown description is rendered as reStructuredText",
    why="The page on the index will show the raw Markdown signs, and a later edit may make the upload fail.",
    **fix("Set {}.", "content-type"),
    example="# My project\n\n[documentation](https://example.org)",
    read=README_GUIDE,
)
def description_markdown_as_rst(facts: MetadataFacts) -> Iterator[Evidence]:
    text = _sent_description(facts)
    if text is None or FIELD in facts.undecided or not _looks_like_markdown(text):
        return
    value = uploaded(facts, FIELD)
    is_rst = not value or (not rejection("description_content_type", value) and media_type(value)[0] == RST)
    if is_rst and not _failure(facts):
        how = "its type says" if value else "without a type it is read as"
        message = f"The description looks like Markdown, but {how} reStructuredText."
        yield at_field(facts, FIELD, message, seen=value, expected=MARKDOWN)


def _looks_like_markdown(text: str) -> bool:
    head = text[:20_000]
    return bool(_HEADING.search(head) and _FENCE_OR_LINK.search(head))
