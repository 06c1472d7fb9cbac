"""What keeps the generated files of this repository fresh; not part of the package.

Each module makes one kind of file. `python3 tests regenerate` writes all of them.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The top of the repository."""
