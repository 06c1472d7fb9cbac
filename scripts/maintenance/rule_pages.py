"""The pages in docs/rules, one for each family, with one that lists them all; and the page on the index's own rules."""

import ast
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Never

from slipway import documentation
from slipway.records import Severity
from slipway.report import verdict
from slipway.rules import catalogue, pages
from slipway.rules.mirrored import KINDS
from slipway.rules.pages import Part
from slipway.rules.rule import Rule

from maintenance.tables import table

INDEX = "docs/index-rules.md"

BACKENDS = {
    "setup.py": "setuptools",
    "setup.cfg": "setuptools",
    "poetry-core": "poetry",
    "flit-core": "flit",
    "uv-build": "uv",
    "pdm-backend": "pdm",
    "scikit-build-core": "scikit-build",
    "meson-python": "meson",
}
"""What the filter calls a backend or a place where metadata is declared, where that is not its own name."""

MADE = "This page is made from the rules themselves: `python3 tests regenerate`."

WORDS = 3
"""Words of a string that make a sentence of it."""


def generated() -> dict[str, str]:
    """Return the text of every page by its path in the repository."""
    families = catalogue.families()
    made = {documentation.page("README"): _overview(), INDEX: _refusals()}
    return made | {
        documentation.page(rules[0].family): _family(title, rules) for title, rules in families.items()
    }


def _overview() -> str:
    tally = _tally(catalogue.every())
    lines = ["# Rules", "", pages.INTRODUCTION, f"There are {tally}. {MADE}", ""]
    for title, rules in catalogue.families().items():
        file = documentation.page(rules[0].family).rpartition("/")[2]
        lines += [f"## [{title}]({file})", "", *_listed(rules, file), ""]
    return "\n".join(lines)


def _family(title: str, rules: Sequence[Rule[Never]]) -> str:
    ignorable = (
        ""
        if rules[0].ignorable
        else " A project cannot turn them off: they decide what jobs believe of each other."
    )
    lines = [
        f"# {title}",
        "",
        f"{_tally(rules)}.{ignorable} [All rules](README.md).",
        "",
        *_listed(rules),
        "",
    ]
    for rule in rules:
        said = tuple(Part(lead="In a report", text=sentence) for sentence in _sentences(rule))
        lines += [pages.page(rule, level="##", more=said), ""]
    return "\n".join(lines)


def _tally(rules: Sequence[Rule[Never]]) -> str:
    counts = Counter(rule.severity for rule in rules)
    listed = ", ".join(
        verdict.counted(counts[severity], severity.value) for severity in Severity if counts[severity]
    )
    return f"{verdict.counted(len(rules), 'rule')}: {listed}"


def _listed(rules: Iterable[Rule[Never]], file: str = "") -> Iterator[str]:
    """Yield a table of rules; docs/assets/rules.js filters its rows by their second and last cells."""
    rows = (
        (f"[{rule.name}]({file}#{rule.name})", rule.severity.value, pages.prose(rule.title), _backends(rule))
        for rule in rules
    )
    return table(("rule", "severity", "what it finds", "fixes for"), *rows)


def _backends(rule: Rule[Never]) -> str:
    return ", ".join(sorted({BACKENDS.get(name, name) for name in rule.fixes}))


def _sentences(rule: Rule[Never]) -> list[str]:
    """Return the sentences that a rule's function holds, for who searches by what a report said; `…` is a value."""
    function = ast.parse(textwrap.dedent(inspect.getsource(rule.check))).body[0]
    skipping = {id(node) for call in ast.walk(function) if _is_skipped(call) for node in ast.walk(call)}
    body = function.body if isinstance(function, ast.FunctionDef) else []
    said = [_said(node) for part in body for node in ast.walk(part) if id(node) not in skipping]
    whole = (text for text in said if len(text.split()) >= WORDS and text.endswith(".") and "\n" not in text)
    return list(dict.fromkeys(text for text in whole if text[0].isupper() or text[0] in "…`"))


def _is_skipped(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Skipped"


def _said(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        said = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        return re.sub("…+", "…", said)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _refusals() -> str:
    rules: dict[str, list[Rule[Never]]] = {}
    for rule in catalogue.every():
        for refusal in rule.mirrors:
            rules.setdefault(refusal, []).append(rule)
    lines = [
        "# What the index refuses",
        "",
        "Every reason for which PyPI refuses an upload, with an id of ours, such as C47, that pages on rules name. Beside",
        "it are the rules that find it before anything is uploaded; where there is none, it cannot be seen from outside,",
        "or it cannot happen to what Slipway uploads. Read from the server's own source of August 2026. "
        + MADE,
        "",
    ]
    for title, listed in KINDS.items():
        rows = (
            (
                f'<a id="{name.lower()}"></a>{name}',
                text,
                ", ".join(_link(rule) for rule in rules.get(name, ())),
            )
            for name, text in listed.items()
        )
        lines += [f"## {title}", "", *table(("id", "what is refused", "found by"), *rows), ""]
    return "\n".join(lines)


def _link(rule: Rule[Never]) -> str:
    page = documentation.page(rule.family).removeprefix("docs/")
    return f"[{rule.name}]({page}#{rule.name})"
