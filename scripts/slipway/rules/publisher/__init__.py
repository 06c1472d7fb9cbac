"""The rules on the run that publishes.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.publisher import publishers

__all__ = ["RULES", "publishers"]

RULES = families.publisher
