"""Smoke tests: which ones are run, how each runs, and what its result says."""
