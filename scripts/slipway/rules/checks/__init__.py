"""The rules on the project's own checks.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.checks import own_checks

__all__ = ["RULES", "own_checks"]

RULES = families.checks
