"""Comparing: a release beside the last one, and beside a second build of the same commit."""
