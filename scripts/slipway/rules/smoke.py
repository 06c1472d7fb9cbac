"""Rules on what happens when an artifact is installed, imported and uninstalled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from slipway.facts.leg import Attempt, LegFacts
from slipway.legs import Outcome
from slipway.manifest import Addition, Leg, Severity
from slipway.rules.rule import Evidence, Rule, combined, judge

SCRIPT_GROUPS = ("console_scripts", "gui_scripts")

SHOWN = 8
"""Lines of a traceback or paths shown in one message."""


def _needs_something_optional(attempt: Attempt, leg: LegFacts) -> bool:
    """Tell whether all that is missing is somebody else's module that the package does not promise to bring."""
    if attempt.missing is None:
        return False
    top = attempt.missing.split(".", 1)[0]
    return top not in leg.own and (top.lower().replace("-", "_") in leg.optional or attempt.extra)


def _is_side_module(attempt: Attempt, leg: LegFacts) -> bool:
    """Tell whether it is one of several top-level names, needs a module of another package, and others work."""
    if attempt.missing is None or attempt.missing.split(".", 1)[0] in leg.own:
        return False
    main = any(other.error is None for other in leg.imports)
    return main and attempt.name.startswith("_")


def _told(attempt: Attempt) -> str:
    lines = attempt.traceback.rstrip().splitlines()[-SHOWN:]
    return "\n".join([attempt.error or "", *lines])


def _install_fails(leg: LegFacts) -> Iterator[Evidence]:
    if leg.install_error is not None:
        tail = "\n".join(leg.install_error.splitlines()[-SHOWN * 2 :])
        yield Evidence(message=f"{leg.artifact} cannot be installed with Python {leg.python}.", seen=tail)


def _import_fails(leg: LegFacts) -> Iterator[Evidence]:
    for attempt in leg.imports:
        if (
            attempt.error
            and not _needs_something_optional(attempt, leg)
            and not _is_side_module(attempt, leg)
        ):
            cause = f": the module {attempt.missing!r} is not there" if attempt.missing else ""
            yield Evidence(
                message=f"`import {attempt.name}` fails with Python {leg.python}{cause}.", seen=_told(attempt)
            )


def _import_needs_extra(leg: LegFacts) -> Iterator[Evidence]:
    for attempt in leg.imports:
        if attempt.error and (_needs_something_optional(attempt, leg) or _is_side_module(attempt, leg)):
            yield Evidence(
                message=f"`import {attempt.name}` needs {attempt.missing!r}, which a plain installation does not bring."
            )


def _dies(leg: LegFacts) -> Iterator[Evidence]:
    if leg.died is not None:
        at = f" while it tried {leg.died_at}" if leg.died_at else ""
        yield Evidence(
            message=f"The test of {leg.artifact} with Python {leg.python} broke off{at}: {leg.died}."
        )


def _script_fails(leg: LegFacts) -> Iterator[Evidence]:
    for attempt in leg.entry_points:
        if (
            attempt.error
            and attempt.name.startswith(SCRIPT_GROUPS)
            and not _needs_something_optional(attempt, leg)
        ):
            yield Evidence(
                message=f"The script `{attempt.name.split(': ', 1)[1]}` ({attempt.target}) cannot be loaded.",
                seen=_told(attempt),
            )


def _plugin_fails(leg: LegFacts) -> Iterator[Evidence]:
    for attempt in leg.entry_points:
        if attempt.error is None or attempt.name.startswith(SCRIPT_GROUPS):
            continue
        foreign = attempt.missing is not None and attempt.missing.split(".", 1)[0] not in leg.own
        if not foreign:
            yield Evidence(
                message=f"The entry point `{attempt.name}` ({attempt.target}) cannot be loaded.",
                seen=_told(attempt),
            )


def _conflicts(leg: LegFacts) -> Iterator[Evidence]:
    for line in leg.conflicts:
        yield Evidence(message=f"After installing {leg.artifact}: {line}")


def _left_behind(leg: LegFacts) -> Iterator[Evidence]:
    if leg.left_behind:
        listed = "\n".join(leg.left_behind[:SHOWN])
        yield Evidence(
            message=f"{len(leg.left_behind)} files are left after uninstalling {leg.artifact}.", seen=listed
        )


