"""`python3 tests site [FOLDER]`: the documentation as a site, where a warning is an error."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from maintenance import ROOT

CONFIGURATION = ROOT / "docs" / "site" / "mkdocs.yml"


def run(arguments: Sequence[str]) -> int:
    """Build the site into a folder, and return the exit code of mkdocs."""
    parser = argparse.ArgumentParser(prog="python3 tests site", description="Build the documentation's site.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".site", help=".site/ by default")
    folder = parser.parse_args(arguments).folder.resolve()
    argv = [sys.executable, "-I", "-m", "mkdocs", "build", "--strict", "--quiet"]
    argv += ["--config-file", str(CONFIGURATION), "--site-dir", str(folder)]
    # It announces another program otherwise.
    environ = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(argv, env=environ, check=False).returncode
