"""Project names that PyPI keeps free because a module of some Python's standard library is called so.

The table beside this module, `stdlib_names.txt`, holds the canonical names of all modules and packages of
Python 2.6, 2.7 and 3.2 to 3.14, with their dotted parents, as the library stdlib-list knows them: PyPI takes
them from there (warehouse, `packaging/services.py`). Modules of a newer Python come from the one that runs.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from packaging.utils import canonicalize_name

TABLE = Path(__file__).with_name("stdlib_names.txt").read_text(encoding="ascii")


def is_standard_library_name(name: str) -> bool:
    """Return whether a new project may not have this name; existing projects keep theirs."""
    return canonicalize_name(name) in _names()


@cache
def _names() -> frozenset[str]:
    running = (canonicalize_name(name.strip("-_.")) for name in sys.stdlib_module_names)
    return frozenset(TABLE.split()) | frozenset(running)
