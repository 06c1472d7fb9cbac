"""The rules on a wheel.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.artifact import distribution_files, filenames, integrity, litter, member_paths, secrets
from slipway.rules.wheel import installed, layout, python_code, record, tags

__all__ = [
    "RULES",
    "distribution_files",
    "filenames",
    "installed",
    "integrity",
    "layout",
    "litter",
    "member_paths",
    "python_code",
    "record",
    "secrets",
    "tags",
]

RULES = families.wheel
