"""What there is to say about a rule, for `slipway explain` and for the pages in docs/rules; and the list of rules."""

import re
from collections.abc import Iterator
from typing import NamedTuple, Never

import msgspec

from slipway.rules import catalogue
from slipway.rules.mirrored import REFUSALS
from slipway.rules.rule import Rule

INTRODUCTION = """\
What Slipway checks, family by family. An **error** is refused by the index or breaks the package for those who
install it, and blocks the release. A **warning** will hurt someone. A **note** is worth knowing.

A project turns a rule off with a reason, and the report shows it:

```toml
[tool.slipway.ignore]
rule-name = "why it does not matter here"
```
"""

INDEX_PAGE = "../index-rules.md"
"""The page on the refusals of the index, from the pages on rules."""


class Part(NamedTuple):
    """One part of what there is to say about a rule.

    Attributes:
        lead: what the part is about.
        text: a sentence or more; a value may stand between backticks.
        snippet: lines to read or to paste as they stand.
    """

    lead: str
    text: str = ""
    snippet: str = ""


def parts(rule: Rule[Never]) -> Iterator[Part]:
    """Yield what there is to say about a rule, after its name and its title."""
    yield Part(lead="Why it matters", text=rule.why)
    yield Part(lead="For example", snippet=rule.example)
    yield _remedy("What to do", rule.fix)
    yield from (_remedy(f"With {backend}", fix) for backend, fix in rule.fixes.items())
    for refusal in rule.mirrors:
        yield Part(lead=f"The index refuses it, as {refusal}", text=REFUSALS[refusal])
    if rule.read:
        yield Part(lead="Read", text=rule.read)


def source(rule: Rule[Never]) -> Part:
    """Return where a rule is declared."""
    return Part(lead="Declared in", text=catalogue.source(rule))


def catalogue_page() -> str:
    """Return one document that holds every rule, as Markdown."""
    made = ["# Rules\n", INTRODUCTION]
    for title, rules in catalogue.families().items():
        made += [f"## {title}\n", *(page(rule, level="###") + "\n" for rule in rules)]
    return "\n".join(made)


def as_list() -> str:
    """Return name, severity and title of every rule, family by family, a line each."""
    listed = [rule for rules in catalogue.families().values() for rule in rules]
    width = max(len(rule.name) for rule in listed)
    return "".join(f"{rule.name:<{width}}  {rule.severity.value:<7}  {rule.title}\n" for rule in listed)


def as_json() -> str:
    """Return every rule as a JSON list, for other programs."""
    fields = ("name", "title", "family", "severity", "why", "fix", "fixes", "example", "mirrors", "read")
    listed = [{field: getattr(rule, field) for field in fields} for rule in catalogue.every()]
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode() + "\n"


def page(rule: Rule[Never], *, level: str, more: tuple[Part, ...] = ()) -> str:
    """Return everything there is to say about a rule, as Markdown.

    Args:
        rule: the rule.
        level: the signs of its heading.
        more: parts to add at the end.
    """
    head = (f"{level} {rule.name}", f"{prose(rule.title)} ({rule.severity.value}).")
    return "\n\n".join([*head, *(_markdown(part) for part in (*parts(rule), *more))])


def prose(text: str) -> str:
    """Return a sentence as Markdown: a value stays between backticks, and a name like `__init__.py` is no emphasis."""
    pieces = text.split("`")
    return "`".join(piece if number % 2 else _escaped(piece) for number, piece in enumerate(pieces))


def _escaped(text: str) -> str:
    return re.sub("[_*]", r"\\\g<0>", text.replace("&", "&amp;").replace("<", "&lt;"))


def _markdown(part: Part) -> str:
    *words, last = part.lead.split(" ")
    lead = " ".join([*words, f"[{last}]({INDEX_PAGE}#{last.lower()})" if last in REFUSALS else last])
    is_address = part.text.startswith("https://")
    text = f"<{part.text}>" if is_address else prose(part.text)
    said = f"**{lead}:** {text}".rstrip()
    return f"{said}\n\n{_snippet(part.snippet)}" if part.snippet else said


def _remedy(lead: str, fix: str) -> Part:
    """Return a fix as a part; what follows an empty line in it is something to paste."""
    text, _, snippet = fix.partition("\n\n")
    return Part(lead=lead, text=text, snippet=snippet)


def _snippet(text: str) -> str:
    return "\n".join(["```text", *text.splitlines(), "```"])
