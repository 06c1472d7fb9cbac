"""The rules on a wheel.

Importing a module declares its rules; one that is not named here is not judged.
"""

from slipway.rules import families
from slipway.rules.artifact import distribution_files, filenames, integrity, litter, member_paths, secrets
from slipway.rules.wheel import installed, layout, python_code, record, sboms, tags

RULES = families.wheel
