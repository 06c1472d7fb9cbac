"""Rules on the Python code in a wheel: scripts that cannot start, modules that a supported Python cannot read."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from slipway.manifest import Severity
from slipway.rules.artifact import require_complete
from slipway.rules.metadata_fields import quoted
from slipway.rules.places import is_for_development, own_names
from slipway.rules.rule import Evidence, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.facts.python_code import NewerSyntax, ScriptTarget
    from slipway.facts.wheel import WheelFacts

ENTRY_POINTS = "https://packaging.python.org/en/latest/specifications/entry-points/"
_NAMED_FOR_VERSION = re.compile(r"(?:py|python|compat)_?3?_?\d|_3_?\d{1,2}(?:_|$)")
"""A module called `_py312` or `compat_310` is imported only where it can be read."""


def _broken_script(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    path = facts.in_dist_info("entry_points.txt")
    for script in facts.scripts:
        reason = _why_broken(script, _may_come_from_elsewhere(facts, script))
        if reason:
            message = f"The command {quoted(script.name)} cannot start: {reason}."
            yield Evidence(message=message, file=path, seen=script.value)


def _why_broken(script: ScriptTarget, may_come_from_elsewhere: bool) -> str | None:  # noqa: FBT001 - two callers
    if script.module is None or script.attribute is None:
        return "what it calls is not written as module:function"
    if script.path is None:
        return None if may_come_from_elsewhere else f"there is no module {quoted(script.module)} in the wheel"
    if script.defined is False:
        return f"{quoted(script.path)} defines no {quoted(script.attribute.partition('.')[0])}"
    return None


def _may_come_from_elsewhere(facts: WheelFacts, script: ScriptTarget) -> bool:
    """Whether the module of a script can be part of another package that is installed too."""
    if script.module is None or script.module.partition(".")[0] in sys.stdlib_module_names:
        return True
    if script.parent is not None:
        return script.parent_open
    return bool(facts.metadata is None or facts.metadata.every("requires-dist"))


def _foreign_script(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    for script in facts.scripts:
        missing = script.module is not None and script.attribute is not None and script.path is None
        if missing and _may_come_from_elsewhere(facts, script):
            yield Evidence(
                message=f"The command {quoted(script.name)} calls {quoted(script.value)}, which is not in the wheel.",
                file=facts.in_dist_info("entry_points.txt"),
                seen=script.value,
            )


def _too_new(facts: WheelFacts) -> Iterator[Evidence]:
    own = own_names(facts)
    for newer in facts.newer_syntax:
        if newer.reach == "imported" or (newer.reach == "direct" and not _is_meant_for_newer(newer, own)):
            construct = newer.construct
            yield Evidence(
                message=f"{quoted(newer.path)} has {construct.name}, which Python 3.{newer.floor} cannot read.",
                file=newer.path,
                line=construct.line,
                seen=f"syntax of Python 3.{construct.since}",
                expected=f"syntax of Python 3.{newer.floor}, the oldest that Requires-Python admits",
            )


def _is_meant_for_newer(newer: NewerSyntax, own: frozenset[str]) -> bool:
    """Whether a module that nothing imports may be there for newer versions only, or is no module at all."""
    return is_for_development(newer.path, own_names=own) or any(
        _NAMED_FOR_VERSION.search(part) for part in newer.module.split(".")
    )


RULES: tuple[Rule, ...] = (
    Rule(
        name="wheel-script-cannot-start",
        title="A command of the wheel has nothing to call",
        family="wheel",
        severity=Severity.ERROR,
        why="The command is installed and ends in an ImportError or AttributeError whenever somebody runs it.",
        fix="Correct the value under [project.scripts] to `module:function`, or include the module in the wheel.",
        fixes={
            "poetry-core": "Correct the value under [project.scripts] or [tool.poetry.scripts] to "
            "`module:function`, or include the module in the wheel.",
            "setuptools": "Correct the value under [project.scripts], or in `entry_points` of setup.cfg or "
            "setup.py, to `module:function`, or include the module in the wheel.",
        },
        example='`demo = "demo.cli:mian"` under [project.scripts]',
        read=ENTRY_POINTS,
        check=_broken_script,
    ),
    Rule(
        name="wheel-script-of-another-package",
        title="A command calls a module that is not in the wheel",
        family="wheel",
        severity=Severity.NOTE,
        why="It works if a package that this one requires has the module, and only as long as it keeps it.",
        fix="If it is a misspelling, correct it under [project.scripts]; if it is meant, nothing.",
        example='`demo = "demo_core.cli:main"` in a wheel that requires `demo-core`',
        read=ENTRY_POINTS,
        check=_foreign_script,
    ),
    Rule(
        name="wheel-syntax-too-new",
        title="A module uses syntax that the oldest supported Python cannot read",
        family="wheel",
        severity=Severity.ERROR,
        why="Installers put the wheel on every Python that Requires-Python admits; on the older ones importing the "
        "module ends in a SyntaxError.",
        fix="Raise `requires-python`, or write the code in the older syntax. A module that is imported only on newer "
        "versions, under `if sys.version_info >= …`, is not reported.",
        example='a `match` statement with `requires-python = ">=3.9"`',
        check=_too_new,
    ),
)
