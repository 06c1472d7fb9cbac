"""`python3 tests`: everything on a fresh machine, in an environment of its own.

    python3 tests [ARGUMENTS]         the tests; arguments go to pytest
    python3 tests elsewhere ...       the tests under the Python of another system, which says how itself: --help
    python3 tests lint [NAME...]      every linter, or those that are named
    python3 tests regenerate          every generated file; --check names those that are stale
    python3 tests site [FOLDER]       the documentation as a site, in .site/ by default
    python3 tests picture             the run that the README's picture is drawn from
    python3 tests wheels              whether what is locked has a wheel for every system and Python; needs the index
    python3 tests lock [ARGUMENTS]    the lock files again from the .in files; arguments go to uv, such as --upgrade

Any Python has to be able to read this file, so that an old one can say what is missing.
"""

import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    sys.stderr.write(
        "Slipway's tests need Python 3.11 or newer, and this is Python " + sys.version.split()[0] + ".\n"
        "  what to do: start them with a newer one, such as `python3.13 tests`.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    from pathlib import Path

    sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scripts"))
    import suite

    suite.run(sys.argv[1:])
