"""The documentation's site: it builds without a warning, and a search finds a rule by its name and by what it says."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

from command_line import ROOT
from slipway import documentation
from slipway.rules import catalogue


def test_it_builds_and_every_rule_is_found_in_it(tmp_path: Path) -> None:
    argv = [sys.executable, "-I", ROOT / "tests", "site", tmp_path / "site"]
    built = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr + built.stdout

    documents = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text("utf-8"))["docs"]
    listed = {entry["location"]: entry for entry in documents}
    for rule in catalogue.every():
        page = documentation.page(rule.family).removeprefix("docs/").removesuffix(".md")
        entry = listed[f"{page}/#{rule.name}"]
        assert entry["title"] == rule.name
        assert plain(rule.title) in plain(entry["text"])
    message = "The summary has … characters, … too many."
    assert message in plain(listed["rules/metadata/#summary-too-long"]["text"])
    assert {"index-rules/", "first-release/", "migrating/", "threat-model/"} <= listed.keys()


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>|`", "", text))
