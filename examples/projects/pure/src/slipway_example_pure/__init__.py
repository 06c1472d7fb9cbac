"""Counts the words of a text."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

from packaging.version import Version

__version__ = version("slipway-example-pure")
VERSION = Version(__version__)


def count(text: str) -> list[tuple[str, int]]:
    """Return every word with how often it stands in the text, the most frequent first, then by name."""
    counted = Counter(text.lower().split())
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))
