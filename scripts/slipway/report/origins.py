"""Where the files of a release are from, as servers list it, and how anybody checks the signatures."""

from collections.abc import Iterator

from slipway.manifest import Manifest
from slipway.publication import Listed
from slipway.report.text import code, text

DIGITS = 12
"""Of a commit that is named."""
PYPI, GITHUB = "PyPI", "GitHub"
COMMANDS = {
    PYPI: "pypi-attestations verify pypi --repository https://github.com/{repository} pypi:{file}",
    GITHUB: "gh attestation verify {file} --repo {repository}",
}
"""What checks the signatures of what a server lists."""


UNCHECKED = "Their signatures were not checked here. Anybody can:"


def sentences(manifest: Manifest) -> Iterator[str]:
    """Yield a line for each server and origin."""
    for origin, names in _files(manifest).items():
        subject = f"all {len(names)} files" if len(names) == len(manifest.served) > 1 else ", ".join(names)
        yield _sentence(origin, subject, manifest)


def commands(manifest: Manifest) -> list[str]:
    """Return the command that checks what a server lists, for each server; with the first of the files."""
    found: dict[str, str] = {}
    for origin, names in _files(manifest).items():
        if origin.verdict == "listed" and origin.place in COMMANDS:
            command = COMMANDS[origin.place].format(repository=origin.repository, file=names[0])
            found.setdefault(origin.place, command)
    return list(found.values())


def as_markdown(manifest: Manifest) -> list[str]:
    """Return all of it as a list in Markdown, with an empty line at its end; nothing where nothing is listed."""
    listed = [f"- 🔏 {text(one)}" for one in sentences(manifest)]
    checking = [f"- {UNCHECKED} {'; '.join(map(code, found))}"] if (found := commands(manifest)) else []
    return [*listed, *checking, ""] if listed else []


def _files(manifest: Manifest) -> dict[Listed, list[str]]:
    files: dict[Listed, list[str]] = {}
    for one in manifest.served:
        for origin in one.origins:
            files.setdefault(origin, []).append(one.filename)
    return files


def _sentence(origin: Listed, subject: str, manifest: Manifest) -> str:
    what = "the provenance of the build" if origin.place == GITHUB else "an attestation"
    if origin.verdict == "unknown":
        return f"Whether {origin.place} lists {what} of {subject} is not known: {origin.reason}."
    if origin.verdict == "missing":
        return f"{origin.place} does not list {what} of {subject}."
    plan = manifest.plan
    released = plan.git.commit if plan and plan.git else None
    commit = f", commit {origin.commit[:DIGITS]}" if origin.commit else ""
    if commit and released and origin.commit != released:
        commit += f", which is not {released[:DIGITS]} that is released"
    return f"{origin.place} lists {what} of {subject}: {origin.repository}, {origin.workflow}{commit}."
