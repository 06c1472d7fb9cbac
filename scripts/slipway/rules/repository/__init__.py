"""The rules on the settings of the repository on GitHub, which `slipway doctor` judges.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.repository import automation, environments, immutability, refs, secrets, versions

__all__ = ["RULES", "automation", "environments", "immutability", "refs", "secrets", "versions"]

RULES = families.repository
