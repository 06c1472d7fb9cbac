"""`python3 tests lint`: every linter, over what there is for it to read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PYTHON = (
    ("ruff check", ("ruff", "check")),
    ("ruff format", ("ruff", "format", "--check")),
    ("mypy", (sys.executable, "-I", "-m", "mypy")),
)

WORKFLOWS = ("zizmor", "--offline", "--no-progress", "--strict-collection", "--persona=auditor")
SCHEMA = (sys.executable, "-I", "-m", "check_jsonschema", "--builtin-schema")


def run(arguments: Sequence[str] = ()) -> int:
    """Run every linter, whatever the others say, and return 1 if one of them found something."""
    failed = [
        name for name, argv in (*PYTHON, *_of_yaml(), *_of_shell()) if not _clean(name, [*argv, *arguments])
    ]
    print(f"Found something: {', '.join(failed)}." if failed else "All linters are content.", flush=True)
    return 1 if failed else 0


def _of_yaml() -> list[tuple[str, tuple[str, ...]]]:
    action = [name for name in ("action.yml",) if (ROOT / name).exists()]
    folders = [name for name in (".github", "examples/workflows") if (ROOT / name).is_dir()]
    workflows = [
        str(path.relative_to(ROOT))
        for folder in (".github/workflows", "examples/workflows")
        for path in sorted((ROOT / folder).glob("*.yml"))
    ]
    listed: list[tuple[str, tuple[str, ...]]] = []
    if action or folders:
        listed += [
            # In a folder it looks for .github only, so the examples are named one by one.
            ("zizmor", (*WORKFLOWS, *action, *folders[:1], *(one for one in workflows if one[0] != "."))),
            (
                "yamllint",
                (
                    sys.executable,
                    "-I",
                    "-m",
                    "yamllint",
                    "--strict",
                    "-c",
                    ".github/yamllint.yml",
                    *action,
                    *folders,
                ),
            ),
        ]
    if action:
        listed.append(("schema of action.yml", (*SCHEMA, "vendor.github-actions", *action)))
    if workflows:
        listed += [
            ("schema of the workflows", (*SCHEMA, "vendor.github-workflows", *workflows)),
            ("actionlint", ("actionlint", "-no-color", *workflows)),
        ]
    return listed


def _of_shell() -> list[tuple[str, tuple[str, ...]]]:
    return [("shellcheck", ("shellcheck", ".ci/run"))] if (ROOT / ".ci" / "run").exists() else []


def _clean(name: str, argv: Sequence[str]) -> bool:
    print(f"{name} ...", flush=True)
    if shutil.which(argv[0]) is None:
        print(f"  {argv[0]} is not here; CONTRIBUTING.md says how to get it", flush=True)
        return "CI" not in os.environ
    # An empty token is an error to zizmor, and offline it needs none.
    environ = {key: value for key, value in os.environ.items() if key not in {"GH_TOKEN", "GITHUB_TOKEN"}}
    return subprocess.run(argv, cwd=ROOT, env=environ, check=False).returncode == 0
