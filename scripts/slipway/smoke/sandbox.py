"""Where one installed distribution is exercised: calls the probe, reads its results, starts scripts and commands."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import fields, replace
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from slipway import processes, system
from slipway.environments.disposable import Environment
from slipway.project import declared
from slipway.rules.smoke.facts import Attempt, SmokeFacts, Started
from slipway.smoke.probe_source import PROBE

SCRIPTS = 12
"""Scripts of one package that are started; the rest are loaded only."""
SCRIPT_SECONDS = 10.0
SCRIPTS_SECONDS = 20.0
"""Seconds after which no further script is started: where one waits for input, the others of a package often do."""
SUBMODULE_SECONDS = 10.0
"""Seconds after which no further submodule is imported; an import that hangs gets as much again."""

END_SECONDS = 10.0
"""Seconds that an interpreter may take to import a module and to end."""

SCREENS = frozenset({"DISPLAY", "WAYLAND_DISPLAY"})

KEPT_OUTPUT = 2000
"""Characters kept of what a program printed."""


class Sandbox(Struct, frozen=True):
    """An environment with one distribution, and a private folder for what runs in it.

    Attributes:
        environment: it is installed in there.
        name: the distribution's name.
        folder: the private folder; an empty `home` in it is home and current folder of every child.
        sink: called with every line that is printed.
        variables: set for the children on top.
        without: variables that the children do not get.
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

    def probe(self, facts: SmokeFacts, *, timeout: float) -> tuple[SmokeFacts, frozenset[str]]:
        """Import every top-level name and load every entry point in a child.

        Returns:
            The facts with what happened, and the absolute paths of what the distribution installed.
        """
        results = self.folder / "results.jsonl"
        died, code, printed = self._run_probe([str(results)], timeout=timeout)
        records = _records(results)
        if died is None and all(record["kind"] != "done" for record in records):
            died, code = "it ended before it was done", 0
        tried = [record["name"] for record in records if record["kind"] == "trying"]
        installed = next((r for r in records if r["kind"] == "installed"), {})
        files = installed.get("files", ())
        requirements = [
            requirement for _, requirement in declared.requirements(installed.get("requires", ()))
        ]
        imports, entry_points = (
            _attempts(records, kind, self.environment.path) for kind in ("import", "entry-point")
        )
        facts = replace(
            facts,
            died=died,
            died_code=code,
            died_at=tried[-1] if died and tried else None,
            imports=imports,
            entry_points=entry_points,
            optional=_optional_modules(requirements),
            required=frozenset(canonicalize_name(one.name) for one in requirements if one.marker is None),
            own=frozenset(attempt.name for attempt in imports),
            groups=frozenset(attempt.group for attempt in entry_points),
            script_files=_attempts(records, "script-file", self.environment.path),
            files=frozenset(file.replace("\\", "/") for file in files),
            printed=printed,
        )
        base = installed.get("base", "")
        return facts, frozenset(os.path.normpath(Path(base, file)) for file in files)

    def submodules(self) -> tuple[Attempt, ...]:
        """Import the public submodules in another child, as many as the time allows, and return what happened."""
        results = self.folder / "submodules.jsonl"
        self._run_probe([str(results), str(SUBMODULE_SECONDS)], timeout=SUBMODULE_SECONDS * 2)
        return _attempts(_records(results), "submodule", self.environment.path)

    def holds_process(self) -> str | None:
        """Return the module after whose import the interpreter does not end; asked only where threads were left."""
        records = _records(self.folder / "results.jsonl")
        for module in [record["name"] for record in records if record["kind"] == "threads"][:1]:
            argv: list[str | Path] = [self.environment.python, "-I", "-c", f"import {module}"]
            if self._run(module, argv, cwd=self.home, timeout=END_SECONDS).returncode is None:
                return str(module)
        return None

    def scripts(self, entry_points: Sequence[Attempt]) -> tuple[Started, ...]:
        """Start the scripts that can be loaded with `--help` and return how each ended."""
        loaded = [point for point in entry_points if point.error is None and point.is_script]
        # No script may open a window on the user's screen.
        hidden = replace(self, without=SCREENS)
        end = time.monotonic() + SCRIPTS_SECONDS
        with ThreadPoolExecutor(2) as pool:
            started = [pool.submit(hidden._help, point, end) for point in loaded[:SCRIPTS]]  # noqa: SLF001 - of this class
            return tuple(filter(None, map(processes.result, started)))

    def _help(self, point: Attempt, end: float) -> Started | None:
        """Start a script with `--help` and return how it ended; None where the time is up, or it would open a window."""
        name = point.short_name
        path = self.environment.script(name)
        if path is None:
            return Started(name=name, present=False)
        if time.monotonic() > end or (point.group == "gui_scripts" and not system.SCREEN_BY_VARIABLE):
            return None
        return self._start(name, [path, "--help"], cwd=self.home, timeout=SCRIPT_SECONDS)

    def start_command(self, words: Sequence[str], *, cwd: Path, timeout: float) -> Started:
        """Run a command, whose program may be a script of the environment, and return how it ended."""
        path = self.environment.environ().get("PATH")
        program = self.environment.program(words[0]) or shutil.which(words[0], path=path) or words[0]
        return self._start(" ".join(words), [program, *words[1:]], cwd=cwd, timeout=timeout)

    def _start(self, name: str, argv: Sequence[str | Path], *, cwd: Path, timeout: float) -> Started:
        try:
            return self._run(name, argv, cwd=cwd, timeout=timeout)
        except OSError as error:
            return Started(name=name, returncode=127, output=f"{error.strerror}: {argv[0]}")

    def _run(self, name: str, argv: Sequence[str | Path], *, cwd: Path, timeout: float) -> Started:
        try:
            done = processes.run(argv, cwd=cwd, timeout=timeout, environ=self._environ(), sink=self.sink)
        except processes.TimedOut as error:
            output = error.output[-KEPT_OUTPUT:]
            return Started(name=name, returncode=None, seconds=error.seconds, output=output)
        output = done.output[-KEPT_OUTPUT:]
        return Started(name=name, returncode=done.returncode, seconds=timeout, output=output)

    def _run_probe(self, arguments: Sequence[str], *, timeout: float) -> tuple[str | None, int | None, str]:
        """Run the probe and return how it broke off, with its exit code, and what it printed last."""
        probe = self.folder / "probe.py"
        probe.write_bytes(PROBE)
        argv: list[str | Path] = [self.environment.python, "-I", probe, self.name, *arguments]
        ended = self._run("probe", argv, cwd=self.home, timeout=timeout)
        code = ended.returncode
        if code is None:
            return f"it was not done after {ended.seconds:.0f} s", None, ended.output
        if processes.is_crash(code):
            return f"it was ended by {processes.ender(code)}", code, ended.output
        return f"it ended with exit code {code}" if code else None, code, ended.output

    def _environ(self) -> dict[str, str]:
        """Return all variables of a child."""
        own = {**system.home_variables(self.home), "COLUMNS": "100"}
        whole = processes.scrubbed_environment({**self.environment.environ(), **own, **self.variables})
        return {name: value for name, value in whole.items() if name not in self.without}


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


