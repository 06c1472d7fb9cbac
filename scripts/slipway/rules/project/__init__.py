"""Rules on the source, before anything is built."""
