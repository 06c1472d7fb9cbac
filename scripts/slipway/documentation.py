"""The pages on rules: where each stands, in the repository and on GitHub as of the commit that runs."""

import functools
import re
from pathlib import Path
from urllib.parse import quote

from slipway.project import hosting
from slipway.records import Finding

RULES = "docs/rules"
"""The folder of the pages in Slipway's repository: one for each family of rules."""

ROOT = Path(__file__).resolve().parents[2]

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,20}")


def page(family: str) -> str:
    """Return the path of the page on a family of rules, in the repository."""
    # A site's generators take `index` for the page of the folder itself.
    return f"{RULES}/{'the-index' if family == 'index' else family}.md"


def address(finding: Finding) -> str | None:
    """Return the address of the page on a finding's rule, or None where it is not known.

    Rule and family may come from the manifest of another job: what cannot be a name of ours gets no link, and a link leads
    nowhere but to the repository of the Slipway that runs.
    """
    if not (_WORD.fullmatch(finding.family) and _WORD.fullmatch(finding.rule)):
        return None
    files = source(ROOT)
    return f"{files}/{page(finding.family)}#{finding.rule}" if files else None


@functools.cache
def source(root: Path) -> str | None:
    """Return where GitHub shows the files of the Slipway in a folder, as of its commit or its tag, or None."""
    # A folder of somebody's environment may stand in their repository, which is not Slipway's.
    is_checkout = (root / ".git").exists()
    found = _of_action(root) or (hosting.pushed(root) if is_checkout else _of_installation())
    if found is None:
        return None
    repository, commit = found
    return f"https://github.com/{quote(repository)}/blob/{quote(commit)}"


def _of_action(root: Path) -> tuple[str, str] | None:
    """Return repository and ref of an action that a runner downloaded, into `_actions/OWNER/NAME/REF`.

    That layout is made by `ActionManager` of https://github.com/actions/runner.
    """
    _, found, after = root.as_posix().rpartition("/_actions/")
    owner, name, ref = (*after.split("/", 2), "", "")[:3]
    return (f"{owner}/{name}", ref) if found and ref else None


def _of_installation() -> tuple[str, str] | None:
    """Return repository and commit that an installer recorded (PEP 610)."""
    # What reads such records takes long to load.
    from slipway.project import installation

    try:
        _, record = installation.read()
    except (ModuleNotFoundError, ValueError):
        return None
    return installation.on_github(record)
