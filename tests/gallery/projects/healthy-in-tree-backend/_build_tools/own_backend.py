"""The project's own backend: setuptools, with one hook of its own."""

from setuptools.build_meta import *  # noqa: F403


def get_requires_for_build_wheel(config_settings=None):
    """Need nothing but setuptools."""
    return []
