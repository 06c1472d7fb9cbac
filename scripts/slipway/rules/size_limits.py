"""How large a file the index takes (warehouse, `constants.py`)."""

MIB = 1024**2
DEFAULT_SIZE_LIMIT = 100 * MIB
"""Bytes PyPI accepts unless a project's limit was raised."""
HARD_SIZE_LIMIT = 1024 * MIB
"""Bytes above which no limit is raised."""
