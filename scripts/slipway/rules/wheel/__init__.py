"""Rules on a wheel."""
