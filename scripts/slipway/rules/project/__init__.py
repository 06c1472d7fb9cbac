"""The rules on the source.

A module that is named here is judged.
"""

from slipway.rules import families
from slipway.rules.project import build, files, git, metadata, schema, version

__all__ = ["RULES", "build", "files", "git", "metadata", "schema", "version"]

RULES = families.project
