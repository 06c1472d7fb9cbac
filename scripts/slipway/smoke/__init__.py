"""Smoke tests: which ones run, how each runs, and what the rules find in them."""
