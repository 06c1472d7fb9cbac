"""The rules on what happened in a smoke test.

Importing a module declares its rules; one that is not named here is not judged.
"""

from slipway.rules import families
from slipway.rules.smoke import imports, install, started

RULES = families.smoke
