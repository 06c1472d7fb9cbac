"""A manual dispatch of a workflow: what a runner says of it, and a repository to start it in."""

import subprocess
from pathlib import Path

BRANCH = "refs/heads/main"


def environ(*, run: int = 16000000001, attempt: int = 1) -> dict[str, str]:
    """Return the variables of a job that a manual dispatch started."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "GITHUB_REF": BRANCH,
        "GITHUB_REPOSITORY": "acme/demo",
        "GITHUB_RUN_ID": str(run),
        "GITHUB_RUN_ATTEMPT": str(attempt),
    }


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody, and return what it prints."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def committed(folder: Path, *tags: str) -> Path:
    """Make a folder a repository with one commit and annotated tags on it, and return it."""
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "All of it")
    for tag in tags:
        git(folder, "tag", "-a", "-m", tag, tag)
    return folder
