"""The rules on all files of one release together.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.release import agreement, contents, left_out, tracked_files

__all__ = ["RULES", "agreement", "contents", "left_out", "tracked_files"]

RULES = families.release