def _attempts(records: Sequence[Mapping[str, Any]], kind: str, environment: Path) -> tuple[Attempt, ...]:
    known = {one.name for one in fields(Attempt)}
    attempts = []
    for record in records:
        if record["kind"] == kind:
            attempt = Attempt(**{key: value for key, value in record.items() if key in known})
            if attempt.file:
                file = attempt.file.replace("\\", "/")
                inside = file.rpartition("/site-packages/")[2] or file
                # Beside site-packages and above it: where a checkout has what is beside and above the package.
                attempt = replace(attempt, file=inside.removeprefix(f"{environment.as_posix()}/"))
            attempts.append(attempt)
    return tuple(attempts)


def _optional_modules(requirements: Sequence[Requirement]) -> dict[str, str | None]:
    """Return the modules of what only an extra or another platform brings, as modules are usually spelled.

    Args:
        requirements: what the distribution requires.

    Returns:
        The module's name, and the extra that brings it; None where the platform or the Python decides.
    """
    modules: dict[str, str | None] = {}
    for requirement in requirements:
        if requirement.marker is not None:
            extra = re.search(r"""extra == ["']([^"']+)""", str(requirement.marker))
            module = canonicalize_name(requirement.name).replace("-", "_")
            modules[module] = extra[1] if extra else None
    return modules
