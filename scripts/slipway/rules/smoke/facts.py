"""What happened in one smoke test: an artifact installed, imported, started and uninstalled in a clean environment."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from slipway.artifacts.entry_points import SCRIPT_GROUPS
from slipway.options import Resolution
from slipway.project.tracked import Tracked
from slipway.records import Plan


class Attempt(Struct, frozen=True, kw_only=True):
    """One thing the probe tried: an import, or loading an entry point.

    Attributes:
        name: the module, or the entry point as `group: name`.
        target: the object reference of an entry point.
        error: type and text of what was raised; None when it worked.
        missing: the module that was not found, where that was the error or what led to it.
        traceback: the package's own traceback, innermost call last.
        raised_at: the source line that raised.
        file: the file that was not found, or that has the syntax error, relative to the environment's
            site-packages where it is in there.
        extra: True for an entry point that is only promised with an extra.
    """

    name: str
    target: str = ""
    error: str | None = None
    missing: str | None = None
    traceback: str = ""
    raised_at: str = ""
    file: str | None = None
    extra: bool = False

    @property
    def error_type(self) -> str:
        """The type of what was raised, without its module; empty when it worked."""
        return (self.error or "").partition(":")[0].rpartition(".")[2]

    @property
    def not_found(self) -> str | None:
        """The module that was not found, also one that was asked for as a name of its package."""
        name = re.match(r"ImportError: cannot import name '(\w+)' from .{0,40}?'([\w.]+)'", self.error or "")
        return self.missing or (f"{name[2]}.{name[1]}" if name else None)

    @property
    def group(self) -> str:
        """The group of an entry point."""
        return self.name.partition(": ")[0]

    @property
    def short_name(self) -> str:
        """The name of an entry point, without its group."""
        return self.name.partition(": ")[2]

    @property
    def is_script(self) -> bool:
        """Whether it is an entry point that becomes a command."""
        return self.group in SCRIPT_GROUPS


class Started(Struct, frozen=True, kw_only=True):
    """A program that was started: a script of the package with `--help`, or a command of the project's.

    Attributes:
        name: the script's name, or the command as given.
        role: what was started.
        returncode: its exit code, negative for a signal; None where it did not end in time.
        seconds: the time limit it had.
        output: the last lines it printed.
        present: False where the installer made no such script.
    """

    name: str
    role: Literal["script", "smoke-command", "test-command"] = "script"
    returncode: int | None = 0
    seconds: float = 0.0
    output: str = ""
    present: bool = True

    def last_lines(self, number: int) -> str | None:
        """Return the last lines it printed, None where it printed nothing."""
        return "\n".join(self.output.splitlines()[-number:]) or None


class SmokeFacts(Struct, frozen=True, kw_only=True):
    """What happened in one smoke test.

    Attributes:
        artifact: filename of what was installed.
        python: version of the interpreter, as people write it: `3.12.1`, `3.13.0t`, `pypy 3.10.14`.
        distribution: the project's name in its normal form.
        resolution: whether the newest or the lowest allowed dependencies were installed.
        extra: the extra that was installed with it.
        claimed: whether the project says that it supports this version of Python.
        install_error: what the installer printed, if it could not install.
        died: how the probe ended before it was done: a signal, an exit, the time limit.
        died_at: what it was trying then.
        died_code: its exit code, negative for a signal; None where the time was up.
        imports: every top-level import that was tried.
        entry_points: every entry point that was loaded.
        submodules: the public modules below them that were tried.
        scripts: the scripts that were started with `--help`.
        commands: the project's own commands: the smoke command and the tests.
        printed: the last lines the probe printed.
        conflicts: what `pip check` says.
        left_behind: paths that are still there after uninstalling, relative to the environment.
        optional: modules that only an extra or another platform brings, with the extra's name where it is one.
        required: the distributions that are always required, by their normal names.
        own: the package's own importable names.
        groups: the groups of its entry points.
        files: what was installed, relative to site-packages.
        script_files: the scripts that are no entry points, with what they import and is not there.
        holds_process: the module after whose import the interpreter does not end by itself.
        unknown_extras: what the installer says about extras that a dependency does not have.
        in_sdist: the paths in the sdist of the same release, without its top folder; empty where there is none.
        tracked: what git tracks of the project; None where there is no checkout.
        plan: of the project, where it is known.
        beside: names of the other projects of the repository, where one of them may be missing.
    """

    artifact: str
    python: str
    distribution: str = ""
    resolution: Resolution = "highest"
    extra: str | None = None
    claimed: bool = True
    install_error: str | None = None
    died: str | None = None
    died_at: str | None = None
    died_code: int | None = None
    imports: tuple[Attempt, ...] = ()
    entry_points: tuple[Attempt, ...] = ()
    submodules: tuple[Attempt, ...] = ()
    scripts: tuple[Started, ...] = ()
    commands: tuple[Started, ...] = ()
    printed: str = ""
    conflicts: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()
    optional: Mapping[str, str | None] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    script_files: tuple[Attempt, ...] = ()
    holds_process: str | None = None
    unknown_extras: tuple[str, ...] = ()
    in_sdist: frozenset[str] = frozenset()
    tracked: Tracked | None = None
    plan: Plan | None = None
    beside: frozenset[str] = frozenset()

    @property
    def failed(self) -> bool:
        """Whether an import, an entry point or a script failed."""
        return any(attempt.error for attempt in self.attempts)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Everything that was tried."""
        return (*self.imports, *self.entry_points, *self.submodules, *self.script_files)

    @property
    def is_lowest(self) -> bool:
        """Whether the lowest allowed dependencies were installed."""
        return self.resolution == "lowest-direct"

    @property
    def top_levels(self) -> frozenset[str]:
        """The first parts of the package's own importable names."""
        return frozenset(name.partition(".")[0] for name in self.own)

    def is_own(self, module: str) -> bool:
        """Return whether a module belongs to the package, or would if it were there."""
        return any(
            module == name or module.startswith(f"{name}.") or name.startswith(f"{module}.")
            for name in self.own
        )
