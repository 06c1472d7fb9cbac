"""The rules on what happened in a smoke test.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.smoke import imports, install, started

__all__ = ["RULES", "imports", "install", "started"]

RULES = families.smoke
