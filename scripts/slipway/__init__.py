"""Slipway: validate, build, inspect, smoke-install, publish and verify a release of a Python package."""

__version__ = "0.1.0"
