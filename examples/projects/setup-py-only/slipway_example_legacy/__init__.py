"""Converts knots to kilometres per hour."""

import argparse
import os

with open(os.path.join(os.path.dirname(__file__), "factors.txt"), encoding="utf-8") as _stream:
    KNOT = float(_stream.read().split()[1])


def kilometres_per_hour(knots):
    """Return a speed given in knots in kilometres per hour."""
    return round(knots * KNOT, 2)


def main():
    """Print a speed given in knots in kilometres per hour."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("speed", type=float)
    print(kilometres_per_hour(parser.parse_args().speed))
