"""What `slipway doctor` found, for a terminal: the findings, a list of what was looked at, and the verdict last."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from slipway.examination import Examination, Token
from slipway.records import Finding, Severity
from slipway.report import screen, terminal, verdict
from slipway.report.screen import Line, wrapped

FINE, WRONG, NOTED, UNKNOWN = "✓", "✗", "!", "?"

STYLES = {FINE: "", WRONG: "bold red", NOTED: "bold cyan", UNKNOWN: "dim"}


class Item(Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        fine: what is so where all its rules saw everything and found nothing.
        rules: their names.
    """

    name: str
    fine: str
    rules: tuple[str, ...]


ITEMS = (
    Item(
        "environments",
        "each job that publishes belongs to an environment that is there",
        ("publish-job-without-environment", "environment-missing"),
    ),
    Item(
        "approval",
        "a release waits for the approval of a reviewer",
        (
            "environment-without-reviewers",
            "environment-approved-by-its-starter",
            "environment-bypassed-by-administrators",
        ),
    ),
    Item(
        "refs",
        "the refs that are released may publish, and no others",
        ("environment-open-to-any-ref", "environment-refuses-its-release"),
    ),
    Item(
        "tags",
        "release tags stay where they are, and not everybody makes them",
        ("release-tags-can-move", "release-tags-made-by-anyone"),
    ),
    Item("branch", "the history of the default branch stays", ("default-branch-can-be-rewritten",)),
    Item("rulesets", "every active ruleset covers something", ("ruleset-covers-nothing",)),
    Item("releases", "releases on GitHub stay as they were published", ("releases-can-change",)),
    Item(
        "tokens",
        "no token of the index is stored",
        ("index-token-among-secrets", "index-token-stored"),
    ),
    Item("one way", "one workflow publishes a release", ("another-workflow-publishes",)),
    Item("bots", "what makes tags and releases starts what waits for them", ("release-bot-starts-nothing",)),
    Item(
        "versions",
        "tags and versions on the index belong together",
        ("tag-without-release", "older-tag-without-release", "release-without-tag"),
    ),
    Item("updates", "a bot keeps the actions of the workflows up to date", ("actions-not-updated",)),
)
"""In the order of the way from a push to a release."""


def show(found: Examination) -> None:
    """Print it to stdout."""
    screen.show(lambda width: lines(found, width=width))


def lines(found: Examination, *, width: int) -> Iterator[Line]:
    """Yield it line by line, at most `width` columns wide where a word allows it."""
    yield from wrapped(f"{found.repository}, {_read_with(found.token)}", width)
    yield Line("")
    yield from terminal.found(found.findings, width)
    yield from terminal.broken(found.broken_rules)
    for item in ITEMS:
        yield from _item(item, found, width)
    yield Line("")
    if found.failure is not None:
        yield from terminal.failed(found.failure, width)
    yield from _verdict(found, width)


def _read_with(token: Token) -> str:
    if token.source is None:
        return "read without a token: only what is public is seen"
    if token.scopes is None:
        return f"read with the token of {token.source}, of which GitHub names no scopes"
    return f"read with the token of {token.source}, its scopes: {', '.join(token.scopes) or 'none'}"


def _item(item: Item, found: Examination, width: int) -> Iterator[Line]:
    own = [one for one in found.findings if one.rule in item.rules]
    if own:
        sign = WRONG if any(one in found.blocking for one in own) else NOTED
        yield from _row(sign, f"{item.name}: {', '.join(dict.fromkeys(map(_named, own)))}", width)
    reasons = dict.fromkeys(one.reason for one in found.unknown if one.rule in item.rules)
    for reason in reasons:
        yield from _row(UNKNOWN, f"{item.name}: {reason}", width)
    is_whole = all(rule in found.clear for rule in item.rules)
    if is_whole and not own and not reasons:
        yield from _row(FINE, f"{item.name}: {item.fine}", width)


def _named(finding: Finding) -> str:
    return finding.rule if finding.ignored is None else f"{finding.rule}, ignored by the project"


def _row(sign: str, text: str, width: int) -> Iterator[Line]:
    yield from wrapped(text, width, lead=f"{sign} ", style=STYLES[sign])


def _verdict(found: Examination, width: int) -> Iterator[Line]:
    notes = [one for one in found.findings if one.ignored is None and one.severity is Severity.NOTE]
    parts = [f"{verdict.counted(len(found.blocking), 'thing')} to change"] if found.blocking else []
    parts += [f"{len(notes)} worth knowing"] if notes else []
    unknown = {one.rule for one in found.unknown}
    parts += [f"{len(unknown)} of the rules could not be judged"] if unknown else []
    if found.blocking:
        yield from wrapped(f"✗ {', '.join(parts)}", width, style="bold red")
    elif found.failure is None:
        rest = f": {', '.join(parts)}" if parts else ""
        lead = "Nothing that could be read has to change" if unknown else "Nothing has to change"
        yield from wrapped(f"✓ {lead}{rest}", width, style="bold green")
