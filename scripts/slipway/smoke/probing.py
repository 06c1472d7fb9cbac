"""Calling the probe in an environment, reading what it wrote, and starting a package's scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from slipway import processes
from slipway.artifacts.dist_info import SCRIPT_GROUPS
from slipway.environments.disposable import Environment
from slipway.rules.smoke.facts import Attempt, Started

PROBE = Path(__file__).with_name("probe.py")

SCRIPTS = 12
"""Scripts of one package that are started; the rest are loaded only."""
SCRIPT_SECONDS = 10.0
SUBMODULE_SECONDS = 10.0
"""Seconds after which no further submodule is imported; an import that hangs gets as much again."""

SCREENS = frozenset({"DISPLAY", "WAYLAND_DISPLAY"})

KEPT_OUTPUT = 2000
"""Characters kept of what a program printed."""

SITE_PACKAGES = "site-packages"


@dataclass(frozen=True)
class Sandbox:
    """Where one distribution is exercised.

    Attributes:
        environment: it is installed in there.
        name: the distribution's name.
        folder: a private folder; an empty `home` in it is home and current folder of every child.
        sink: called with every line that is printed.
        variables: to set for the children on top.
        without: variables they do not get.
    """

    environment: Environment
    name: str
    folder: Path
    sink: Callable[[str], None]
    variables: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    @property
    def home(self) -> Path:
        """The home folder of the children, made on first use."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return home

    def environ(self) -> dict[str, str]:
        """The whole environment of a child."""
        home = str(self.home)
        own = {
            "HOME": home,
            "USERPROFILE": home,
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "COLUMNS": "100",
        }
        whole = processes.scrubbed_environment({**self.environment.environ(), **own, **self.variables})
        return {name: value for name, value in whole.items() if name not in self.without}


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What the probe told.

    Attributes:
        files: what the distribution installed, relative to `base`.
        facts: fields of `SmokeFacts`.
    """

    files: tuple[str, ...]
    base: Path | None
    facts: Mapping[str, Any]


def probe(sandbox: Sandbox, *, timeout: float) -> Probed:
    """Import every top-level name and load every entry point in a child, and return what happened."""
    results = sandbox.folder / "results.jsonl"
    died, code, printed = _call(sandbox, [str(results)], timeout=timeout)
    records = _records(results)
    kinds = [record["kind"] for record in records]
    if died is None and "done" not in kinds:
        died, code = "it ended before it was done", 0
    installed = next((r for r in records if r["kind"] == "installed"), {})
    files = tuple(installed.get("files", ()))
    imports = _attempts(records, "import")
    facts = {
        "died": died,
        "died_code": code,
        "died_at": next((r["name"] for r in reversed(records) if r["kind"] == "trying"), None)
        if died
        else None,
        "imports": imports,
        "entry_points": _attempts(records, "entry-point"),
        "optional": optional_modules(installed.get("requires", ())),
        "own": frozenset(attempt.name for attempt in imports),
        "groups": frozenset(r["name"].split(":", 1)[0] for r in records if r["kind"] == "entry-point"),
        "files": frozenset(file.replace("\\", "/") for file in files),
        "printed": printed,
    }
    base = installed.get("base")
    return Probed(files=files, base=Path(base) if base else None, facts=facts)


def submodules(sandbox: Sandbox) -> tuple[Attempt, ...]:
    """Import the public submodules in a child of their own, as far as the time reaches, and return what happened."""
    results = sandbox.folder / "submodules.jsonl"
    _call(sandbox, [str(results), str(SUBMODULE_SECONDS)], timeout=SUBMODULE_SECONDS * 2)
    return _attempts(_records(results), "submodule")


def scripts(sandbox: Sandbox, entry_points: Sequence[Attempt]) -> tuple[Started, ...]:
    """Start the scripts that can be loaded with `--help` and return how each ended."""
    loaded = [
        point.name.split(": ", 1)[1]
        for point in entry_points
        if point.error is None and point.name.startswith(SCRIPT_GROUPS)
    ]
    # Nothing opens a window on the screen of whoever runs this.
    hidden = replace(sandbox, without=SCREENS)
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda name: _help(hidden, name), loaded[:SCRIPTS]))


def _help(sandbox: Sandbox, name: str) -> Started:
    path = sandbox.environment.script(name)
    if path is None:
        return Started(name=name, present=False)
    return start(sandbox, name, [path, "--help"], cwd=sandbox.home, timeout=SCRIPT_SECONDS)


def start(sandbox: Sandbox, name: str, argv: Sequence[str | Path], *, cwd: Path, timeout: float) -> Started:
    """Run a program of the environment to its end and return how it ended."""
    try:
        done = processes.run(argv, cwd=cwd, timeout=timeout, environ=sandbox.environ(), sink=sandbox.sink)
    except processes.TimedOut as error:
        return Started(name=name, returncode=None, seconds=error.seconds, output=error.output[-KEPT_OUTPUT:])
    except OSError as error:
        return Started(name=name, returncode=127, output=f"{error.strerror}: {argv[0]}")
    return Started(name=name, returncode=done.returncode, seconds=timeout, output=done.output[-KEPT_OUTPUT:])


def _call(
    sandbox: Sandbox, arguments: Sequence[str], *, timeout: float
) -> tuple[str | None, int | None, str]:
    """Run the probe and return how it broke off, with its exit code, and what it printed last."""
    argv: list[str | Path] = [sandbox.environment.python, "-I", PROBE, sandbox.name, *arguments]
    try:
        done = processes.run(
            argv, cwd=sandbox.home, timeout=timeout, environ=sandbox.environ(), sink=sandbox.sink
        )
    except processes.TimedOut as error:
        return f"it was not done after {error.seconds:.0f} s", None, error.output[-KEPT_OUTPUT:]
    printed = done.output[-KEPT_OUTPUT:]
    if done.returncode < 0:
        return f"it was ended by {_signal(-done.returncode)}", done.returncode, printed
    if done.returncode:
        return f"it ended with exit code {done.returncode}", done.returncode, printed
    return None, 0, printed


def _signal(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _records(results: Path) -> list[dict[str, Any]]:
    if not results.exists():
        return []
    records = []
    for line in results.read_text("utf-8", errors="replace").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            break  # the probe was ended while it wrote this line
    return records


def _attempts(records: Sequence[Mapping[str, Any]], kind: str) -> tuple[Attempt, ...]:
    return tuple(_attempt(record) for record in records if record["kind"] == kind)


def _attempt(record: Mapping[str, Any]) -> Attempt:
    return Attempt(
        name=record["name"],
        target=record.get("target", ""),
        error=record.get("error"),
        missing=record.get("missing"),
        traceback=record.get("traceback", ""),
        raised_at=record.get("raised_at", ""),
        file=_inside(record.get("file")),
        extra=record.get("extra", False),
    )


def _inside(file: str | None) -> str | None:
    """Return a path relative to site-packages where it lies in there."""
    if file is None:
        return None
    return file.replace("\\", "/").rpartition(f"/{SITE_PACKAGES}/")[2] or file


def as_module(name: str) -> str:
    """Return a project's name as its module is usually spelt."""
    return canonicalize_name(name).replace("-", "_")


def optional_modules(requires: Sequence[str]) -> dict[str, str | None]:
    """Return the modules of what only an extra or another platform brings, as modules are usually spelt.

    Args:
        requires: the distribution's requirements (PEP 508).

    Returns:
        The module's name, and the extra that brings it; None where it is a matter of the platform.
    """
    names: dict[str, str | None] = {}
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is not None:
            extra = str(requirement.marker).partition("extra == ")[2].strip().strip("\"'")
            names[as_module(requirement.name)] = extra.split('"')[0].split("'")[0] or None
    return names
