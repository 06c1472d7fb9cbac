"""The rules on the project's own settings.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.settings import ignoring

__all__ = ["RULES", "ignoring"]

RULES = families.settings
