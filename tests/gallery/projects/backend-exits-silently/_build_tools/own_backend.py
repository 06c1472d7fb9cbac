"""A backend that gives up."""

import os


def build_sdist(sdist_directory, config_settings=None):
    """End the whole process."""
    os._exit(7)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """End the whole process."""
    os._exit(7)
