"""What a wheel's modules import that cannot be there: modules of its own packages, and what an old Python does not have."""

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

Reach = Literal["imported", "module", "function"]

COMMON_BYTES = 120
"""Shorter lines are remembered: many modules import the same."""
MAX_LINES = 2_000
"""More import statements of one module are not looked at."""
_TABLE = Path(__file__).with_name("standard_library.txt").read_text(encoding="ascii")
_LINE = re.compile(
    rb"[ \t]*+(?:from[ \t]++(\.*+[\w.]*+)[ \t]++import[ \t]++(\(?[\w, \t]*)|import[ \t]+([\w., \t]+))"
)


class Absent(NamedTuple):
    """An import of something that is not there.

    Attributes:
        path: the member that imports it.
        line: from 1.
        module: what it imports, dotted.
        since: the minor version of Python 3 it came with, for the standard library; None for the wheel's own modules.
        reach: `imported` if importing the wheel's packages runs it, `module` if importing this module alone does,
            `function` if calling something in it does.
    """

    path: str
    line: int
    module: str
    since: int | None
    reach: Reach


class Statement(NamedTuple):
    """An import statement as its line shows it: the module, and the names in the rest of that line."""

    module: str
    names: tuple[str, ...]


def _added() -> tuple[Mapping[str, int], Mapping[tuple[str, str], int]]:
    modules: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for module, minor, *added in (line.split() for line in _TABLE.splitlines()):
        if added:
            names |= {(module, name): int(minor) for name in added}
        else:
            modules[module] = int(minor)
    return modules, names


ADDED_MODULES, ADDED_NAMES = _added()
"""Modules of the standard library, and names in them, with the minor version of Python 3 they came with."""
_ADDED_TO = frozenset(
    name.partition(".")[0] for name in (*ADDED_MODULES, *(module for module, _ in ADDED_NAMES))
)


class Finder:
    """Finds the import statements of a wheel's modules that may be of something that is not there.

    Args:
        own: the top-level names that the wheel installs.
        floor: the minor version of its oldest Python 3, where one is known.
    """

    def __init__(self, own: frozenset[str], floor: int | None) -> None:
        self._own = own
        self._floor = floor
        self._in_common_line = functools.lru_cache(maxsize=8192)(self._in_line)

    def statements(self, source: bytes) -> tuple[Statement, ...]:
        """Return what looks like such a statement in a source file; quicker than parsing, and not certain."""
        found: list[Statement] = []
        number = 0
        # To look for the word first takes a tenth of the time of a pattern that begins with the start of a line.
        at = source.find(b"import")
        while at >= 0 and number < MAX_LINES:
            end = source.find(b"\n", at)
            line = source[source.rfind(b"\n", 0, at) + 1 : end if end >= 0 else None]
            in_line = self._in_common_line(line) if len(line) <= COMMON_BYTES else self._in_line(line)
            if in_line is not None:
                found += in_line
                number += 1
            at = source.find(b"import", end) if end >= 0 else -1
        return tuple(found)

    def _in_line(self, line: bytes) -> tuple[Statement, ...] | None:
        """Return what a line imports and may be missing; None where it is no import statement."""
        found = _statements_in(line)
        return found and tuple(filter(self._may_be_absent, found))

    def _may_be_absent(self, statement: Statement) -> bool:
        # Whether one finds a module of the wheel is seen when all of them are known.
        return (
            statement.module.startswith(".")
            or statement.module.partition(".")[0] in self._own
            or is_newer(statement, self._floor)
        )


def _statements_in(line: bytes) -> tuple[Statement, ...] | None:
    """Return what a line imports; None where it is no import statement."""
    found = _LINE.match(line)
    if found is None:
        return None
    module, taken, plain = (part.decode("ascii", "ignore") if part else "" for part in found.groups())
    if plain:
        return tuple(Statement(part.split()[0], ()) for part in plain.split(",") if part.split())
    names = (part.split()[0] for part in taken.lstrip("(").split(",") if part.split())
    return (Statement(module, tuple(names)),)


@functools.lru_cache(maxsize=8192)
def added_in(module: str, name: str | None) -> int | None:
    """Return the minor version of Python 3 with which a module, or a name in it, came into the standard library."""
    parts = module.split(".")
    above = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    since = [ADDED_MODULES[one] for one in above if one in ADDED_MODULES]
    if name is not None:
        found = ADDED_NAMES.get((module, name), ADDED_MODULES.get(f"{module}.{name}"))
        since += [] if found is None else [found]
    return max(since, default=None)


def is_newer(statement: Statement, floor: int | None) -> bool:
    """Return whether a statement imports something of the standard library that came after Python 3.`floor`."""
    if floor is None or statement.module.partition(".")[0] not in _ADDED_TO:
        return False
    for name in statement.names or (None,):
        since = added_in(statement.module, name)
        if since is not None and since > floor:
            return True
    return False
