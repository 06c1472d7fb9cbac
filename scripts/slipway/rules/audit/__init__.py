"""The rules on known vulnerabilities of what a release installs.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.audit import vulnerabilities

__all__ = ["RULES", "vulnerabilities"]

RULES = families.audit
