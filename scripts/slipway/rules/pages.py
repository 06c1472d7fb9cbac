"""What is written about a rule: one text for `explain`, for the catalogue's page and for the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Never

import msgspec

from slipway.rules import catalogue
from slipway.rules.rule import Rule

INTRODUCTION = """\
# Rules

What Slipway judges, family by family. An **error** is refused by the index or breaks for the one who installs
the package, and blocks. A **warning** will hurt someone. A **note** is worth knowing.

A project turns a rule off with a reason, and the report shows it:

```toml
[tool.slipway.ignore]
rule-name = "why it does not matter here"
```

This page is made from the rules themselves: `python3 tests regenerate`.
"""


def explain(rule: Rule[Never]) -> str:
    """Return everything there is to say about a rule, as Markdown."""
    return "\n".join([*_page(rule), "", f"Declared in {catalogue.source(rule)}."]) + "\n"


def catalogue_page() -> str:
    """Return the page that holds every rule, as Markdown."""
    return "\n".join(_catalogue())


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield name, severity and title of every rule, family by family."""
    for rules in catalogue.families().values():
        yield from ((rule.name, rule.severity.value, rule.title) for rule in rules)


def as_json() -> str:
    """Return every rule as a JSON list, for other programs."""
    fields = ("name", "title", "family", "severity", "why", "fix", "fixes", "example", "mirrors", "read")
    listed = [{field: getattr(rule, field) for field in fields} for rule in catalogue.every()]
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()


def _catalogue() -> Iterator[str]:
    yield INTRODUCTION
    for title, rules in catalogue.families().items():
        yield f"## {title}\n"
        for rule in rules:
            yield from _page(rule, level="###")
            yield ""


def _page(rule: Rule[Never], *, level: str = "#") -> Iterator[str]:
    yield f"{level} {rule.name}"
    yield ""
    mirrors = f", the index's rule {', '.join(rule.mirrors)}" if rule.mirrors else ""
    yield f"{rule.title} ({rule.severity.value}{mirrors})."
    yield ""
    yield f"**Why it matters.** {rule.why}"
    yield ""
    yield "**For example**"
    yield ""
    yield from ("```text", *rule.example.splitlines(), "```")
    yield ""
    yield from _remedy("**What to do.**", rule.fix)
    for backend, fix in rule.fixes.items():
        yield ""
        yield from _remedy(f"With {backend}:", fix)
    if rule.read:
        yield ""
        yield f"**Read.** <{rule.read}>"


def _remedy(lead: str, fix: str) -> Iterator[str]:
    """Yield a remedy; what stands behind an empty line is something to paste."""
    prose, _, snippet = fix.partition("\n\n")
    yield f"{lead} {prose}"
    if snippet:
        yield from ("", "```text", *snippet.splitlines(), "```")
