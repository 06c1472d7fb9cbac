"""The pages on rules: one text for `slipway explain`, for docs/rules.md and for the list of rules."""

from typing import Never

import msgspec

from slipway.rules import catalogue
from slipway.rules.rule import Rule

INTRODUCTION = """\
# Rules

What Slipway checks, family by family. An **error** is refused by the index or breaks the package for those who
install it, and blocks the release. A **warning** will hurt someone. A **note** is worth knowing.

A project turns a rule off with a reason, and the report shows it:

```toml
[tool.slipway.ignore]
rule-name = "why it does not matter here"
```

This page is made from the rules themselves: `python3 tests regenerate`.
"""


def explain(rule: Rule[Never]) -> str:
    """Return everything there is to say about a rule, as Markdown."""
    return f"{_page(rule)}\n\nDeclared in {catalogue.source(rule)}.\n"


def catalogue_page() -> str:
    """Return the page that holds every rule, as Markdown."""
    parts = [INTRODUCTION]
    for title, rules in catalogue.families().items():
        parts += [f"## {title}\n", *(_page(rule, level="###") + "\n" for rule in rules)]
    return "\n".join(parts)


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


def _page(rule: Rule[Never], *, level: str = "#") -> str:
    mirrors = f", the index's rule {', '.join(rule.mirrors)}" if rule.mirrors else ""
    return "\n\n".join(
        [
            f"{level} {rule.name}",
            f"{rule.title} ({rule.severity.value}{mirrors}).",
            f"**Why it matters.** {rule.why}",
            f"**For example**\n\n{_snippet(rule.example)}",
            _remedy("**What to do.**", rule.fix),
            *(_remedy(f"With {backend}:", fix) for backend, fix in rule.fixes.items()),
            *([f"**Read.** <{rule.read}>"] if rule.read else []),
        ]
    )


def _remedy(lead: str, fix: str) -> str:
    """Return a fix as Markdown; what follows an empty line in it is something to paste."""
    prose, _, snippet = fix.partition("\n\n")
    return f"{lead} {prose}\n\n{_snippet(snippet)}" if snippet else f"{lead} {prose}"


def _snippet(text: str) -> str:
    return "\n".join(["```text", *text.splitlines(), "```"])