RULES: tuple[Rule, ...] = (
    Rule(
        name="install-fails",
        title="The artifact cannot be installed",
        family="smoke",
        severity=Severity.ERROR,
        why="Whoever runs `pip install` gets this error instead of the package.",
        fix="Read what the installer says; usually a dependency has no version that fits, or the sdist does not build.",
        example='dependencies = ["requests<1,>2"]',
        check=_install_fails,
    ),
    Rule(
        name="import-fails",
        title="A top-level module cannot be imported after installation",
        family="smoke",
        severity=Severity.ERROR,
        why="The package installs and then does not work: the first import ends in this error.",
        fix="Declare the missing dependency, or include the missing module or file in the wheel, and check again.",
        example="import requests  # in __init__.py, with requests not among the dependencies",
        check=_import_fails,
    ),
    Rule(
        name="import-needs-extra",
        title="A top-level module needs an optional dependency",
        family="smoke",
        severity=Severity.NOTE,
        why="Those who install the package without the extra cannot import this module.",
        fix="Nothing, if that is meant; else move the dependency from the extra to the dependencies.",
        example="a pytest plugin beside the package, with pytest only in the extra `test`",
        check=_import_needs_extra,
    ),
    Rule(
        name="import-never-ends",
        title="The import crashes the interpreter or does not come back",
        family="smoke",
        severity=Severity.ERROR,
        why="Whoever imports the package loses the whole process, or waits for ever.",
        fix="Import it in a fresh environment by hand; move work out of module level; for compiled code use a debugger.",
        example="while True: pass  # at module level",
        check=_dies,
    ),
    Rule(
        name="script-cannot-load",
        title="A script of the package cannot be loaded",
        family="smoke",
        severity=Severity.ERROR,
        why="The command is installed and ends in a traceback as soon as it is called.",
        fix="Correct the object reference under [project.scripts], or include the module it names in the wheel.",
        example='[project.scripts]\ntool = "package.cli:mian"',
        check=_script_fails,
    ),
    Rule(
        name="entry-point-cannot-load",
        title="A plug-in entry point cannot be loaded",
        family="smoke",
        severity=Severity.WARNING,
        why="The program that this package plugs into finds the entry point and fails on it.",
        fix="Correct the object reference under [project.entry-points], or include the module it names in the wheel.",
        example='[project.entry-points.pytest11]\nplugin = "package.plugin:missing"',
        check=_plugin_fails,
    ),
    Rule(
        name="dependencies-conflict",
        title="The installed dependencies do not fit together",
        family="smoke",
        severity=Severity.ERROR,
        why="`pip check` fails in an environment that holds nothing but this package.",
        fix="Loosen or correct the version ranges of the dependencies it names.",
        example='dependencies = ["a", "b"]  # where b needs an older a',
        check=_conflicts,
    ),
    Rule(
        name="uninstall-leaves-files",
        title="Uninstalling leaves files behind",
        family="smoke",
        severity=Severity.WARNING,
        why="Files that RECORD does not list stay in site-packages and can shadow a later version.",
        fix="Do not write into the package's own folder at import time; use a cache folder of the user instead.",
        example='Path(__file__).with_name("cache.db").touch()  # at module level',
        check=_left_behind,
    ),
)


def judge_legs(outcomes: Sequence[Outcome], *, ignored: Mapping[str, str]) -> Addition:
    """Return the legs that ran, each with its verdict, and everything the rules found in them.

    Args:
        outcomes: what happened, leg by leg.
        ignored: rule names the project turned off, with its reasons.
    """
    judged = [judge(RULES, o.facts, artifact=o.candidate.artifact, ignored=ignored) for o in outcomes]
    records = tuple(_record(outcome, one) for outcome, one in zip(outcomes, judged, strict=True))
    return msgspec.structs.replace(combined(judged), legs=records)


def _record(outcome: Outcome, judged: Addition) -> Leg:
    facts = outcome.facts
    return Leg(
        artifact=outcome.candidate.artifact,
        python=outcome.interpreter.version,
        installer="uv",
        origin=outcome.candidate.origin,
        passed=all(f.severity != Severity.ERROR or f.ignored is not None for f in judged.findings),
        seconds=round(outcome.seconds, 3),
        imported=tuple(attempt.name for attempt in facts.imports if attempt.error is None),
        entry_points=sum(attempt.error is None for attempt in facts.entry_points),
    )
