"""What happened in one smoke test: an artifact installed, imported and uninstalled in a clean environment."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One thing the probe tried: an import, or loading an entry point.

    Attributes:
        name: the module, or the entry point as `group: name`.
        target: the object reference of an entry point.
        error: type and text of what was raised; None when it worked.
        missing: the module that was not found, where that was the error.
        traceback: the package's own traceback, innermost call last.
        extra: True for an entry point that is only promised with an extra.
    """

    name: str
    target: str = ""
    error: str | None = None
    missing: str | None = None
    traceback: str = ""
    extra: bool = False


@dataclass(frozen=True, kw_only=True)
class LegFacts:
    """One smoke test.

    Attributes:
        artifact: filename of what was installed.
        python: version of the interpreter.
        install_error: what the installer said, if it could not install.
        died: how the probe ended before it was done: a signal, an exit, the time limit.
        died_at: what it was trying then.
        imports: every top-level import that was tried.
        entry_points: every entry point that was loaded.
        conflicts: what `pip check` says.
        left_behind: paths that are still there after uninstalling, relative to the environment.
        optional: top-level module names that the package's extras may bring.
        own: the package's own top-level names.
    """

    artifact: str
    python: str
    install_error: str | None = None
    died: str | None = None
    died_at: str | None = None
    imports: tuple[Attempt, ...] = ()
    entry_points: tuple[Attempt, ...] = ()
    conflicts: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()
    optional: frozenset[str] = field(default_factory=frozenset)
    own: frozenset[str] = field(default_factory=frozenset)
