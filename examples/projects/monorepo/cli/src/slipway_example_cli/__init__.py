"""The script `cables`."""

import argparse


def main(arguments=None):
    """Print a distance given in nautical miles in cables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("miles", type=float)
    print(parser.parse_args(arguments).miles * 10)
