"""Rules on the project's own settings."""
