"""`python3 tests regenerate`: every generated file, written or compared."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

import msgspec
from slipway.manifest import Manifest
from slipway.project import settings
from slipway.rules import catalogue

from maintenance import ROOT, locks, picture, rule_pages, standard_library, stdlib_names, surfaces

COMMAND = "python3 tests regenerate"


def _schemas() -> dict[str, str]:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    rules = {rule.name: rule.title for rule in catalogue.every() if rule.ignorable}
    return {
        "scripts/slipway/manifest.schema.json": _document(dialect | msgspec.json.schema(Manifest)),
        "scripts/slipway/project/settings.schema.json": _document(settings.schema(rules)),
    }


def _document(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2) + "\n"


MAKERS = (
    picture.generated,
    surfaces.generated,
    stdlib_names.generated,
    standard_library.generated,
    rule_pages.generated,
    _schemas,
)
"""Each returns the text of files by their path in the repository."""


def run(arguments: Sequence[str]) -> int:
    """Write the generated files, or with `--check` name those that are stale; return the exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write every generated file.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    parser.add_argument(
        "--locks", action="store_true", help="resolve the lock files first; needs the network"
    )
    options = parser.parse_args(arguments)
    if options.locks and not options.check and (code := locks.run(())):
        return code
    changed = stale()
    for name, text in changed.items():
        print(f"{name} is stale; run `{COMMAND}`." if options.check else f"{name} written.")
        if not options.check:
            (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
    return 1 if options.check and changed else 0


def stale() -> dict[str, str]:
    """Return the text that each stale file should have, by its path in the repository."""
    made = {name: text for make in MAKERS for name, text in make().items()}
    return {name: text for name, text in made.items() if _text(name) != text}


def _text(name: str) -> str | None:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else None
