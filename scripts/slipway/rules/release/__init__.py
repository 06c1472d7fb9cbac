"""The rules on all files of one release together.

Importing a module declares its rules; one that is not named here is not judged.
"""

from slipway.rules import families
from slipway.rules.release import agreement, contents, imports, left_out, tracked_files

RULES = families.release
