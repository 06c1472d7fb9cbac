"""The script `count-words`."""

from __future__ import annotations

import sys

from slipway_example_pure import count


def main() -> None:
    """Print the words of standard input with their counts."""
    for word, number in count(sys.stdin.read()):
        print(number, word)
