"""Adds up numbers in C."""

from slipway_example_compiled._total import total

__all__ = ["total"]
