"""Which vulnerabilities are known of what a release installs: `uv audit` asks a service that answers as OSV does.

uv resolves the requirements for all Pythons that the release allows, as its users would get them today, and asks the
service for each version (https://docs.astral.sh/uv/reference/cli/#uv-audit). It runs with `--no-build`, so that no code of
a dependency runs. Whether anybody was asked is seen by its JSON alone: it ends with 1 both where it found something and
where it could resolve nothing.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from slipway import processes
from slipway.artifacts.metadata import MetadataFacts
from slipway.environments import uv_program
from slipway.environments.interpreters import Interpreter
from slipway.rules.audit.facts import AuditFacts, Vulnerability

NAME = "slipway-audited-requirements"
"""The name of the project that stands in for the release; its own name may not be known to anybody yet."""

TIMEOUT = 300.0
"""Seconds that uv may take."""

LONGEST_SUMMARY = 200
"""Characters of a service's summary that are shown."""

_ASKING = re.compile(r"/v1/(?:query|vulns)")
"""What stands in the addresses that uv asks a service at (https://google.github.io/osv.dev/api/)."""
_ERROR = re.compile(r"^error: (.{1,500})", re.MULTILINE)
UNRESOLVED = "No solution found"


class _Dependency(Struct, frozen=True):
    name: str
    version: str


class _Known(Struct, frozen=True):
    dependency: _Dependency
    id: str
    aliases: list[str] = []
    summary: str | None = None
    fix_versions: list[str] = []


class _Summary(Struct, frozen=True):
    audited_packages: int


class _Answer(Struct, frozen=True):
    summary: _Summary
    vulnerabilities: list[_Known]


class NotLooked(Exception):  # noqa: N818 - named for what happened
    """Nobody was asked, or not about all of it; the text says why, as a clause."""


class Asking(Struct, frozen=True):
    """How uv is to ask.

    Attributes:
        interpreter: whose Python the requirements are resolved with.
        sources: arguments that say where packages come from.
        service: the address of the service; the one that uv knows by default.
    """

    interpreter: Interpreter
    sources: Sequence[str] = ()
    service: str | None = None


class _Attempt(Struct, frozen=True):
    """What is resolved: for which Pythons, with or without extras, and what is left out, as a clause."""

    requires_python: str | None
    extras: tuple[str, ...]
    left_out: str = ""


def look(metadata: MetadataFacts, asking: Asking, folder: Path) -> AuditFacts:
    """Return what is known of the requirements of a release.

    Args:
        metadata: of the release.
        asking: how to ask.
        folder: an empty folder.

    Raises:
        NotLooked: nobody was asked.
    """
    requires = _requirements(metadata)
    if not requires:
        return AuditFacts(requires=(), vulnerabilities=(), looked_up=0)
    for attempt in _attempts(metadata, asking.interpreter):
        _write(folder, requires, attempt)
        ended = _ask(asking, folder)
        if UNRESOLVED in ended.errors and attempt.requires_python != _only(asking.interpreter):
            continue
        answer = _read(ended, asking)
        return AuditFacts(
            requires=tuple(requires),
            vulnerabilities=tuple(map(_vulnerability, answer.vulnerabilities)),
            looked_up=answer.summary.audited_packages,
            left_out=attempt.left_out,
        )
    raise NotLooked("its requirements cannot be resolved")


def _requirements(metadata: MetadataFacts) -> list[str]:
    """Return the requirements, without those on extras of the release itself.

    Raises:
        NotLooked: one of them cannot be read.
    """
    own = canonicalize_name(metadata.one("name") or "")
    try:
        parsed = [(text, Requirement(text)) for text in metadata.every("requires-dist")]
    except InvalidRequirement as error:
        raise NotLooked(f"a requirement cannot be read ({error})") from error
    return [text for text, requirement in parsed if canonicalize_name(requirement.name) != own]


def _attempts(metadata: MetadataFacts, interpreter: Interpreter) -> Iterator[_Attempt]:
    declared, extras = metadata.one("requires-python"), metadata.every("provides-extra")
    yield _Attempt(declared, extras)
    # Extras may exclude each other, and no version of a dependency may support all Pythons.
    if extras:
        yield _Attempt(declared, (), "its extras, which cannot be resolved together")
    others = f"Pythons other than {interpreter.minor}{' and its extras' if extras else ''}"
    yield _Attempt(_only(interpreter), (), f"{others}, which cannot be resolved together")


def _only(interpreter: Interpreter) -> str:
    return f"=={interpreter.feature_version}.*"


def _write(folder: Path, requires: Sequence[str], attempt: _Attempt) -> None:
    lines = ["[project]", f'name = "{NAME}"', 'version = "0"']
    if attempt.requires_python:
        lines.append(f"requires-python = {json.dumps(attempt.requires_python)}")
    lines.append(f"dependencies = {json.dumps(list(requires))}")
    # uv takes the markers on extras as they are; each extra has to be declared.
    lines += ["[project.optional-dependencies]", *(f"{json.dumps(extra)} = []" for extra in attempt.extras)]
    (folder / "pyproject.toml").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    (folder / "uv.lock").unlink(missing_ok=True)


def _ask(asking: Asking, folder: Path) -> processes.Completed:
    words = ["audit", "--output-format", "json", "--no-build", *asking.sources]
    words += [f"--service-url={asking.service}"] if asking.service else []
    preview = "--preview-features=audit-command,json-output"
    python = {"UV_PYTHON": str(asking.interpreter.path)}
    try:
        return uv_program.run([*words, preview], cwd=folder, timeout=TIMEOUT, environ=python)
    except processes.TimedOut as error:
        raise NotLooked(f"uv was not done after {error.seconds:.0f} s") from error


def _read(ended: processes.Completed, asking: Asking) -> _Answer:
    try:
        return msgspec.json.decode(ended.output, type=_Answer)
    except msgspec.MsgspecError:
        raise NotLooked(_reason(ended.errors, asking.service)) from None


def _reason(errors: str, service: str | None) -> str:
    if UNRESOLVED in errors:
        return "its requirements cannot be resolved"
    if _ASKING.search(errors):
        host = urlsplit(service).netloc if service else "the service for vulnerabilities"
        return f"{host} gave no answer that can be used"
    said = _ERROR.search(errors)
    return f"uv said: {said[1]}" if said else "uv gave no answer that can be read"


def _vulnerability(known: _Known) -> Vulnerability:
    summary = " ".join((known.summary or "").split())
    return Vulnerability(
        name=known.dependency.name,
        version=known.dependency.version,
        id=known.id,
        aliases=tuple(known.aliases),
        summary=summary[:LONGEST_SUMMARY],
        fixed_in=tuple(known.fix_versions),
    )
