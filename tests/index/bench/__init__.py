"""A test bench: an index that behaves like PyPI, an issuer of ID tokens, and faults to order, all on loopback.

What it does is written in warehouse: `forklift/legacy.py`, `oidc/`, `api/simple.py`, `api/integrity.py`.
"""
