"""Rules on all files of one release together."""
