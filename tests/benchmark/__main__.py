"""`python3 tests/benchmark`: what `check` costs beside the bare commands that do a part of the same.

    python3 tests/benchmark [--rounds N] [--offline] [--json] [PROJECT…]

Bare is `uv build`, `twine check --strict` and `check-wheel-contents` in one prepared environment; `check` is the
README's command, smoke test included. Both take turns, after a round each that fills every cache. Without projects,
the example `pure` is measured.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    HERE = Path(__file__).resolve().parent
    sys.path[:0] = [str(HERE.parents[1] / "scripts"), str(HERE.parent)]
    import suite

    suite.go_on(HERE, sys.argv[1:])
    import against_bare

    against_bare.main(sys.argv[1:])
