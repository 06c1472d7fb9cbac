"""The rules on what the index shows of a project.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.index import previous_release, state, versions

__all__ = ["RULES", "previous_release", "state", "versions"]

RULES = families.index
