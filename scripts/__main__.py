"""`python3 scripts COMMAND`: hands over to the private environment, and there to the command line.

Any Python has to be able to read this file, so that an old one can say what is missing.
"""

import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    sys.stderr.write(
        "Slipway needs Python 3.11 or newer, and this is Python " + sys.version.split()[0] + ".\n"
        "  what to do: start it with a newer one, such as `python3.13 scripts check`; python.org, your system's\n"
        "  package manager, pyenv and uv have them. What your project supports does not matter here.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    import bootstrap

    bootstrap.run(sys.argv[1:])
