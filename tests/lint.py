"""`python3 tests lint [NAME...]`: every linter, or those that are named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE = (sys.executable, "-I", "-m")
SCHEMA = (*MODULE, "check_jsonschema", "--builtin-schema")
EXAMPLES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("examples/workflows/*.yml"))
WORKFLOWS = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(".github/workflows/*.yml"))

LINTERS = {
    "ruff": ("ruff", "check"),
    "format": ("ruff", "format", "--check"),
    "mypy": (*MODULE, "mypy"),
    # What runs on Windows only is read there only.
    "mypy-windows": (*MODULE, "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/windows"),
    # In a folder it finds actions and workflows, but not the examples.
    "zizmor": (
        *("zizmor", "--offline", "--no-progress", "--strict-collection", "--persona=auditor"),
        *(".", *EXAMPLES),
    ),
    "yamllint": (
        *(*MODULE, "yamllint", "--strict", "-c", ".github/yamllint.yml"),
        *(
            "action.yml",
            ".github",
            ".pre-commit-config.yaml",
            ".pre-commit-hooks.yaml",
            "docs/site/readthedocs.yml",
            "examples/workflows",
            "tests/workflows/standins",
        ),
    ),
    "action-schema": (*SCHEMA, "vendor.github-actions", "action.yml"),
    "workflow-schema": (*SCHEMA, "vendor.github-workflows", *WORKFLOWS, *EXAMPLES),
    "readthedocs-schema": (*SCHEMA, "vendor.readthedocs", "docs/site/readthedocs.yml"),
    "actionlint": ("actionlint", "-no-color", *WORKFLOWS, *EXAMPLES),
    "wheels": (sys.executable, "-I", "tests", "wheels"),
    "shellcheck": ("shellcheck", ".ci/run"),
}


def run(names: Sequence[str] = ()) -> int:
    """Run the linters, each whatever the others find.

    Args:
        names: keys of `LINTERS`; all of them where none is named.

    Returns:
        1 if a linter found something, 2 if there is none of a name.
    """
    if unknown := set(names) - LINTERS.keys():
        print(f"There is no linter {', '.join(sorted(unknown))}; there are {', '.join(LINTERS)}.")
        return 2
    failed = [name for name in names or LINTERS if not _is_clean(name)]
    print(f"Failed: {', '.join(failed)}." if failed else "No linter found anything.", flush=True)
    return 1 if failed else 0


def _is_clean(name: str) -> bool:
    argv = LINTERS[name]
    print(f"{name} ...", flush=True)
    if shutil.which(argv[0]) is None:
        print(f"  {argv[0]} is not installed; see CONTRIBUTING.md", flush=True)
        return "CI" not in os.environ
    # An empty token is an error to zizmor, and offline it needs none.
    environ = {key: value for key, value in os.environ.items() if key not in {"GH_TOKEN", "GITHUB_TOKEN"}}
    return subprocess.run(argv, cwd=ROOT, env=environ, check=False).returncode == 0
