"""The project's own backend, which is setuptools."""

from setuptools.build_meta import *  # noqa: F403
