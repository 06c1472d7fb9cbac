"""Runs in the environment that has griffe: says which public names of a package differ in what may break.

Called as `python -I interface_probe.py BEFORE NOW NAME…`, with two folders that hold the sources of the packages, and the
names to compare. Griffe parses the sources; nothing of them is imported. Writes one JSON document to stdout: a list of
module and sentence.
"""

import contextlib
import json
import logging
import sys
from collections.abc import Sequence

import griffe

MEMORY = 2 * 1024**3
"""Bytes; the largest package that was tried takes 340 MB."""

LONGEST = 200
"""Characters of a sentence."""


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _load(name: str, folder: str) -> griffe.Object | griffe.Alias:
    return griffe.load(
        name,
        search_paths=[folder],
        try_relative_path=False,
        allow_inspection=False,
        resolve_aliases=True,
        resolve_external=False,
    )


def _may_be_inherited(breakage: griffe.Breakage, now: griffe.Object | griffe.Alias) -> bool:
    """Whether a class from which a member is gone has a base outside of the package, which may give it."""
    parent = breakage.obj.parent
    if breakage.kind is not griffe.BreakageKind.OBJECT_REMOVED or parent is None or not parent.is_class:
        return False
    with contextlib.suppress(KeyError):
        holder = now[parent.path.removeprefix(f"{now.path}.")]
        line = [holder, *holder.mro()]
        return any(len(one.resolved_bases) < len(one.bases) for one in line)
    return False


def _place(breakage: griffe.Breakage) -> tuple[str, str]:
    with contextlib.suppress(Exception):
        module = breakage.obj.module.path
        return module, breakage.obj.path.removeprefix(f"{module}.")
    path = str(breakage.obj.path)
    return path.rpartition(".")[0], path.rpartition(".")[2]


SENTENCES = {
    "OBJECT_REMOVED": "{name} is gone",
    "OBJECT_CHANGED_KIND": "{name} is another kind of thing",
    "PARAMETER_REMOVED": "{name}: a parameter is gone{value}",
    "PARAMETER_MOVED": "{name}: a parameter has another place{value}",
    "PARAMETER_CHANGED_KIND": "{name}: a parameter is given in another way{value}",
    "PARAMETER_CHANGED_DEFAULT": "",
    "PARAMETER_CHANGED_REQUIRED": "{name}: a parameter must be given{value}",
    "PARAMETER_ADDED_REQUIRED": "{name}: a new parameter must be given{value}",
    "RETURN_CHANGED_TYPE": "",
    "ATTRIBUTE_CHANGED_TYPE": "",
    "ATTRIBUTE_CHANGED_VALUE": "",
    "CLASS_REMOVED_BASE": "{name} has lost a base class",
}
"""By kind of breakage; what has no sentence breaks nobody's call."""


def _value(breakage: griffe.Breakage) -> str:
    for value in (breakage.old_value, breakage.new_value):
        name = getattr(value, "name", None)
        if isinstance(name, str):
            return f", {name}"
    return ""


def compare(before: str, now: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return module and sentence for each difference that may break who uses a public name."""
    found: list[tuple[str, str]] = []
    for name in names:
        # Sources of any kind are read: what griffe cannot make sense of ends the comparison of this package alone.
        with contextlib.suppress(Exception):
            old, new = _load(name, before), _load(name, now)
            for breakage in griffe.find_breaking_changes(old, new):
                sentence = SENTENCES.get(breakage.kind.name, "")
                if sentence and not _may_be_inherited(breakage, new):
                    module, path = _place(breakage)
                    found.append((module, sentence.format(name=path, value=_value(breakage))[:LONGEST]))
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(3000)
    _limit_memory()
    json.dump(compare(sys.argv[1], sys.argv[2], sys.argv[3:]), sys.stdout)
