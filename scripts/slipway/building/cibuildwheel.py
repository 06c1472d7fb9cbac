"""Which wheels cibuildwheel builds for a project, as its build identifiers.

https://cibuildwheel.pypa.io/en/stable/options/#build-skip
"""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from slipway import processes
from slipway.artifacts.wheel_targets import parse
from slipway.errors import InputError, ToolError
from slipway.project.declared import table_or_empty

NATIVE = frozenset({"auto", "auto64", "native"})
"""Architectures in a configuration that mean the one of the machine it runs on."""

_SECONDS = 60.0


def read(project: Path, pyproject: Mapping[str, Any], platforms: Sequence[str]) -> tuple[str, ...]:
    """Return the identifiers of all wheels that machines of these platforms build together, in order.

    Args:
        project: the project's folder.
        pyproject: its pyproject.toml; an `archs` setting in it is left to cibuildwheel.
        platforms: such as `linux-x86_64`.

    Raises:
        InputError: cibuildwheel does not understand the project's configuration.
        ToolError: cibuildwheel cannot be started, or takes too long.
    """
    calls: dict[tuple[str, ...], None] = {}
    for platform in platforms:
        system, _, machine = platform.partition("-")
        own = () if _names_architectures(pyproject, system) else ("--archs", machine)
        calls["--platform", system, *own] = None
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(_ask, project, arguments) for arguments in calls]
        printed = [*map(processes.result, asked)]
    return tuple(dict.fromkeys(identifier for lines in printed for identifier in lines))


def _names_architectures(pyproject: Mapping[str, Any], system: str) -> bool:
    table = table_or_empty(table_or_empty(pyproject.get("tool")).get("cibuildwheel"))
    value = table_or_empty(table.get(system)).get("archs", table.get("archs", "auto"))
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    return isinstance(names, list) and not NATIVE.issuperset(map(str, names))


def _ask(project: Path, arguments: tuple[str, ...]) -> list[str]:
    options = ["--print-build-identifiers", "--allow-empty", *arguments, str(project)]
    argv = [sys.executable, "-I", "-m", "cibuildwheel", *options]
    try:
        done = processes.run(argv, cwd=project, timeout=_SECONDS)
    except processes.TimedOut as error:
        raise ToolError(
            "cibuildwheel did not list the wheels it builds.",
            cause=f"It did not end within {error.seconds:.0f} s.",
            remedy="Run `cibuildwheel --print-build-identifiers` in the project to see what it waits for.",
        ) from error
    if done.returncode:
        raise InputError(
            "cibuildwheel cannot list the wheels for this project.",
            cause="It does not understand the project's settings under [tool.cibuildwheel], or in CIBW_ variables.",
            remedy="Fix what its output below names.",
            read="https://cibuildwheel.pypa.io/en/stable/options/",
            log=done.tail(),
        )
    return [line for line in done.output.split() if parse(line)]
