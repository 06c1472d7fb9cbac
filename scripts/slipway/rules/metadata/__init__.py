"""Rules on the metadata of an sdist or a wheel."""
