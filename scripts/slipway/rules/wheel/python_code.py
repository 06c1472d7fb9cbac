"""Rules on the Python code in a wheel: scripts that cannot start, modules that a supported Python cannot read."""

import re
import sys
from collections.abc import Iterator

from slipway.artifacts.entry_points import SCRIPT_GROUPS
from slipway.artifacts.python_code import NewerSyntax, Target
from slipway.artifacts.wheel import WheelFacts
from slipway.rules.artifact.places import is_for_development, own_names
from slipway.rules.artifact.readable import require_complete
from slipway.rules.families import wheel
from slipway.rules.rule import Evidence
from slipway.rules.specifications import ENTRY_POINTS
from slipway.rules.wording import quoted
from slipway.rules.written import fix

_NAMED_FOR_VERSION = re.compile(r"(?:py|python|compat)_?3?_?\d|_3_?\d{1,2}(?:_|$)")
"""A module called `_py312` or `compat_310` is imported only where it can be read."""


@wheel.error(
    "wheel-script-cannot-start",
    title="A command of the wheel has nothing to call",
    why="The command is installed and fails with an ImportError or AttributeError whenever it is run.",
    **fix("Correct the value in {} to `module:function`, or include the module in the wheel.", "scripts"),
    example='`demo = "demo.cli:mian"` under [project.scripts]',
    read=ENTRY_POINTS,
    cause="script-cannot-load",
)
def wheel_script_cannot_start(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    path = facts.in_dist_info("entry_points.txt")
    for target in facts.targets:
        if target.group in SCRIPT_GROUPS and (reason := _why_broken(facts, target)):
            message = f"The command {quoted(target.name)} cannot start: {reason}."
            yield Evidence(message, file=path, seen=target.value, subject=target.name)


@wheel.error(
    "wheel-plugin-module-missing",
    title="An entry point names a module of the package that is not in the wheel",
    why="The program that looks for plugins fails on it for everybody who installs the package.",
    fix="Include the module in the wheel, or correct the value under [project.entry-points].",
    example='`demo = "demo.plugin:Hooks"` under [project.entry-points.pytest11], without `demo/plugin.py`',
    read=ENTRY_POINTS,
)
def wheel_plugin_module_missing(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    for target in facts.targets:
        if target.group not in SCRIPT_GROUPS and _lacks_own_module(facts, target):
            yield Evidence(
                f"The entry point {quoted(target.name)} of [{target.group}] needs the module "
                f"{quoted(target.module or '')}, which is not in the wheel.",
                file=facts.in_dist_info("entry_points.txt"),
                seen=target.value,
            )


def _lacks_own_module(facts: WheelFacts, target: Target) -> bool:
    """Whether the module would be in a package of the wheel; one without an attribute may be an attribute itself."""
    is_absent = target.path is None and target.attribute is not None and target.parent is not None
    return is_absent and not _may_come_from_elsewhere(facts, target)


@wheel.warning(
    "wheel-plugin-cannot-load",
    title="An entry point of the wheel cannot be found",
    why="The program that looks for plugins finds it and fails with an ImportError or AttributeError, and with it "
    "often the program of people who do not even use the plugin.",
    fix="Correct the value under [project.entry-points], or include the module in the wheel.",
    example='`demo = "demo.plugin:Hooks"` under [project.entry-points.pytest11], without `demo/plugin.py`',
    read=ENTRY_POINTS,
)
def wheel_plugin_cannot_load(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    path = facts.in_dist_info("entry_points.txt")
    for target in facts.targets:
        is_plugin = target.group not in SCRIPT_GROUPS and not _lacks_own_module(facts, target)
        if is_plugin and (reason := _why_broken(facts, target)):
            message = f"The entry point {quoted(target.name)} of [{target.group}] cannot be loaded: {reason}."
            yield Evidence(message, file=path, seen=target.value)


def _why_broken(facts: WheelFacts, target: Target) -> str | None:
    """Return why what an entry point names cannot be there, None where it may be.

    Without a colon the last part may be an attribute too: some programs read their plugins so.
    """
    if target.module is None or target.attribute is None:
        is_command = target.group in SCRIPT_GROUPS
        return "what it calls is not written as module:function" if is_command else None
    if target.path is None and not _may_come_from_elsewhere(facts, target):
        return f"there is no module {quoted(target.module)} in the wheel"
    if target.path is not None and target.defined is False:
        return f"{quoted(target.path)} defines no {quoted(target.attribute.partition('.')[0])}"
    return None


def _may_come_from_elsewhere(facts: WheelFacts, target: Target) -> bool:
    """Whether the module can be part of another package that is installed too."""
    if target.module is None or target.module.partition(".")[0] in sys.stdlib_module_names:
        return True
    if target.parent is not None:
        return target.parent_open
    return bool(facts.metadata is None or facts.metadata.every("requires-dist"))


@wheel.note(
    "wheel-script-of-another-package",
    title="A command calls a module that is not in the wheel",
    why="It works if a package that this one requires has the module, and only as long as it keeps it.",
    fix="If it is a misspelling, correct it under [project.scripts]; if it is meant, nothing.",
    example='`demo = "demo_core.cli:main"` in a wheel that requires `demo-core`',
    read=ENTRY_POINTS,
)
def wheel_script_of_another_package(facts: WheelFacts) -> Iterator[Evidence]:
    require_complete(facts)
    for target in facts.targets:
        missing = target.module is not None and target.attribute is not None and target.path is None
        if target.group in SCRIPT_GROUPS and missing and _may_come_from_elsewhere(facts, target):
            yield Evidence(
                f"The command {quoted(target.name)} calls {quoted(target.value)}, which is not in the wheel.",
                file=facts.in_dist_info("entry_points.txt"),
                seen=target.value,
            )


@wheel.error(
    "wheel-syntax-too-new",
    title="A module uses syntax that the oldest supported Python cannot read",
    why="Installers put the wheel on every Python that Requires-Python allows; on the older ones importing the "
    "module fails with a SyntaxError.",
    fix="Raise `requires-python`, or write the code in the older syntax. A module that is imported only on newer "
    "versions, under `if sys.version_info >= …`, is not reported.",
    example='a `match` statement with `requires-python = ">=3.9"`',
)
def wheel_syntax_too_new(facts: WheelFacts) -> Iterator[Evidence]:
    own = own_names(facts)
    for newer in facts.newer_syntax:
        if newer.reach == "imported" or (newer.reach == "direct" and not _is_meant_for_newer(newer, own)):
            construct = newer.construct
            yield Evidence(
                f"{quoted(newer.path)} has {construct.name}, which Python 3.{newer.floor} cannot read.",
                file=newer.path,
                line=construct.line,
                seen=f"syntax of Python 3.{construct.since}",
                expected=f"syntax of Python 3.{newer.floor}, the oldest that Requires-Python allows",
            )


def _is_meant_for_newer(newer: NewerSyntax, own: frozenset[str]) -> bool:
    """Whether a module that nothing imports may be there for newer versions only, or is no module at all."""
    return is_for_development(newer.path, own_names=own) or any(
        _NAMED_FOR_VERSION.search(part) for part in newer.module.split(".")
    )
