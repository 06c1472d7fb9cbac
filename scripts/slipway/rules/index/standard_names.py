"""The names that PyPI keeps free because Python's standard library has them."""

import sys
from functools import cache
from pathlib import Path

from packaging.utils import canonicalize_name

_TABLE = Path(__file__).with_name("stdlib_names.txt").read_text(encoding="ascii")


def is_standard(name: str) -> bool:
    """Return whether a project would be called like a module of some Python's standard library."""
    return canonicalize_name(name) in _standard_library()


@cache
def _standard_library() -> frozenset[str]:
    """Return the names, in canonical form.

    The table holds all modules and packages of Python 2.6, 2.7 and 3.2 to 3.14 with their dotted parents, from the
    library stdlib-list as at PyPI (warehouse, `packaging/services.py`). Those of a newer Python come from the one that runs.
    """
    return frozenset(_TABLE.split()) | {
        canonicalize_name(name.strip("-_.")) for name in sys.stdlib_module_names
    }
