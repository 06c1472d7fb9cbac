"""`python3 scripts COMMAND`: hands over to the private environment, and there to the command line.

This file is read by whatever Python there is, so it keeps to what every Python understands.
"""

import sys

OLDEST = (3, 11)


def main():  # noqa: ANN201 - annotations are no syntax of Python 2
    """Run a command, in the private environment."""
    if sys.version_info < OLDEST:
        running = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(
            "Slipway needs Python 3.11 or newer, and this is Python " + running + ".\n"
            "  what to do: call it with a newer one, for example `python3.13 scripts check`.\n"
            "  A project for older Pythons is no obstacle: only Slipway itself needs the newer one.\n"
        )
        sys.exit(2)
    import bootstrap

    bootstrap.run(sys.argv[1:])


main()
