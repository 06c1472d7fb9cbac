"""The rules on an sdist.

Importing a module declares its rules; one that is not named here is not judged.
"""

from slipway.rules import families
from slipway.rules.artifact import distribution_files, filenames, integrity, litter, member_paths, secrets
from slipway.rules.sdist import contents

RULES = families.sdist
