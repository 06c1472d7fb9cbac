"""`python3 tests/benchmark`: what `check` costs beside the commands it stands for.

    python3 tests/benchmark [--rounds N] [--offline] [--json] [PROJECT…]

`bare` is what build-and-inspect-python-package does: `uv build`, `check-wheel-contents` and `twine check --strict` in one
prepared environment; nothing is installed. `by hand` is `python -m build`, `twine check`, and for each file a fresh
environment, `pip install` and an import. `check` is the README's command, smoke test included. They take turns, after a
round each that fills every cache, that of the bytecode too. Without projects, the example `pure` and the released
projects of tests/field are measured.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    HERE = Path(__file__).resolve().parent
    sys.path[:0] = [str(HERE.parents[1] / "scripts"), str(HERE.parent), str(HERE)]
    import suite

    suite.go_on(HERE, sys.argv[1:])
    import against_bare

    against_bare.main(sys.argv[1:])
