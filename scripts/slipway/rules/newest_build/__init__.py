"""The rules on a build with newer build requirements than the project allows."""

from slipway.rules import families
from slipway.rules.newest_build import unbounded

__all__ = ["RULES", "unbounded"]

RULES = families.newest_build
