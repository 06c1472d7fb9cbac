"""Which wheels cibuildwheel builds for a project, and building them; both ask it for the same architectures.

https://cibuildwheel.pypa.io/en/stable/options/#build-skip
"""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from slipway import processes
from slipway.artifacts.wheel_targets import parse
from slipway.building import known_failures
from slipway.environments import compiled_tools
from slipway.errors import InputError, ProjectError, ToolError
from slipway.project.declared import table_or_empty

NATIVE = frozenset({"auto", "auto64", "native"})
"""Architectures in a configuration that mean the one of the machine it runs on."""

_SECONDS = 60.0
_SECONDS_TO_BUILD = 6 * 3600.0
"""The most that a job on a runner of GitHub's own may take."""

_WORDS = re.compile(
    r"\b(?:fatal )?error\b ?[A-Z]{0,4}\d{0,5}:|: undefined (?:reference|symbol)|^E[A-Z]\w{0,40}Error:",
    re.IGNORECASE,
)
"""How a compiler or a linker begins to say what is wrong."""
_WORDS_SHOWN = 8
_MACHINE = re.compile(r"Docker daemon|docker is too old|podman is too old")
"""What cibuildwheel prints where it cannot start a container."""


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
    calls = dict.fromkeys(
        ("--platform", platform.partition("-")[0], "--archs", architectures(pyproject, platform))
        for platform in platforms
    )
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(_ask, project, arguments) for arguments in calls]
        printed = [*map(processes.result, asked)]
    return tuple(dict.fromkeys(identifier for lines in printed for identifier in lines))


def architectures(pyproject: Mapping[str, Any], platform: str) -> str:
    """Return the architectures that are built on a machine of a platform: those the project names, else its own.

    Left alone, cibuildwheel builds for 32 bits as well where the machine can.
    """
    system, _, machine = platform.partition("-")
    table = table_or_empty(table_or_empty(pyproject.get("tool")).get("cibuildwheel"))
    value = table_or_empty(table.get(system)).get("archs", table.get("archs", "auto"))
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(names, list) or NATIVE.issuperset(map(str, names)):
        return machine
    return ",".join(map(str, names))


def build(
    sdist: Path, out: Path, *, platform: str, archs: str, log: Callable[[str], None]
) -> tuple[Path, ...]:
    """Build the wheels of a platform from an sdist and return them.

    Args:
        sdist: the sdist; its settings say which wheels there are.
        out: an empty folder for them.
        platform: such as `linux-x86_64`, that of this machine.
        archs: the architectures, as the plan has them.
        log: called with every line that is printed.

    Raises:
        ProjectError: a wheel cannot be built.
        ToolError: cibuildwheel takes too long, or the machine fails.
    """
    options = ("--platform", platform.partition("-")[0], "--archs", archs, "--output-dir", str(out))
    happened = f"cibuildwheel built no wheels for {platform}."
    try:
        argv = [*compiled_tools.command("cibuildwheel"), *options, str(sdist)]
        done = processes.run(argv, cwd=out, timeout=_SECONDS_TO_BUILD, sink=log)
    except processes.TimedOut as error:
        raise ToolError(
            happened,
            cause=f"It did not end within {error.seconds / 3600:.0f} hours.",
            remedy="Look at the last lines of its log; build fewer wheels in one job with `archs` or `skip`.",
        ) from error
    wheels = tuple(sorted(out.glob("*.whl")))
    if done.returncode == 0 and wheels:
        return wheels
    printed = done.output.splitlines()
    words = tuple(line for line in printed if _WORDS.search(line))[:_WORDS_SHOWN]
    known = known_failures.find(printed, None)
    is_machine = (
        known.machine if known else processes.is_crash(done.returncode) or _MACHINE.search(done.output)
    )
    kind = ToolError if is_machine else ProjectError
    cause = words[0].strip() if words else f"It ended with exit code {done.returncode}."
    remedy = (
        "Fix what the lines below name; "
        "`cibuildwheel --only` builds one of these wheels on a machine of that platform."
    )
    if known:
        cause, remedy = known.cause, known.remedy
    raise kind(
        happened,
        cause=cause,
        remedy=remedy,
        read="https://cibuildwheel.pypa.io/en/stable/faq/",
        log=(*words, *done.tail()),
    )


def _ask(project: Path, arguments: tuple[str, ...]) -> list[str]:
    options = ["--print-build-identifiers", "--allow-empty", *arguments, str(project)]
    argv = [*compiled_tools.command("cibuildwheel"), *options]
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
