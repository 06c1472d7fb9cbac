"""Rules on an sdist."""
