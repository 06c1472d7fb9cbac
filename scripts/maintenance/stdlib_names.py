"""The table of standard library names, from stdlib-list, which PyPI uses as well (warehouse, packaging/services.py)."""

from itertools import accumulate

import stdlib_list
from packaging.utils import canonicalize_name


def generated() -> dict[str, str]:
    """Return the text of the table by its path in the repository: each module with its dotted parents."""
    names = {
        canonicalize_name(parent.strip("_"))
        for version in stdlib_list.short_versions
        for module in stdlib_list.stdlib_list(version)
        for parent in accumulate(module.split("."), "{}.{}".format)
    }
    return {"scripts/slipway/rules/index/stdlib_names.txt": "".join(f"{name}\n" for name in sorted(names))}
