"""Legs: one artifact installed in a clean environment, imported, checked and uninstalled again.

The smoke stage runs them on the artifacts themselves, the verify stage on what the index serves.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from slipway import environments, processes
from slipway.environments import Environment, InstallFailed, Interpreter
from slipway.errors import ToolError
from slipway.facts.leg import Attempt, LegFacts
from slipway.runner import Runner

PROBE = Path(__file__).with_name("probe.py")

AT_ONCE = 2
"""Legs side by side; each is mostly one process that imports."""

NETWORK = re.compile(
    r"(?i)(dns error|connection refused|network is unreachable|failed to fetch|error sending request|connection reset"
    r"|operation timed out|no route to host)"
)
"""What uv says when the index cannot be reached; then the artifact is not to blame."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is to be installed.

    Attributes:
        artifact: its filename.
        requirement: a path, or a direct reference with a digest.
        origin: whether it comes from a file or from an index.
    """

    artifact: str
    requirement: str
    origin: Literal["file", "index"] = "file"

    @property
    def name(self) -> str:
        """The distribution's name in its normal form."""
        if self.artifact.endswith(".whl"):
            return parse_wheel_filename(self.artifact)[0]
        return parse_sdist_filename(self.artifact)[0]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A leg that ran: what happened and how long it took, in seconds."""

    candidate: Candidate
    interpreter: Interpreter
    facts: LegFacts
    seconds: float
    log: tuple[str, ...]


def exercise(
    candidates: Sequence[Candidate], interpreter: Interpreter, *, timeout: float
) -> tuple[Outcome, ...]:
    """Run a leg for every candidate, side by side, and return what happened in the order given.

    Args:
        candidates: what is to be installed.
        interpreter: the Python to do it with.
        timeout: seconds for one leg.

    Raises:
        ToolError: the index cannot be reached, or no environment can be made.
    """
    with environments.scratch() as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        folders = [scratch / str(number) for number in range(len(candidates))]
        futures = [
            pool.submit(_leg, candidate, interpreter, folder, timeout)
            for candidate, folder in zip(candidates, folders, strict=True)
        ]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise


def show(outcomes: Sequence[Outcome], runner: Runner) -> None:
    """Show what installers and imports printed."""
    for outcome in outcomes:
        with runner.untrusted(outcome.candidate.artifact) as sink:
            for line in outcome.log:
                sink(line)


def _leg(candidate: Candidate, interpreter: Interpreter, folder: Path, timeout: float) -> Outcome:
    started = time.monotonic()
    folder.mkdir()
    log: list[str] = []
    environment = environments.create(folder / "environment", interpreter)
    facts = LegFacts(artifact=candidate.artifact, python=interpreter.version)
    try:
        environment.install([candidate.requirement], timeout=timeout, sink=log.append)
    except InstallFailed as error:
        if NETWORK.search(error.output):
            raise _unreachable(candidate, error.output) from error
        facts = replace(facts, install_error=error.output.strip())
    except processes.TimedOut as error:
        facts = replace(facts, install_error=f"not done after {error.seconds:g} s\n{error.output}".strip())
    else:
        left = max(timeout - (time.monotonic() - started), 1.0)
        facts = _probe(candidate, environment, facts, folder, left, log)
    return Outcome(
        candidate=candidate,
        interpreter=interpreter,
        facts=facts,
        seconds=time.monotonic() - started,
        log=tuple(log),
    )


def _unreachable(candidate: Candidate, output: str) -> ToolError:
    return ToolError(
        f"{candidate.artifact} could not be installed: the index cannot be reached.",
        cause="The network, the proxy or the index configured on this machine does not answer.",
        remedy="Check the connection and run again; nothing has been changed.",
        log=tuple(output.splitlines()[-15:]),
    )


def _probe(
    candidate: Candidate,
    environment: Environment,
    facts: LegFacts,
    folder: Path,
    timeout: float,
    log: list[str],
) -> LegFacts:
    results = folder / "results.jsonl"
    before = _files(environment)
    facts = replace(facts, **_import_everything(candidate, environment, folder, results, timeout, log))
    conflicts = environment.conflicts(timeout=60)
    environment.uninstall(candidate.name, timeout=60)
    left = _left_behind(environment, before, results)
    return replace(facts, conflicts=conflicts, left_behind=left)


def _import_everything(
    candidate: Candidate,
    environment: Environment,
    folder: Path,
    results: Path,
    timeout: float,
    log: list[str],
) -> dict[str, Any]:
    home = folder / "home"
    home.mkdir()
    own_home = {"HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    died: str | None = None
    try:
        done = processes.run(
            [environment.python, "-I", PROBE, candidate.name, results],
            cwd=home,
            timeout=timeout,
            environ=processes.scrubbed_environment(environment.environ() | own_home),
            sink=log.append,
        )
        if done.returncode:
            died = f"it ended with exit code {done.returncode}"
    except processes.TimedOut as error:
        died = f"it was not done after {error.seconds:g} s"
    return _read(results, died=died)


def _read(results: Path, *, died: str | None) -> dict[str, Any]:
    records = (
        [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []
    )
    kinds = [record["kind"] for record in records]
    if died is None and "done" not in kinds:
        died = "it ended before it was done"
    trying = next((r["name"] for r in reversed(records) if r["kind"] == "trying"), None)
    requires: Sequence[str] = next((r["requires"] for r in records if r["kind"] == "requires"), ())
    imports = tuple(_attempt(record) for record in records if record["kind"] == "import")
    return {
        "died": died,
        "died_at": trying if died else None,
        "imports": imports,
        "entry_points": tuple(_attempt(record) for record in records if record["kind"] == "entry-point"),
        "optional": _optional_modules(requires),
        "own": frozenset(attempt.name.split(".", 1)[0] for attempt in imports),
    }


def _attempt(record: Mapping[str, Any]) -> Attempt:
    return Attempt(
        name=record["name"],
        target=record.get("target", ""),
        error=record.get("error"),
        missing=record.get("missing"),
        traceback=record.get("traceback", ""),
        extra=record.get("extra", False),
    )


def _optional_modules(requires: Sequence[str]) -> frozenset[str]:
    """Return the names, as modules usually spell them, of what only an extra or another platform brings."""
    names = set()
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is not None:
            names.add(canonicalize_name(requirement.name).replace("-", "_"))
    return frozenset(names)


def _files(environment: Environment) -> set[Path]:
    return {path for path in environment.path.rglob("*") if not path.is_dir()}


def _left_behind(environment: Environment, before: set[Path], results: Path) -> tuple[str, ...]:
    """Return what is still there of the distribution, and what came while it was imported."""
    first = (
        next((line for line in results.read_text("utf-8").splitlines()), None) if results.exists() else None
    )
    files: dict[str, Any] = json.loads(first) if first else {"files": [], "base": "."}
    own = {Path(files["base"], name).resolve() for name in files["files"]}
    after = _files(environment)
    left = {path for path in after if path not in before or path.resolve() in own}
    return tuple(
        sorted(str(path.relative_to(environment.path)) for path in left if "__pycache__" not in path.parts)
    )
