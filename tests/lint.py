"""`python3 tests lint [NAME...]`: every linter, or those that are named, as many at once as there are processors."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
    chosen = list(names or LINTERS)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = dict(zip(chosen, pool.map(_is_clean, chosen), strict=True))
    failed = [name for name in chosen if not clean[name]]
    print(f"Failed: {', '.join(failed)}." if failed else "No linter found anything.", flush=True)
    return 1 if failed else 0


def _is_clean(name: str) -> bool:
    """Run a linter, print all it says at once, since others run beside it, and return whether it found nothing."""
    argv = LINTERS[name]
    if shutil.which(argv[0]) is None:
        print(f"{name}: {argv[0]} is not installed; see CONTRIBUTING.md", flush=True)
        return "CI" not in os.environ
    # An empty token is an error to zizmor, and offline it needs none.
    environ = {key: value for key, value in os.environ.items() if key not in {"GH_TOKEN", "GITHUB_TOKEN"}}
    done = subprocess.run(
        argv, cwd=ROOT, env=environ, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(
        f"{name}: {'found nothing' if done.returncode == 0 else 'failed'}\n{done.stdout}", end="", flush=True
    )
    return done.returncode == 0
