"""The rules on what differs from the last release.

A module that is named here is judged; their names sort them, what is dangerous by its kind first.
"""

from slipway.rules import families
from slipway.rules.difference import (
    at_start,
    code,
    installed,
    interface,
    requirements,
    terms,
    version_of_metadata,
)

__all__ = [
    "RULES",
    "at_start",
    "code",
    "installed",
    "interface",
    "requirements",
    "terms",
    "version_of_metadata",
]

RULES = families.difference
