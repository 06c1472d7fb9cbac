"""`python3 tests`: the whole suite on a fresh machine; `lint` and `lock` stand beside it.

python3 tests [ARGUMENTS]    the tests; arguments go to pytest
python3 tests lint           ruff, mypy and the linters of workflows
python3 tests lock           resolve the .in files anew into lock files with hashes
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
LOCK = ROOT / "tests" / "requirements" / "tests.txt"

LOCKED = (
    "tests/requirements/tests",
    "scripts/requirements/slipway",
    "scripts/requirements/publish",
    "scripts/requirements/uv",
)
"""The lock files; the first holds all others, so that one release of a distribution serves everywhere."""

YAML = (".github", "action.yml", "examples/workflows")


def main() -> None:
    """Run what the first argument names, in the tests' own environment."""
    if sys.version_info < (3, 11):
        sys.exit("The tests need Python 3.11 or newer.")
    sys.path.insert(0, str(SCRIPTS))
    import bootstrap

    if not Path(sys.prefix, bootstrap.READY).exists():
        bootstrap.hand_over(LOCK, [str(Path(__file__).parent), *sys.argv[1:]])
    os.chdir(ROOT)
    os.environ["PATH"] = os.pathsep.join(
        (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    )
    commands = {"lint": lint, "lock": lock}
    if sys.argv[1:2] and sys.argv[1] in commands:
        sys.exit(commands[sys.argv[1]]())
    sys.exit(test(sys.argv[1:]))


def test(arguments: list[str]) -> int:
    """Run pytest and return its exit code."""
    spread = ["-n", "auto", "--dist", "worksteal"] if not arguments else []
    return subprocess.run([sys.executable, "-m", "pytest", *spread, *arguments], check=False).returncode


def lint() -> int:
    """Run every linter, whatever the others say, and return 1 if one of them found something."""
    failed = [name for name, argv in linters() if not _clean(name, argv)]
    print(f"{', '.join(failed)} found something." if failed else "All linters are content.", flush=True)
    return 1 if failed else 0


def linters() -> list[tuple[str, list[str]]]:
    """Return the linters that have something to look at, each with its command."""
    listed = [
        ("ruff check", ["ruff", "check", "--no-cache", "."]),
        ("ruff format", ["ruff", "format", "--no-cache", "--check", "."]),
        ("mypy", [sys.executable, "-m", "mypy", "--no-incremental"]),
    ]
    if not (ROOT / "action.yml").exists():
        return listed
    workflows = [
        str(p)
        for folder in (".github/workflows", "examples/workflows")
        for p in sorted(Path(folder).glob("*.yml"))
    ]
    schema = ["check-jsonschema", "--builtin-schema"]
    return [
        *listed,
        (
            "zizmor",
            ["zizmor", "--offline", "--no-progress", "--strict-collection", "--persona=auditor", *YAML],
        ),
        ("yamllint", ["yamllint", "--strict", "-c", ".github/yamllint.yml", *YAML]),
        ("schema of action.yml", [*schema, "vendor.github-actions", "action.yml"]),
        ("schema of the workflows", [*schema, "vendor.github-workflows", *workflows]),
        ("actionlint", ["actionlint", "-no-color", *workflows]),
    ]


def _clean(name: str, argv: list[str]) -> bool:
    print(f"{name} …", flush=True)
    # An empty token is an error to zizmor, and offline it needs none.
    environ = {key: value for key, value in os.environ.items() if key not in {"GH_TOKEN", "GITHUB_TOKEN"}}
    environ["PATH"] = os.pathsep.join((environ["PATH"], str(ROOT / ".tools" / "bin")))
    try:
        return subprocess.run(argv, env=environ, check=False).returncode == 0
    except FileNotFoundError:
        print(f"  {argv[0]} is not installed; CONTRIBUTING.md says how to get it", flush=True)
        return "CI" not in os.environ


def lock() -> int:
    """Resolve every .in file into a lock file with hashes, the releases of the first serving for the others."""
    first = ROOT / f"{LOCKED[0]}.txt"
    compiling = [
        *(
            "uv",
            "pip",
            "compile",
            "--no-config",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
        ),
        *("--no-annotate", "--no-header", "--quiet"),
    ]
    for name in LOCKED:
        target = ROOT / f"{name}.txt"
        if target != first:
            # uv keeps the releases it finds in the file it writes.
            target.write_bytes(first.read_bytes())
        done = subprocess.run([*compiling, f"{name}.in", "-o", str(target), *sys.argv[2:]], check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    main()
