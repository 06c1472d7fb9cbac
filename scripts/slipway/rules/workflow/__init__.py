"""The rules on the caller's workflows.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.workflow import workflow

__all__ = ["RULES", "workflow"]

RULES = families.workflow
