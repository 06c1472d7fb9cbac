"""The rules on a second build of the same commit.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.second_build import agreement

__all__ = ["RULES", "agreement"]

RULES = families.second_build
