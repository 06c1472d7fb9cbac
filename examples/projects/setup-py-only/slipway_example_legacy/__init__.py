"""Converts knots to kilometres per hour."""

import os
import sys

with open(os.path.join(os.path.dirname(__file__), "factors.txt"), encoding="utf-8") as _stream:
    KNOT = float(_stream.read().split()[1])


def kilometres_per_hour(knots):
    """Return a speed given in knots in kilometres per hour."""
    return round(knots * KNOT, 2)


def main():
    """Print the speed named by the first argument."""
    if len(sys.argv) != 2:
        sys.exit("usage: knots SPEED")
    print(kilometres_per_hour(float(sys.argv[1])))
