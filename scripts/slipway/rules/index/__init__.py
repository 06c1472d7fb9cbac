"""Rules on what the index shows of a project."""
