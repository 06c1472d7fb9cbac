"""The rules on what the jobs of a workflow hand over.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.jobs import jobs

__all__ = ["RULES", "jobs"]

RULES = families.jobs
