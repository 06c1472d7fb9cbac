"""Which wheels cibuildwheel builds for a project, as its build identifiers.

https://cibuildwheel.pypa.io/en/stable/options/#build-skip
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.tags import Tag

from slipway import processes
from slipway.errors import InputError, ToolError

NATIVE = frozenset({"auto", "auto64", "native"})
"""Architectures in a configuration that mean the one of the machine it runs on."""

_IDENTIFIER = re.compile(
    r"(?P<python>cp|pp|gp)(?P<version>\d+)(?:_\w+?)?(?P<threads>t?)-"
    r"(?P<platform>(?:manylinux|musllinux|macosx|win)_?\w+)"
)
_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """One wheel that is to be built.

    Attributes:
        identifier: such as `cp313t-musllinux_x86_64`.
        python: the tag of the interpreter: cp, pp or gp.
        minor: its minor version.
        free_threaded: whether it is for the build without the global interpreter lock.
        platform: such as `manylinux_x86_64`, `macosx_arm64`, `win_amd64`.
    """

    identifier: str
    python: str
    minor: int
    free_threaded: bool
    platform: str


def parse(identifier: str) -> Target | None:
    """Return what an identifier means; None for mobile and browser platforms."""
    found = _IDENTIFIER.fullmatch(identifier)
    if found is None:
        return None
    return Target(
        identifier=identifier,
        python=found["python"],
        minor=int(found["version"][1:]),
        free_threaded=bool(found["threads"]),
        platform=found["platform"],
    )


def pattern(target: Target) -> str:
    """Return the tags that a wheel for a target has in its filename, with `*` for what the build decides."""
    system, _, machine = target.platform.partition("_")
    platform = target.platform if system.startswith("win") else f"*{system}*_{machine}"
    lead = {"gp": "graalpy"}.get(target.python, target.python)
    abi = f"cp3{target.minor}{'t' if target.free_threaded else ''}" if target.python == "cp" else "*"
    return f"{lead}3{target.minor}-{abi}-{platform}"


def covers(tags: Iterable[Tag], target: Target) -> bool:
    """Return whether a wheel with these tags is the one for a target, or can be used in its place.

    A wheel for the stable ABI serves for every later Python, one without ABI for all, and a universal2 wheel for both
    architectures.
    """
    return any(_fits_platform(tag.platform, target) and _fits_python(tag, target) for tag in tags)


def _fits_platform(platform: str, target: Target) -> bool:
    system, _, machine = target.platform.partition("_")
    if system in {"manylinux", "musllinux"}:
        return platform.startswith(system) and platform.endswith(f"_{machine}")
    if system == "macosx":
        wide = {"arm64": ("arm64", "universal2"), "x86_64": ("x86_64", "universal2", "intel")}
        return platform.startswith("macosx_") and platform.endswith(wide.get(machine, (machine,)))
    return platform == target.platform


def _fits_python(tag: Tag, target: Target) -> bool:
    if tag.abi == "none" and tag.interpreter.startswith("py"):
        return tag.interpreter.startswith("py3") and int(tag.interpreter[3:] or 0) <= target.minor
    if target.python == "cp":
        suffix = "t" if target.free_threaded else ""
        if tag.abi in {"abi3", "abi3t"} and tag.interpreter.startswith("cp3"):
            right = tag.abi == f"abi3{suffix}"
            return right and int(tag.interpreter[3:] or 0) <= target.minor
        return tag.interpreter == f"cp3{target.minor}" and tag.abi in {f"cp3{target.minor}{suffix}", "none"}
    lead = "graalpy" if target.python == "gp" else target.python
    return tag.interpreter == f"{lead}3{target.minor}"


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
    calls = dict.fromkeys(_arguments(pyproject, platform) for platform in platforms)
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(lambda arguments: _ask(project, arguments), calls)
    return tuple(dict.fromkeys(identifier for lines in printed for identifier in lines))


def _arguments(pyproject: Mapping[str, Any], platform: str) -> tuple[str, ...]:
    system, _, machine = platform.partition("-")
    own = ("--platform", system)
    return own if _names_architectures(pyproject, system) else (*own, "--archs", machine)


def _names_architectures(pyproject: Mapping[str, Any], system: str) -> bool:
    tool = pyproject.get("tool", {})
    table = tool.get("cibuildwheel", {}) if isinstance(tool, Mapping) else {}
    table = table if isinstance(table, Mapping) else {}
    own = table.get(system, {})
    value = own.get("archs") if isinstance(own, Mapping) and "archs" in own else table.get("archs", "auto")
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
