"""The rules on an sdist.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.artifact import distribution_files, filenames, integrity, litter, member_paths, secrets
from slipway.rules.sdist import contents

__all__ = [
    "RULES",
    "contents",
    "distribution_files",
    "filenames",
    "integrity",
    "litter",
    "member_paths",
    "secrets",
]

RULES = families.sdist
